"""Noise on the targets while training, new at each step.

    class:   y <- a class drawn from all of them alike, with probability `rate`
    number:  y <- y + N(0, stddev^2)

A replaced class may be the right one again. The network can't learn single targets by heart.

Sources: L. Xie et al., "DisturbLabel: regularizing CNN on the loss layer" (2016), for classes;
C. Bishop, "Neural networks for pattern recognition" (1995), section 9.3, for noise as a
regularizer.
"""

from typing import Any

from regpipe.backend import keras
from regpipe.language import LabelNoise


def noisy_targets(y: Any, noise: LabelNoise, classes: int, seed: Any) -> Any:
    """Return the targets of a batch with noise.

    Args:
        y: targets of shape (n_rows, 1), classes as 0, 1, ...
        noise: `rate` for classes, `stddev` for numbers.
        classes: how many there are; not looked at for numbers.
        seed: a `keras.random.SeedGenerator`.
    """
    shape = keras.ops.shape(y)
    if noise.stddev is not None:
        return y + keras.random.normal(shape, stddev=noise.stddev, seed=seed)
    replaced = keras.random.uniform(shape, seed=seed) < noise.rate
    other = keras.ops.floor(classes * keras.random.uniform(shape, seed=seed))
    return keras.ops.where(replaced, other, y)
