"""Two rules that stop once little changes any more.

The average change is the mean of the |changes| from epoch to epoch, over the last `epochs`; the
absolute change is that from the first of them to the last. Both put the best weights back.

Source: J. Brownlee, "A gentle introduction to early stopping" (2018).
"""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from regpipe.backend import tf
from regpipe.ingredients._slots import Beginning, Epoch, Part
from regpipe.ingredients._watching import Monitored, keep_best, push


class ChangeRule(Monitored):
    """The monitored number changes by less than `threshold` over `epochs` epochs."""

    training_key: ClassVar = "stop_when"
    discriminator: ClassVar = "rule"
    order: ClassVar = 1

    epochs: PositiveInt
    threshold: PositiveFloat

    def part(self, fit: Beginning) -> Part:
        """Return what it remembers: also the last numbers."""
        return super().part(fit) | {"last": np.zeros(self.epochs + 1, "float32")}

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Stop once the change is below the threshold."""
        part = self.improve(part, epoch)
        last = push(part["last"], self.current(epoch))
        enough = part["seen"] > self.epochs
        epoch.stop = enough & (self.change(last) < self.threshold)
        return part | {"last": last}

    def change(self, last: Any) -> Any:
        """Return the change over the last numbers, of shape (epochs + 1,)."""
        raise NotImplementedError


class AverageChange(ChangeRule):
    """Stop once the mean |change| per epoch, over `epochs` epochs, is below `threshold`."""

    rule: Literal["average_change"]

    def change(self, last: Any) -> Any:
        """Return the mean |change| from each to the next."""
        return tf.reduce_mean(tf.abs(last[1:] - last[:-1]))

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        KeepBest: Any = keep_best()

        class AverageChange(KeepBest):
            """Stops once little changes on average."""

            def __init__(self, monitor="val_loss", mode="auto", epochs=10, threshold=1e-4):
                super().__init__(monitor, mode)
                self.epochs, self.threshold = epochs, threshold

            def stops(self, logs):
                last = self.seen[-self.epochs - 1 :]
                changes = [abs(after - before) for before, after in zip(last, last[1:])]
                enough = len(changes) == self.epochs
                return enough and sum(changes) / self.epochs < self.threshold

        return AverageChange


class AbsoluteChange(ChangeRule):
    """Stop once the |change| from `epochs` epochs ago to now is below `threshold`."""

    rule: Literal["absolute_change"]

    def change(self, last: Any) -> Any:
        """Return the |change| from the first to the last."""
        return tf.abs(last[-1] - last[0])

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        KeepBest: Any = keep_best()

        class AbsoluteChange(KeepBest):
            """Stops once little has changed."""

            def __init__(self, monitor="val_loss", mode="auto", epochs=10, threshold=1e-4):
                super().__init__(monitor, mode)
                self.epochs, self.threshold = epochs, threshold

            def stops(self, logs):
                last = self.seen[-self.epochs - 1 :]
                return len(last) > self.epochs and abs(last[-1] - last[0]) < self.threshold

        return AbsoluteChange
