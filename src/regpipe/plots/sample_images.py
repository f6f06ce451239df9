"""What do the images of each class look like?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regpipe.plots.images import image_shape, show_image
from regpipe.plots.style import Figure, panels, title
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
        row[0].set_ylabel(f"class {k:g}", rotation=0, ha="right", va="center")
    counts = f"{len(train)} train, {len(test)} test"
    title(figure, f"{problem}: training images ({draws.fixed}: {counts})")
    return figure
