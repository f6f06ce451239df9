"""Several networks for the price of one: the weights at the end of each cycle (snapshot ensemble).

    learning rate <- rate / 2 (cos(pi p) + 1)

where p is the part of its cycle that is over when an epoch begins, so that each cycle starts with
the optimizer's own rate and ends where the network has settled. The networks' outputs are averaged.

Source: G. Huang et al., "Snapshot ensembles: train 1, get M for free" (2017). There the rate falls
from step to step, here from epoch to epoch.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Epoch, Ingredient, Part

ROOM = 5  # networks for which there is room in any case, so that fewer cycles share a compile


class SnapshotEnsemble(Ingredient):
    """The weights at the end of each of so many cycles of the learning rate, all kept.

    The outputs of the networks are averaged. There are no more cycles than epochs. 1: none at all.
    """

    neutral: ClassVar = {"cycles": 1}
    keeps: ClassVar = True

    cycles: Annotated[int, Field(ge=1)] = 5

    @property
    def networks(self) -> int:
        """How many networks it keeps, of enough epochs."""
        return self.cycles

    def check(self, training: Any) -> None:
        """Raise ValueError for a schedule of the optimizer's own."""
        if training.scheduled:
            raise ValueError(
                "snapshot_ensemble sets the learning rate itself. Expected a number as the "
                "optimizer's, not a schedule"
            )

    def part(self, fit: Beginning) -> Part:
        """Return room for the weights of each cycle."""
        room = min(max(self.cycles, ROOM), fit.epochs)
        kept = [np.zeros((room, *shape), "float32") for shape in fit.shapes]
        return {"rate": np.float32(fit.learning_rate), "kept": kept}

    def begin(self, part: Part, epoch: Epoch) -> None:
        """Set the learning rate; a single cycle leaves it as others have set it."""
        cycles = self._cycles(epoch)
        over = tf.cast((epoch.number * cycles) % epoch.epochs, tf.float32)
        falling = part["rate"] / 2 * (tf.cos(math.pi * over / epoch.epochs) + 1)
        as_set = part["rate"] if epoch.learning_rate is None else epoch.learning_rate
        epoch.learning_rate = tf.where(cycles > 1, falling, as_set)

    def end(self, part: Part, epoch: Epoch) -> Part:
        """Keep the weights, if a cycle ends with the epoch."""
        cycles = self._cycles(epoch)
        cycle = (epoch.number * cycles) // epoch.epochs
        ends = ((epoch.number + 1) * cycles) // epoch.epochs > cycle
        due = (tf.range(part["kept"][0].shape[0]) == cycle) & ends
        kept = [
            tf.where(tf.reshape(due, [-1, *[1] * len(w.shape)]), tf.cast(w, tf.float32)[None], k)
            for k, w in zip(part["kept"], epoch.weights, strict=True)
        ]
        return part | {"kept": kept}

    def kept(self, part: Mapping[str, Any], weights: list[np.ndarray]) -> list[np.ndarray]:
        """Return the weights of all cycles, stacked along a first axis."""
        stacks = [stack.numpy()[: self.cycles] for stack in part["kept"]]
        return stacks if len(stacks[0]) > 1 else weights

    def kept_by(self, callback: Any, weights: list[np.ndarray]) -> list[np.ndarray]:
        """Return the same of the callback."""
        stacks = [np.stack(cycles) for cycles in zip(*callback.snapshots, strict=True)]
        return stacks if callback.cycles > 1 else weights

    def _cycles(self, epoch: Epoch) -> Any:
        return tf.minimum(tf.cast(self.cycles, tf.int32), epoch.epochs)

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class SnapshotEnsemble(keras.callbacks.Callback):
            """Lets the learning rate fall in cycles, keeps the weights of each (Huang 2017)."""

            def __init__(self, epochs, cycles=5):
                super().__init__()
                self.epochs, self.cycles = epochs, min(cycles, epochs)

            def on_train_begin(self, logs=None):
                self.rate, self.snapshots = float(self.model.optimizer.learning_rate), []

            def on_epoch_begin(self, epoch, logs=None):
                over = (epoch * self.cycles) % self.epochs / self.epochs
                if self.cycles > 1:
                    rate = self.rate / 2 * (np.cos(np.pi * over) + 1)
                    self.model.optimizer.learning_rate = rate

            def on_epoch_end(self, epoch, logs=None):
                cycle = epoch * self.cycles // self.epochs
                if (epoch + 1) * self.cycles // self.epochs > cycle:
                    self.snapshots.append(self.model.get_weights())

            def mean_model(self):
                """Return a model whose outputs are the mean of those of all cycles."""
                networks = [keras.models.clone_model(self.model) for _ in self.snapshots]
                for place, weights in enumerate(self.snapshots):
                    networks[place].set_weights(weights)
                    networks[place].name = f"snapshot{place + 1}"
                rows = keras.Input(self.model.input_shape[1:])
                return keras.Model(rows, keras.layers.average([n(rows) for n in networks]))

        return SnapshotEnsemble
