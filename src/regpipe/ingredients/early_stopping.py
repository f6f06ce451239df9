"""The end of a training that doesn't get better: `keras.callbacks.EarlyStopping`."""

from typing import Any, ClassVar

import numpy as np
from pydantic import NonNegativeFloat, NonNegativeInt

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Epoch, Part
from regpipe.ingredients._watching import Monitored


class EarlyStopping(Monitored):
    """The arguments of `keras.callbacks.EarlyStopping`."""

    order: ClassVar = 2
    in_part: ClassVar = ("patience",)

    patience: NonNegativeInt = 0
    min_delta: NonNegativeFloat = 0.0
    baseline: float | None = None
    start_from_epoch: NonNegativeInt = 0
    restore_best_weights: bool = False

    @property
    def keeps_best(self) -> bool:
        """Whether it puts back the weights that were the best."""
        return self.restore_best_weights

    def part(self, fit: Beginning) -> Part:
        """Return what it remembers: also, for how many epochs nothing got better."""
        return super().part(fit) | {"wait": np.int32(0), "patience": np.int32(self.patience)}

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Stop after `patience` epochs without improvement."""
        current = self.current(epoch)
        watched = self.improve(part, epoch, self.min_delta)
        restart = epoch.keep
        if self.baseline is not None:
            baseline = -self.baseline if self.upwards else self.baseline
            restart &= current + self.min_delta < baseline
        watched["wait"] = tf.where(restart, 0, part["wait"] + 1)
        epoch.stop = ~epoch.keep & (watched["wait"] >= part["patience"]) & (epoch.number > 0)
        if not self.start_from_epoch:
            return watched
        begun = epoch.number >= self.start_from_epoch
        epoch.keep, epoch.stop = begun & epoch.keep, begun & epoch.stop
        return tf.nest.map_structure(lambda new, old: tf.where(begun, new, old), watched, part)

    def plain(self) -> Any:
        """Return the same for plain Keras: its own."""
        return keras.callbacks.EarlyStopping
