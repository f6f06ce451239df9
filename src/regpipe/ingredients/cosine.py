"""A learning rate that falls along half a cosine over all epochs.

    learning rate <- rate (1 - fall (1 - cos(pi e / E)) / 2)

where e is the epoch, from 0 to E - 1: it begins with the optimizer's own rate, and comes close to
(1 - fall) of it. Where a training stops before, the rate has fallen as far as it had by then.

Source: I. Loshchilov and F. Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017),
a single run. There the rate falls from step to step, here from epoch to epoch.
"""

import math
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Epoch, Ingredient, Part


class Cosine(Ingredient):
    """The share of the learning rate that is gone in the end, along half a cosine; 0: none."""

    neutral: ClassVar = {"fall": 0.0}
    order: ClassVar = -1  # cycles of a snapshot ensemble come later, and decide

    fall: Annotated[float, Field(ge=0, le=1)] = 1.0

    def check(self, training: Any) -> None:
        """Raise ValueError for a schedule of the optimizer's own."""
        if training.scheduled:
            raise ValueError(
                "cosine sets the learning rate itself. Expected a number as the optimizer's, not "
                "a schedule"
            )

    def part(self, fit: Beginning) -> Part:
        """Return the rate to fall from."""
        return {"rate": np.float32(fit.learning_rate)}

    def begin(self, part: Part, epoch: Epoch) -> None:
        """Set the learning rate."""
        over = tf.cast(epoch.number, tf.float32) / epoch.epochs
        gone = self.fall * (1 - tf.cos(math.pi * over)) / 2
        epoch.learning_rate = part["rate"] * (1 - gone)

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class Cosine(keras.callbacks.Callback):
            """Lets the learning rate fall along half a cosine (Loshchilov and Hutter 2017)."""

            def __init__(self, epochs, fall=1.0):
                super().__init__()
                self.epochs, self.fall = epochs, fall

            def on_train_begin(self, logs=None):
                self.rate = float(self.model.optimizer.learning_rate)

            def on_epoch_begin(self, epoch, logs=None):
                gone = self.fall * (1 - np.cos(np.pi * epoch / self.epochs)) / 2
                self.model.optimizer.learning_rate = self.rate * (1 - gone)

        return Cosine
