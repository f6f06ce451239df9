"""What do the images of each class look like, and how does a row of features become one?"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.plots.style import BASELINE, TECHNIQUE, Axes, Figure, between, explain, panels, title
from regpipe.rows.draws import DRAWN, Draws
from regpipe.rows.samples import feature_names

SHOWN = 10  # of each class


def sample_images(
    rows: pd.DataFrame, problem: str, input_shape: Sequence[int], draws: Draws = DRAWN
) -> Figure:
    """Draw the first training images of each class, as published.

    Args:
        rows: protocol, repeat, split, the pixels x1, x2, ..., target (a class).
        problem: the problem's title.
        input_shape: the network's: (height, width, channels), or (pixels,) of a square image.
        draws: what the repeats are called.
    """
    shape = image_shape(input_shape)
    published = rows[rows["protocol"] == "fixed"]
    train, test = (published[published["split"] == split] for split in ("train", "test"))
    pixels = train[feature_names(rows)].to_numpy(float)
    limits = float(pixels.min()), float(pixels.max())
    target = train["target"].to_numpy()
    classes = np.unique(target)
    figure, axes = panels(len(classes), 1, 0.72 * SHOWN, 0.72)
    for ax, k in zip(axes[:, 0], classes, strict=True):
        show_images(ax, pixels[target == k][:SHOWN], shape, limits, SHOWN)
        ax.set_ylabel(f"class {k:g}", rotation=0, ha="right", va="center", fontsize=9)
    counts = f"{len(train):,} images to train on, {len(test):,} to test"
    title(figure, f"{problem}: {counts} ({draws.fixed})")
    explain(figure, f"The first {SHOWN} of each class that are trained on.")
    return figure


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


def show_images(
    ax: Axes, rows: np.ndarray, shape: tuple[int, ...], limits: tuple[float, float], room: int
) -> None:
    """Draw images, the darker the lower, side by side; what is beyond the limits is clipped.

    There is room for so many. One axis holds them all: to make and draw one takes ten times as long
    as an image.
    """
    low, high = limits
    images = np.clip((rows.reshape(-1, *shape) - low) / (high - low), 0, 1)
    _side_by_side(ax, images, room, cmap="gray", vmin=0, vmax=1)


def show_differences(
    ax: Axes, rows: np.ndarray, shape: tuple[int, ...], most: float, room: int
) -> None:
    """Draw images of differences from `-most`, blue, to `most`, orange; of colours their mean."""
    images = rows.reshape(-1, *shape)
    grey = images if images.ndim == 3 else images.mean(axis=3)
    _side_by_side(ax, grey, room, cmap=between(BASELINE, TECHNIQUE), vmin=-most, vmax=most)


def _side_by_side(ax: Axes, images: np.ndarray, room: int, **colours: Any) -> None:
    height, width = images.shape[1:3]
    apart = 1.15 * width
    for place, image in enumerate(images):
        left = place * apart
        ax.imshow(image, extent=(left, left + width, height, 0), **colours)
    ax.set(xlim=(0, apart * room - (apart - width)), ylim=(height, 0), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
