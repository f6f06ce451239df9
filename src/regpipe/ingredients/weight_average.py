"""The mean of the weights over the last epochs (stochastic weight averaging).

    mean <- mean + (w - mean) / n   after each epoch, from a given share of the epochs on

The mean is what is kept in the end. Statistics of batch normalization are averaged like weights,
not taken anew. The learning rate stays what it is.

Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization"
(2018).
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Epoch, Ingredient, Part


class WeightAverage(Ingredient):
    """The mean of the weights after each epoch, once that share of the epochs is over; 1: never."""

    neutral: ClassVar = {"start": 1.0}
    keeps: ClassVar = True

    start: Annotated[float, Field(gt=0, le=1)] = 0.75

    def part(self, fit: Beginning) -> Part:
        """Return no mean yet."""
        means = [np.zeros(shape, "float32") for shape in fit.shapes]
        return {
            "left_out": np.int32(self.start * fit.epochs),
            "n": np.float32(0),
            "means": means,
        }

    def end(self, part: Part, epoch: Epoch) -> Part:
        """Take in the weights as they are after an epoch."""
        due = tf.cast(epoch.number >= part["left_out"], tf.float32)
        n = part["n"] + due
        share = due / tf.maximum(n, 1.0)
        pairs = zip(part["means"], epoch.weights, strict=True)
        means = [mean + share * (tf.cast(w, tf.float32) - mean) for mean, w in pairs]
        return part | {"n": n, "means": means}

    def kept(self, part: Mapping[str, Any], weights: list[np.ndarray]) -> list[np.ndarray]:
        """Return the means, if there are any."""
        return [mean.numpy() for mean in part["means"]] if part["n"] > 0 else weights

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class WeightAverage(keras.callbacks.Callback):
            """Keeps the mean of the weights over the last epochs (Izmailov et al. 2018)."""

            def __init__(self, epochs, start=0.75):
                super().__init__()
                self.left_out = int(start * epochs)

            def on_train_begin(self, logs=None):
                self.n, self.means = 0, []

            def on_epoch_end(self, epoch, logs=None):
                if epoch >= self.left_out:
                    self.n += 1
                    weights = self.model.get_weights()
                    means = weights if self.n == 1 else self.means
                    self.means = [m + (w - m) / self.n for m, w in zip(means, weights)]

            def on_train_end(self, logs=None):
                if self.n:
                    self.model.set_weights(self.means)

        return WeightAverage
