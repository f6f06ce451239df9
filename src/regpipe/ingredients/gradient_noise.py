"""Annealed noise on the gradients.

    g <- g + N(0, s^2),   s^2 = eta / (1 + t)^gamma

at step t = 0, 1, ...: s^2 is a variance. The noise lets the weights leave bad regions early on, and
dies down.

Source: A. Neelakantan et al., "Adding gradient noise improves learning for very deep networks"
(2015), where gamma = 0.55 and eta is one of 0.01, 0.3 and 1.
"""

from typing import Any, ClassVar

from pydantic import NonNegativeFloat

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Ingredient, Step


class GradientNoise(Ingredient):
    """Normal noise of variance eta / (1 + step)^gamma on the gradients of each step."""

    neutral: ClassVar = {"eta": 0.0}
    random: ClassVar = True

    eta: NonNegativeFloat = 0.3
    gamma: NonNegativeFloat = 0.55

    def gradients(self, gradients: list[Any], step: Step) -> list[Any]:
        """Add the noise, before the optimizer clips."""
        stddev = tf.sqrt(self.eta / (1.0 + tf.cast(step.number, tf.float32)) ** self.gamma)
        draw = step.draws[self.key()]
        return [g + stddev * draw.normal(g.shape) for g in gradients]

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class GradientNoise(keras.optimizers.Optimizer):
            """Adds noise to the gradients that dies down (Neelakantan et al. 2015)."""

            def apply(self, grads, trainable_variables=None):
                noise = self.gradient_noise
                step = keras.ops.cast(self.iterations, "float32")
                stddev = keras.ops.sqrt(noise["eta"] / (1 + step) ** noise["gamma"])
                grads = [g + stddev * keras.random.normal(g.shape) for g in grads]
                super().apply(grads, trainable_variables)

        return GradientNoise
