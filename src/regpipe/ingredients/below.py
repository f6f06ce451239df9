"""The end of a training once a loss is low enough."""

from typing import Any, ClassVar, Literal

import numpy as np

from regpipe.backend import keras
from regpipe.ingredients._slots import Beginning, Epoch, Part
from regpipe.ingredients._watching import MonitoredLoss


class Below(MonitoredLoss):
    """Stop once the watched loss is at most `value`."""

    training_key: ClassVar = "stop_when"
    discriminator: ClassVar = "rule"
    order: ClassVar = 1

    rule: Literal["below"]
    value: float

    @property
    def keeps_best(self) -> bool:
        """Whether it puts back the weights that were the best: the last ones are."""
        return False

    def part(self, fit: Beginning) -> Part:
        """Return what it remembers: also the limit, which a second pass has from the first."""
        limit = self.value if fit.limit is None else fit.limit
        return super().part(fit) | {"limit": np.float32(limit)}

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Stop at the limit."""
        part = self.improve(part, epoch)
        epoch.stop = self.current(epoch) <= part["limit"]
        return part

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class Below(keras.callbacks.Callback):
            """Stops once a loss is low enough."""

            def __init__(self, value, monitor="val_loss", mode="auto"):
                super().__init__()
                self.monitor, self.value = monitor, value

            def on_train_begin(self, logs=None):
                self.best, self.best_epoch = None, None

            def on_epoch_end(self, epoch, logs=None):
                if self.monitor not in logs:
                    return
                if self.best is None or logs[self.monitor] < self.best:
                    self.best, self.best_epoch = logs[self.monitor], epoch
                if logs[self.monitor] <= self.value:
                    self.model.stop_training = True

        return Below
