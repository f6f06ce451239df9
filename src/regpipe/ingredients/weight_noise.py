"""Noise on the weights while they are trained.

    g = dL/dw at w + N(0, stddev^2),   then w <- w - step(g)

The gradient is taken at noisy weights, new noise at each step, and applied to the clean ones, which
are kept and tested. It favours weights that may be a little off.

Source: A. Graves, "Practical variational inference for neural networks" (2011), and A. Graves et
al., "Speech recognition with deep recurrent neural networks" (2013), where stddev = 0.075.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from regpipe.backend import keras
from regpipe.language import WeightNoise


@contextmanager
def noisy_weights(weights: Sequence[Any], noise: WeightNoise, seed: Any) -> Iterator[None]:
    """Put noise on the weights while the gradient is taken, and the clean weights back after.

    Args:
        weights: the variables that are trained.
        noise: its size.
        seed: a `keras.random.SeedGenerator`.
    """
    clean = [keras.ops.copy(weight.value) for weight in weights]
    for weight, value in zip(weights, clean, strict=True):
        weight.assign(value + keras.random.normal(weight.shape, stddev=noise.stddev, seed=seed))
    yield
    for weight, value in zip(weights, clean, strict=True):
        weight.assign(value)
