"""What does an autoencoder make of an image?"""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.sample_images import image_shape, show_image
from regpipe.plots.style import Figure, blank, headings, title
from regpipe.rows.draws import DRAWN, Draws

ERROR = METRICS["mse"]


def reconstructions(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    name: str,
    input_shape: Sequence[int],
    draws: Draws = DRAWN,
) -> Figure:
    """Draw images and what both arms make of them, for both protocols.

    The squared error beside an arm is that of the images shown, against the clean ones.

    Args:
        baseline: protocol, row (0, 1, ...), part ("input", "output" and, where that is of corrupted
            inputs, "corrupted"), the pixels x1, x2, ...
        technique: the same of the other arm.
        name: the technique's title.
        input_shape: the network's: (height, width, channels), or (pixels,) of a square image.
        draws: what the repeats are called.
    """
    shape = image_shape(input_shape)
    arms = {"baseline": baseline, name: technique}
    inputs = [part for part in ("input", "corrupted") if (baseline["part"] == part).any()]
    heads = headings(draws)
    images = {
        protocol: {
            (arm, part): _images(frame, protocol, part, math.prod(shape))
            for arm, frame in arms.items()
            for part in (*inputs, "output")
        }
        for protocol in heads
    }
    clean = np.stack([parts["baseline", "input"] for parts in images.values()])
    limits = float(clean.min()), float(clean.max())
    columns = clean.shape[1]
    height = 1.0 * (len(inputs) + len(arms))  # inches, of a protocol
    figure = blank(1.6 + 0.8 * columns, 2 * height)
    halves: Any = figure.subfigures(len(heads), 1)
    for half, (protocol, meaning) in zip(halves, heads.items(), strict=True):
        parts = images[protocol]
        drawn = {part: parts["baseline", part] for part in inputs}
        for arm in arms:
            error = np.square(parts[arm, "output"] - parts[arm, "input"]).mean()
            label = f"{textwrap.fill(arm, 20)}\n{ERROR.name}\n{ERROR.value(error)}{ERROR.unit}"
            drawn[label] = parts[arm, "output"]
        axes = half.subplots(len(drawn), columns, squeeze=False)
        for row, (label, pixels) in zip(axes, drawn.items(), strict=True):
            for ax, image in zip(row, pixels, strict=True):
                show_image(ax, image, shape, limits)
            row[0].set_ylabel(label, rotation=0, ha="right", va="center")
        half.suptitle(meaning, fontsize=10)
    title(figure, f"{name}: images, and what the networks make of them")
    return figure


def _images(frame: pd.DataFrame, protocol: str, part: str, pixels: int) -> np.ndarray:
    chosen = frame[(frame["protocol"] == protocol) & (frame["part"] == part)]
    features = [column for column in frame.columns if column not in ("protocol", "row", "part")]
    return chosen.sort_values("row")[features[:pixels]].to_numpy(float)
