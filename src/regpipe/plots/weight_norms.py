"""How large did the weights become?"""

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from regpipe.plots.style import (
    ARMS,
    SMALL,
    WIDTH,
    Axes,
    Figure,
    headings,
    legend_below,
    panels,
    spread_out,
    stacked,
    title,
    wrapped,
)
from regpipe.rows.draws import DRAWN, Draws

COLUMNS = 3
LAYER = "norm_"  # before a layer's name, in a run table
SIDE = 0.18  # of an arm's dots from the protocol's place
MARGIN = 0.08  # of the range, so that no dot touches the frame


def weight_norms(
    baseline: pd.DataFrame, technique: pd.DataFrame, name: str, draws: Draws = DRAWN
) -> Figure:
    """Draw the norm of each layer's weights, a point per fit, for both arms and protocols.

    Args:
        baseline: the run table: protocol, repeat and a column `norm_<layer>` for each layer, which
            isn't finite where a fit diverged; there is no mean then.
        technique: the same of the other arm.
        name: the technique's title.
        draws: what the repeats are called.
    """
    layers = [c for c in technique.columns if c.startswith(LAYER) and c in baseline.columns]
    columns = min(COLUMNS, len(layers))
    rows = math.ceil(len(layers) / columns)
    figure, axes = panels(rows, columns, min(WIDTH / columns, 4.3), 3.1)
    for ax in axes.flat[len(layers) :]:
        ax.remove()
    arms = {"baseline": baseline, "technique": technique}
    labels = {"baseline": "baseline", "technique": wrapped(name, 60)}
    for ax, layer in zip(axes.flat, layers, strict=False):
        for place, protocol in enumerate(headings(draws)):
            _draw_arms(ax, place, layer, _of(arms, protocol), labels if place == 0 else {})
        ticks = [stacked(text) for text in headings(draws).values()]
        ax.set_xticks(range(len(ticks)), ticks, fontsize=SMALL)
        ax.set_xlim(-0.5, len(ticks) - 0.5)
        ax.margins(y=MARGIN)
        ax.grid(axis="y", alpha=0.3)
        ax.set_title(f"layer {layer.removeprefix(LAYER)}", fontsize=10)
    for ax in axes[:, 0]:
        ax.set_ylabel("L2 norm of its weights")
    handles = axes[0][0].get_legend_handles_labels()[0]
    legend_below(figure, handles, 2, "Bar: mean over repeats. Axes needn't begin at 0.")
    title(figure, _finding(name, _of(arms, "fresh"), layers, draws))
    return figure


def _of(arms: Mapping[str, pd.DataFrame], protocol: str) -> dict[str, pd.DataFrame]:
    return {arm: runs[runs["protocol"] == protocol] for arm, runs in arms.items()}


def _draw_arms(
    ax: Axes, place: float, layer: str, arms: Mapping[str, pd.DataFrame], labels: Mapping[str, str]
) -> None:
    """Draw the fits of both arms side by side, with their means."""
    for shift, (arm, runs) in zip((-SIDE, SIDE), arms.items(), strict=True):
        norms = runs[layer].to_numpy(float)
        middle, colour = place + shift, ARMS[arm]
        x = middle + spread_out(len(norms), 0.16)
        dots = ax.scatter(x, norms, s=14, color=colour, alpha=0.5, linewidths=0)
        dots.set_label(labels.get(arm, "_"))
        ax.hlines(norms.mean(), middle - 0.13, middle + 0.13, color=colour)


def _finding(name: str, arms: Mapping[str, pd.DataFrame], layers: list[str], draws: Draws) -> str:
    """Return the layer whose weights change most, and by what factor."""
    means = {arm: runs[layers].mean(skipna=False) for arm, runs in arms.items()}
    factors = (means["technique"] / means["baseline"]).replace(0, np.nan)
    changes = factors[np.isfinite(factors)].transform(np.log).abs()
    if changes.empty:
        return f"{name}: norms of weights, which aren't finite in each fit"
    most = str(changes.idxmax())
    layer, times = most.removeprefix(LAYER), f"{factors[most]:.2g} times the baseline's"
    several = "" if len(layers) == 1 else ", which change most,"
    return f"{name}, {draws.fresh}: the weights of layer {layer}{several} have {times} norm"
