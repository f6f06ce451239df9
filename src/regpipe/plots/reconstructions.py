"""What does an autoencoder make of an image, or of a sequence?"""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.sample_images import image_shape, show_image
from regpipe.plots.sample_sequences import show_sequence
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
    """Draw images or sequences and what both arms make of them, for both protocols.

    The squared error beside an arm is that of the rows shown, against the clean ones.

    Args:
        baseline: protocol, row (0, 1, ...), part ("input", "output" and, where that is of corrupted
            inputs, "corrupted"), the features x1, x2, ...
        technique: the same of the other arm.
        name: the technique's title.
        input_shape: the network's: (height, width, channels), or (pixels,) of a square image;
            (steps, features) of a sequence.
        draws: what the repeats are called.
    """
    sequences = len(input_shape) == 2
    shape = tuple(input_shape) if sequences else image_shape(input_shape)
    arms = {"baseline": baseline, name: technique}
    inputs = [part for part in ("input", "corrupted") if (baseline["part"] == part).any()]
    heads = headings(draws)
    shown = {
        protocol: {
            (arm, part): _rows(frame, protocol, part, math.prod(shape))
            for arm, frame in arms.items()
            for part in (*inputs, "output")
        }
        for protocol in heads
    }
    clean = np.stack([parts["baseline", "input"] for parts in shown.values()])
    limits = float(clean.min()), float(clean.max())
    columns = clean.shape[1]
    height = 1.0 * (len(inputs) + len(arms))  # inches, of a protocol
    figure = blank(1.6 + 0.8 * columns, 2 * height)
    halves: Any = figure.subfigures(len(heads), 1)
    for half, (protocol, meaning) in zip(halves, heads.items(), strict=True):
        parts = shown[protocol]
        drawn = {part: parts["baseline", part] for part in inputs}
        for arm in arms:
            error = np.square(parts[arm, "output"] - parts[arm, "input"]).mean()
            label = f"{textwrap.fill(arm, 20)}\n{ERROR.name}\n{ERROR.value(error)}{ERROR.unit}"
            drawn[label] = parts[arm, "output"]
        show = show_sequence if sequences else show_image
        axes = half.subplots(len(drawn), columns, squeeze=False)
        for row, (label, rows) in zip(axes, drawn.items(), strict=True):
            for ax, one in zip(row, rows, strict=True):
                show(ax, one, shape, limits)
            row[0].set_ylabel(label, rotation=0, ha="right", va="center")
        half.suptitle(meaning, fontsize=10)
    kind = "sequences" if sequences else "images"
    title(figure, f"{name}: {kind}, and what the networks make of them")
    return figure


def _rows(frame: pd.DataFrame, protocol: str, part: str, n_features: int) -> np.ndarray:
    chosen = frame[(frame["protocol"] == protocol) & (frame["part"] == part)]
    features = [column for column in frame.columns if column not in ("protocol", "row", "part")]
    return chosen.sort_values("row")[features[:n_features]].to_numpy(float)
