"""Several networks for the price of one: the weights at the end of each cycle (snapshot ensemble).

    learning rate <- rate / 2 (cos(pi p) + 1)

where p is the part of its cycle that is over when an epoch begins, so that each cycle starts with
the optimizer's own rate and ends where the network has settled. What the networks say is averaged.

Source: G. Huang et al., "Snapshot ensembles: train 1, get M for free" (2017). There the rate falls
from step to step, here from epoch to epoch.
"""

import math
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.language import Training


class Snapshots:
    """The learning rate of a fit, and the weights that are kept of it."""

    def __init__(
        self, training: Training, model: keras.Model, optimizer: keras.optimizers.Optimizer
    ) -> None:
        """Make a variable for each weight, of shape (cycles, *its shape)."""
        self._model, self._optimizer = model, optimizer
        self._rate = float(optimizer.learning_rate)
        self._cycles, self._epochs = training.cycles, training.epochs
        self._kept = [
            tf.Variable(tf.zeros([self._cycles, *w.shape]), trainable=False) for w in model.weights
        ]

    def begin(self, epoch: Any) -> None:
        """Set the learning rate for an epoch, counted from 0."""
        over = tf.cast((epoch * self._cycles) % self._epochs, tf.float32) / self._epochs
        rate = self._rate / 2 * (tf.cos(math.pi * over) + 1)
        self._optimizer.learning_rate.assign(rate)

    def update(self, epoch: Any) -> None:
        """Keep the weights as they are after an epoch, if a cycle ends with it."""
        cycle = (epoch * self._cycles) // self._epochs
        ends = ((epoch + 1) * self._cycles) // self._epochs > cycle
        due = (tf.range(self._cycles) == cycle) & ends
        for kept, weight in zip(self._kept, self._model.weights, strict=True):
            place = tf.reshape(due, [-1] + [1] * len(weight.shape))
            kept.assign(tf.where(place, tf.cast(weight, tf.float32)[None], kept))

    def numpy(self) -> list[np.ndarray]:
        """Return the weights of all cycles, stacked, in the order of the model's weights."""
        return [kept.numpy() for kept in self._kept]
