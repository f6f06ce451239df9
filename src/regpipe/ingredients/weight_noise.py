"""Noise on the weights while they are trained.

    g = dL/dw at w + N(0, stddev^2),   then w <- w - step(g)

The gradient is taken at noisy weights, new noise at each step, and applied to the clean ones, which
are kept and tested. It favours weights that may be a little off.

Source: A. Graves, "Practical variational inference for neural networks" (2011), and A. Graves et
al., "Speech recognition with deep recurrent neural networks" (2013), where stddev = 0.075.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from pydantic import NonNegativeFloat

from regpipe.backend import keras
from regpipe.ingredients._slots import Ingredient, Step


class WeightNoise(Ingredient):
    """Normal noise on the trained weights during each step; the weights that are kept have none."""

    neutral: ClassVar = {"stddev": 0.0}
    random: ClassVar = True

    stddev: NonNegativeFloat = 0.075

    def weights(self, weights: list[Any], names: Sequence[str], step: Step) -> list[Any]:
        """Add the noise."""
        draw = step.draws[self.key()]
        return [w + self.stddev * draw.normal(w.shape) for w in weights]

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class WeightNoise(keras.Model):
            """Takes the gradient at noisy weights (Graves 2011); `CleanWeights` applies it."""

            def train_step(self, data):
                self.optimizer.keep(self.trainable_variables)
                for w in self.trainable_variables:
                    noise = keras.random.normal(w.shape, stddev=self.weight_noise["stddev"])
                    w.assign(w + noise)
                return super().train_step(data)

        return WeightNoise, clean_weights()


@cache
def clean_weights() -> Any:
    """Return an optimizer for ideas that take the gradient at other weights."""

    class CleanWeights(keras.optimizers.Optimizer):
        """Takes back what a step did to the weights, before it changes them."""

        clean = None

        def keep(self, weights):
            if self.clean is None:  # else they aren't clean any more
                self.clean = [keras.ops.copy(w) for w in weights]

        def apply(self, grads, trainable_variables=None):
            for w, clean in zip(trainable_variables, self.clean):
                w.assign(clean)
            self.clean = None
            super().apply(grads, trainable_variables)

    return CleanWeights
