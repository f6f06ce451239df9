"""Where do the networks draw the line, and where do their repeats disagree?"""

import numpy as np
import pandas as pd

from regpipe.plots.samples import FEATURES
from regpipe.plots.style import (
    CLASSES,
    SMALL,
    WIDTH,
    Axes,
    Figure,
    between,
    headings,
    legend_below,
    panels,
    scatter_classes,
    title,
    wrapped,
)
from regpipe.rows.draws import DRAWN

LEVELS = np.linspace(0, 1, 11)
FILLED = 0.55  # of a colour, so that dots stand out
EXACT = 1e-6  # of shares in float32
SPLIT = 0.1  # of the repeats: where more say otherwise, they disagree about a point
NOTE = (
    "Dots: rows trained on, of fresh draws the first one's. Repeats disagree about a point\n"
    f"where more than {SPLIT:.0%} of them say otherwise than the rest."
)


def decision_boundary(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    rows: pd.DataFrame,
    name: str,
    true_margin: np.ndarray | None = None,
) -> Figure:
    """Draw the share of repeats that call a point class 1, for both arms and protocols.

    A point is white where the repeats disagree half and half; the line is where the mean
    probability is 1/2. Dots are the rows that repeat 0 was trained on.

    Args:
        baseline: protocol, x1, x2, probability, share on a rectangular grid.
        technique: the same of the other arm.
        rows: protocol, repeat, split, x1, x2, target.
        name: the technique's title.
        true_margin: of the points of the grid, in the order of a protocol's rows in `baseline`; the
            true boundary is where it is 0. None where that isn't known.
    """
    from matplotlib.lines import Line2D

    figure, axes = panels(2, 2, WIDTH / 2, 3.4, sharex=True, sharey=True)
    colours = between(*CLASSES[:2])
    for column, (protocol, meaning) in enumerate(headings(DRAWN).items()):
        for row, (arm, surfaces) in enumerate((("baseline", baseline), (name, technique))):
            ax = axes[row][column]
            part = surfaces[surfaces["protocol"] == protocol]
            x, y, share = _grid(part, "share")
            filled = ax.contourf(x, y, share, LEVELS, cmap=colours, alpha=FILLED)
            _, _, probability = _grid(part, "probability")
            ax.contour(x, y, probability, [0.5], colors="black", linewidths=1.5)
            if true_margin is not None:
                _, _, margin = _grid(part.assign(margin=true_margin), "margin")
                ax.contour(x, y, margin, [0.0], colors="black", linewidths=1, linestyles="dashed")
            _draw_rows(ax, rows[rows["protocol"] == protocol])
            if column == 0:
                ax.set_ylabel(f"{wrapped(arm, 24)}\nx2")
        axes[0][column].set_title(meaning, fontsize=10)
    for ax in axes[1]:
        ax.set_xlabel("x1")
    bar = figure.colorbar(filled, ax=axes, shrink=0.8, pad=0.02)
    bar.set_label("share of repeats that say class 1")
    bar.ax.tick_params(labelsize=SMALL)
    handles = [Line2D([], [], color="black", label="networks, on average over repeats")]
    if true_margin is not None:
        handles.append(Line2D([], [], color="black", linestyle="--", label="true boundary"))
    legend_below(figure, handles, 2, NOTE)
    title(figure, _finding(name, baseline, technique))
    return figure


def _finding(name: str, baseline: pd.DataFrame, technique: pd.DataFrame) -> str:
    """Return about how much of the plane repeats on fresh draws disagree."""
    low, high = SPLIT + EXACT, 1 - SPLIT - EXACT
    with_it, bare = (
        f"{arm.loc[arm['protocol'] == 'fresh', 'share'].between(low, high).mean():.0%}"
        for arm in (technique, baseline)
    )
    beside = "as without it" if with_it == bare else f"{bare} without it"
    return f"{name}: networks of fresh draws disagree about {with_it} of the plane, {beside}"


def _draw_rows(ax: Axes, rows: pd.DataFrame) -> None:
    drawn = rows[(rows["repeat"] == 0) & (rows["split"] == "train")]
    x1, x2 = (drawn[feature].to_numpy() for feature in FEATURES)
    target = drawn["target"].to_numpy()
    scatter_classes(ax, x1, x2, target, s=28, linewidths=0.7, edgecolors="black", zorder=3)


def _grid(surfaces: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = surfaces.pivot(index=FEATURES[1], columns=FEATURES[0], values=column)
    return table.columns.to_numpy(), table.index.to_numpy(), table.to_numpy()
