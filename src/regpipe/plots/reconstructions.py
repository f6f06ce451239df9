"""What does an autoencoder make of an image, or of a sequence?"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.sample_images import image_shape, show_differences, show_images
from regpipe.plots.sample_sequences import show_sequences
from regpipe.plots.style import SMALL, WIDTH, Figure, blank, explain, headings, title, wrapped
from regpipe.rows.draws import DRAWN, Draws

ERROR = METRICS["mse"]
SHOWN = 8  # rows
Parts = Mapping[tuple[str, str], np.ndarray]  # by arm and part


def reconstructions(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    name: str,
    input_shape: Sequence[int],
    draws: Draws = DRAWN,
) -> Figure:
    """Draw images or sequences, what both arms make of them, and where the arms differ.

    The squared error beside an arm is that of all rows that are given, against the clean ones.

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
    # A line isn't to be cut; a pixel that is beyond is as black, or as white, as it gets.
    whole = inputs if sequences else inputs[:1]
    seen = [parts["baseline", part] for parts in shown.values() for part in whole]
    apart = [parts[name, "output"] - parts["baseline", "output"] for parts in shown.values()]
    limits, most = (np.min(seen), np.max(seen)), max(np.abs(part).max() for part in apart) or 1.0
    figure = blank(WIDTH, 2 * (0.45 + 0.75 * (len(inputs) + len(arms) + 1)))
    halves: Any = figure.subfigures(len(heads), 1)
    for half, protocol, difference in zip(halves, heads, apart, strict=True):
        drawn = _labelled(shown[protocol], name, inputs)
        room = min(SHOWN, clean.shape[1])
        *axes, last = half.subplots(len(drawn) + 1, 1)
        for ax, (label, rows) in zip(axes, drawn.items(), strict=True):
            (show_sequences if sequences else show_images)(ax, rows[:room], shape, limits, room)
            _name(ax, label)
        if sequences:
            show_sequences(last, difference[:room], shape, (-most, most), room)
        else:
            show_differences(last, difference[:room], shape, most, room)
        _name(last, "technique\nminus baseline")
        half.suptitle(heads[protocol], fontsize=10)
    colours = "" if sequences else ", orange where the technique's output is higher"
    explain(
        figure,
        f"Errors: {ERROR.name} in{ERROR.unit}, of {clean.shape[1]} rows. Differences are drawn up "
        f"to ±{most:.2g}{colours}.",
    )
    title(figure, _finding(shown["fresh"], name, clean.shape[1], sequences))
    return figure


def _labelled(parts: Parts, name: str, inputs: Sequence[str]) -> dict[str, np.ndarray]:
    """Return what is drawn above the differences, by what stands beside it."""
    drawn = {part: parts["baseline", part] for part in inputs}
    for arm in ("baseline", name):
        label = f"{wrapped(arm, 18)}\nerror {ERROR.value(_error(parts, arm))}"
        drawn[label] = parts[arm, "output"]
    return drawn


def _error(parts: Parts, arm: str) -> float:
    return float(np.square(parts[arm, "output"] - parts[arm, "input"]).mean())


def _name(ax: Any, label: str) -> None:
    ax.set_ylabel(label, rotation=0, ha="right", va="center", fontsize=SMALL)


def _finding(parts: Parts, name: str, rows: int, sequences: bool) -> str:
    """Return both errors on fresh rows."""
    with_it, bare = (ERROR.value(_error(parts, arm)) for arm in (name, "baseline"))
    what = "sequences" if sequences else "images"
    return (
        f"{name}: {ERROR.name} is {with_it}{ERROR.unit} on {rows} fresh {what}, {bare} without it"
    )


def _rows(frame: pd.DataFrame, protocol: str, part: str, n_features: int) -> np.ndarray:
    chosen = frame[(frame["protocol"] == protocol) & (frame["part"] == part)]
    features = [column for column in frame.columns if column not in ("protocol", "row", "part")]
    return chosen.sort_values("row")[features[:n_features]].to_numpy(float)
