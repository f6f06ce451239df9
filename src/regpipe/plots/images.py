"""How does a row of features become an image?"""

import math
from collections.abc import Sequence

import numpy as np

from regpipe.plots.style import Axes


def image_shape(input_shape: Sequence[int]) -> tuple[int, ...]:
    """Return (height, width) or, in colour, (height, width, 3).

    Args:
        input_shape: a network's: (height, width, channels), or (n,): a square image where n is a
            square number, else a strip.

    Raises:
        ValueError: the shape is that of no image.

    >>> image_shape((64,)), image_shape((8, 8, 1)), image_shape((10,))
    ((8, 8), (8, 8), (1, 10))
    """
    shape = tuple(input_shape)
    if len(shape) == 1:
        side = math.isqrt(shape[0])
        return (side, side) if side**2 == shape[0] else (1, *shape)
    if len(shape) == 2 or (len(shape) == 3 and shape[2] == 3):
        return shape
    if len(shape) == 3 and shape[2] == 1:
        return shape[:2]
    raise ValueError(
        "Expected the shape of an image: (height, width, 1), (height, width, 3) or (n,). Received "
        f"{shape}."
    )


def show_image(
    ax: Axes, pixels: np.ndarray, shape: tuple[int, ...], limits: tuple[float, float]
) -> None:
    """Draw an image, the darker the lower, without axes; what is beyond the limits is clipped."""
    low, high = limits
    ax.imshow(np.clip((pixels.reshape(shape) - low) / (high - low), 0, 1), "gray", vmin=0, vmax=1)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
