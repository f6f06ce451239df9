"""A logged number that is watched: what all rules share that stop a training or keep its best.

A rule gets the logs after every epoch at which its number is there, and decides whether these are
the weights to keep so far, and whether to stop.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Literal

import numpy as np

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Epoch, Ingredient, Part


class Monitored(Ingredient):
    """A logged number that is watched: `loss`, `accuracy`, ..., with `val_` on held-out rows.

    `mode` is which way is better; `auto` is up for an accuracy, down for all else.
    """

    watches: ClassVar = True

    monitor: str = "val_loss"
    mode: Literal["auto", "min", "max"] = "auto"

    @property
    def upwards(self) -> bool:
        """Whether a larger number is the better one."""
        return self.mode == "max" or (self.mode == "auto" and self.monitor.endswith("accuracy"))

    @property
    def keeps_best(self) -> bool:
        """Whether it puts back the weights that were the best."""
        return True

    def part(self, fit: Beginning) -> Part:
        """Return what it remembers: how many numbers it has seen, the best one and its epoch."""
        return {"seen": np.int32(0), "best": np.float32(0), "best_epoch": np.int32(0)}

    def end(self, part: Part, epoch: Epoch) -> Part:
        """Watch the logs of an epoch, if the number that it watches is there."""
        watched, there = self.watch(part, epoch), epoch.validated
        if there is True or not self.monitor.startswith("val_"):
            return watched
        epoch.keep, epoch.stop = there & epoch.keep, there & epoch.stop
        return tf.nest.map_structure(lambda new, old: tf.where(there, new, old), watched, part)

    def watch(self, part: Part, epoch: Epoch) -> Part:
        """Set `epoch.keep` and `epoch.stop`, and return what is remembered."""
        return self.improve(part, epoch)

    def improve(self, part: Part, epoch: Epoch, min_delta: float = 0.0) -> Part:
        """Keep the weights if the number is the best so far by `min_delta`."""
        current = self.current(epoch)
        improved = (part["seen"] == 0) | (current + min_delta < part["best"])
        epoch.keep = improved
        return part | {
            "seen": part["seen"] + 1,
            "best": tf.where(improved, current, part["best"]),
            "best_epoch": tf.where(improved, epoch.number, part["best_epoch"]),
        }

    def current(self, epoch: Epoch) -> Any:
        """Return the number, with its sign changed where a larger one is the better."""
        number = epoch.logs[self.monitor]
        return -number if self.upwards else number

    def best_epoch(self, part: Mapping[str, Any]) -> int | None:
        """Return the best epoch, counted from 1; None before the first number."""
        return int(part["best_epoch"]) + 1 if part["seen"] > 0 else None


class MonitoredLoss(Monitored):
    """A rule that is defined for an error, which is the better the lower it is."""

    def check(self, training: Any) -> None:
        """Raise ValueError where the number should rise."""
        if self.upwards:
            raise ValueError(f"expected a loss to watch, not '{self.monitor}', which should rise")


def push(last: Any, value: Any) -> Any:
    """Return the last numbers without the oldest, and with the newest."""
    return tf.concat([last[1:], [value]], axis=0)


@cache
def keep_best() -> Any:
    """Return what the rules that Keras lacks are made of in plain Keras."""

    class KeepBest(keras.callbacks.Callback):
        """Puts the weights of the best epoch back in the end; a rule says when that is."""

        def __init__(self, monitor="val_loss", mode="auto"):
            super().__init__()
            rises = mode == "max" or (mode == "auto" and monitor.endswith("accuracy"))
            self.monitor, self.sign = monitor, -1 if rises else 1

        def on_train_begin(self, logs=None):
            self.seen, self.best, self.best_epoch, self.best_weights = [], None, 0, None

        def on_epoch_end(self, epoch, logs=None):
            if self.monitor not in logs:
                return
            current = self.sign * logs[self.monitor]
            self.seen.append(current)
            if self.best is None or current < self.best:
                self.best, self.best_epoch = current, epoch
                self.best_weights = self.model.get_weights()
            if self.stops(logs):
                self.model.stop_training = True

        def on_train_end(self, logs=None):
            if self.best_weights is not None:
                self.model.set_weights(self.best_weights)

    return KeepBest
