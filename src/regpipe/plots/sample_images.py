"""What do the images of each class look like, and how does a row of features become one?"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from regpipe.plots.style import BASELINE, TECHNIQUE, Axes, Figure, explain, panels, title
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
    figure, axes = panels(len(classes), SHOWN, 0.72, 0.72)
    for row, k in zip(axes, classes, strict=True):
        chosen = pixels[target == k][:SHOWN]
        for ax, image in zip(row, chosen, strict=False):
            show_image(ax, image, shape, limits)
        for ax in row[len(chosen) :]:
            ax.remove()
        row[0].set_ylabel(f"class {k:g}", rotation=0, ha="right", va="center", fontsize=9)
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


def show_image(
    ax: Axes, pixels: np.ndarray, shape: tuple[int, ...], limits: tuple[float, float]
) -> None:
    """Draw an image, the darker the lower, without axes; what is beyond the limits is clipped."""
    low, high = limits
    ax.imshow(np.clip((pixels.reshape(shape) - low) / (high - low), 0, 1), "gray", vmin=0, vmax=1)
    _without_axes(ax)


def show_difference(ax: Axes, pixels: np.ndarray, shape: tuple[int, ...], most: float) -> None:
    """Draw an image of differences from `-most`, blue, to `most`, orange; of colours their mean."""
    from matplotlib.colors import LinearSegmentedColormap

    image = pixels.reshape(shape)
    colours = LinearSegmentedColormap.from_list("arms", [BASELINE, "white", TECHNIQUE])
    grey = image if image.ndim == 2 else image.mean(axis=2)
    ax.imshow(grey, cmap=colours, vmin=-most, vmax=most)
    _without_axes(ax)


def _without_axes(ax: Axes) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
