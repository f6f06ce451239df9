"""Three rules that stop once a network generalizes worse and worse.

    GL = 100 (E_va / E_opt - 1)                  E_opt is the lowest E_va so far
    P  = 1000 (mean / min - 1)                   of the training losses of a strip of k epochs

`generalization_loss` stops at GL > alpha, `progress_quotient` at GL / P > alpha at the end of a
strip, `successive_increases` once E_va rose from strip to strip, s times in a row. All put the best
weights back.

Source: L. Prechelt, "Early stopping - but when?" (1998).
"""

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt

from regpipe.backend import tf
from regpipe.ingredients._slots import Beginning, Epoch, Part
from regpipe.ingredients._watching import MonitoredLoss, keep_best, push


class PrecheltRule(MonitoredLoss):
    """One of the three."""

    training_key: ClassVar = "stop_when"
    discriminator: ClassVar = "rule"
    order: ClassVar = 1


class GeneralizationLoss(PrecheltRule):
    """Prechelt's GL: stop once the watched loss is `alpha` percent above its lowest so far."""

    rule: Literal["generalization_loss"]
    alpha: PositiveFloat = 2.0

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Stop at GL > alpha."""
        part = self.improve(part, epoch)
        epoch.stop = generalization_loss(self.current(epoch), part["best"]) > self.alpha
        return part

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        KeepBest: Any = keep_best()

        class GeneralizationLoss(KeepBest):
            """Stops by generalization loss (GL, Prechelt 1998)."""

            def __init__(self, monitor="val_loss", mode="auto", alpha=2.0):
                super().__init__(monitor, mode)
                self.alpha = alpha

            def stops(self, logs):
                return 100 * (self.seen[-1] / self.best - 1) > self.alpha

        return GeneralizationLoss


class ProgressQuotient(PrecheltRule):
    """Prechelt's PQ: stop once GL over the progress of `strip` epochs exceeds `alpha`."""

    rule: Literal["progress_quotient"]
    alpha: PositiveFloat = 0.75
    strip: Annotated[int, Field(ge=2)] = 5

    def part(self, fit: Beginning) -> Part:
        """Return what it remembers: also the training losses of a strip."""
        return super().part(fit) | {"strip": np.ones(self.strip, "float32")}

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Stop at GL / P > alpha at the end of a strip."""
        part = self.improve(part, epoch)
        strip = push(part["strip"], epoch.logs["loss"])
        progress = 1000 * (tf.reduce_mean(strip) / tf.reduce_min(strip) - 1)
        quotient = generalization_loss(self.current(epoch), part["best"])
        quotient /= tf.maximum(progress, 1e-12)
        epoch.stop = (part["seen"] % self.strip == 0) & (quotient > self.alpha)
        return part | {"strip": strip}

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        KeepBest: Any = keep_best()

        class ProgressQuotient(KeepBest):
            """Stops by progress quotient (PQ, Prechelt 1998)."""

            def __init__(self, monitor="val_loss", mode="auto", alpha=0.75, strip=5):
                super().__init__(monitor, mode)
                self.alpha, self.strip = alpha, strip

            def on_train_begin(self, logs=None):
                super().on_train_begin(logs)
                self.losses = []

            def stops(self, logs):
                self.losses = [*self.losses, logs["loss"]][-self.strip :]
                mean = sum(self.losses) / len(self.losses)
                progress = max(1000 * (mean / min(self.losses) - 1), 1e-12)
                quotient = 100 * (self.seen[-1] / self.best - 1) / progress
                return len(self.seen) % self.strip == 0 and quotient > self.alpha

        return ProgressQuotient


class SuccessiveIncreases(PrecheltRule):
    """Prechelt's UP: stop once the loss rose in `strips` successive strips of `strip` epochs."""

    rule: Literal["successive_increases"]
    strips: PositiveInt = 4
    strip: PositiveInt = 5

    def part(self, fit: Beginning) -> Part:
        """Return what it remembers: also the loss at the end of a strip, and the rises in a row."""
        before, rises = np.float32(np.inf), np.int32(0)
        return super().part(fit) | {"before": before, "rises": rises}

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Stop after so many rises in a row."""
        part = self.improve(part, epoch)
        current, ends = self.current(epoch), part["seen"] % self.strip == 0
        count = tf.where(current > part["before"], part["rises"] + 1, 0)
        rises = tf.where(ends, count, part["rises"])
        epoch.stop = ends & (rises >= self.strips)
        return part | {"before": tf.where(ends, current, part["before"]), "rises": rises}

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        KeepBest: Any = keep_best()

        class SuccessiveIncreases(KeepBest):
            """Stops after rises in a row (UP, Prechelt 1998)."""

            def __init__(self, monitor="val_loss", mode="auto", strips=4, strip=5):
                super().__init__(monitor, mode)
                self.strips, self.strip = strips, strip

            def stops(self, logs):
                ends = self.seen[self.strip - 1 :: self.strip][-self.strips - 1 :]
                rises = [after > before for before, after in zip(ends, ends[1:])]
                strip_ends = len(self.seen) % self.strip == 0
                return strip_ends and len(rises) == self.strips and all(rises)

        return SuccessiveIncreases


def generalization_loss(current: Any, lowest: Any) -> Any:
    """Return GL, in percent."""
    return 100 * (current / lowest - 1)
