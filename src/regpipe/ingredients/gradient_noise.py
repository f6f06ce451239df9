"""Annealed noise on the gradients.

    g <- g + N(0, s^2),   s^2 = eta / (1 + t)^gamma

at step t = 0, 1, ...: s^2 is a variance. The noise lets the weights leave bad regions early on, and
dies down.

Source: A. Neelakantan et al., "Adding gradient noise improves learning for very deep networks"
(2015), where gamma = 0.55 and eta is one of 0.01, 0.3 and 1.
"""

from collections.abc import Sequence
from typing import Any

from regpipe.backend import keras
from regpipe.language import GradientNoise


def noisy_gradients(gradients: Sequence[Any], step: Any, noise: GradientNoise, seed: Any) -> list:
    """Return the gradients of a step with noise.

    Args:
        gradients: one for each weight, of its shape.
        step: how many steps were taken before, from 0.
        noise: its size.
        seed: a `keras.random.SeedGenerator`.
    """
    variance = noise.eta / (1.0 + keras.ops.cast(step, "float32")) ** noise.gamma
    stddev = keras.ops.sqrt(variance)
    return [g + stddev * keras.random.normal(g.shape, seed=seed) for g in gradients]
