"""The mean of the weights over the last epochs (stochastic weight averaging).

    mean <- mean + (w - mean) / n   after each epoch, from a given share of the epochs on

The mean is what is kept in the end. Statistics of batch normalization are averaged like weights,
not taken anew. The learning rate stays what it is.

Source: P. Izmailov et al., "Averaging weights leads to wider optima and better generalization"
(2018).
"""

from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.engine.strengths import Strength
from regpipe.language import Training


class AveragedWeights:
    """The mean of a model's weights so far."""

    def __init__(self, training: Training, model: keras.Model) -> None:
        """Make the variables; `reset` begins a fit."""
        assert training.weight_average is not None
        self._model = model
        start, epochs = training.weight_average.start, training.epochs
        self._after = tf.Variable(_after(start, epochs), trainable=False)  # epochs left out
        if isinstance(start, Strength):
            start.when_set(lambda value: self._after.assign(_after(value, epochs)))
        self._means = [tf.Variable(w, trainable=False) for w in model.weights]
        self._n = tf.Variable(0.0, trainable=False)

    def reset(self) -> None:
        """Forget what was averaged."""
        self._n.assign(0.0)
        for mean in self._means:
            mean.assign(tf.zeros_like(mean))

    def update(self, epoch: Any) -> None:
        """Take in the weights as they are after an epoch, counted from 0."""
        due = tf.cast(epoch >= self._after, tf.float32)
        self._n.assign_add(due)
        step = due / tf.maximum(self._n, 1.0)
        for mean, weight in zip(self._means, self._model.weights, strict=True):
            mean.assign_add(step * (tf.cast(weight, tf.float32) - mean))

    def numpy(self) -> list[np.ndarray]:
        """Return the means in the order of the model's weights, or those, where there are none."""
        chosen = self._means if self._n.numpy() else self._model.weights
        return [weight.numpy() for weight in chosen]


def _after(start: float, epochs: int) -> int:
    return int(float(start) * epochs)
