"""Where do the networks draw the line, and where do their repeats disagree?"""

import textwrap

import numpy as np
import pandas as pd

from regpipe.plots.samples import FEATURES
from regpipe.plots.style import CLASSES, Figure, as_is, headings, panels, scatter_classes, title
from regpipe.rows.draws import DRAWN

LEVELS = np.linspace(0, 1, 11)


def decision_boundary(
    baseline: pd.DataFrame, technique: pd.DataFrame, rows: pd.DataFrame, name: str
) -> Figure:
    """Draw the share of repeats that call a point class 1, for both arms and protocols.

    A point is white where the repeats disagree half and half; the line is where the mean
    probability is 1/2.

    Args:
        baseline: protocol, x1, x2, probability, share on a rectangular grid.
        technique: the same of the other arm.
        rows: the samples: protocol, repeat, split, x1, x2, target.
        name: the technique's title.
    """
    from matplotlib.colors import LinearSegmentedColormap

    figure, axes = panels(2, 2, 4.4, 3.7, sharex=True, sharey=True)
    colours = LinearSegmentedColormap.from_list("classes", [CLASSES[0], "white", CLASSES[1]])
    for column, (protocol, meaning) in enumerate(headings(DRAWN).items()):
        for row, (arm, surfaces) in enumerate((("baseline", baseline), (name, technique))):
            ax = axes[row][column]
            part = surfaces[surfaces["protocol"] == protocol]
            x, y, share = _grid(part, "share")
            filled = ax.contourf(x, y, share, LEVELS, cmap=colours, alpha=0.75)
            _, _, probability = _grid(part, "probability")
            ax.contour(x, y, probability, [0.5], colors="black", linewidths=1.5)
            if protocol == "fixed":
                drawn = rows[(rows["protocol"] == "fixed") & (rows["split"] == "train")]
                x1, x2 = (drawn[feature].to_numpy() for feature in FEATURES)
                target = drawn["target"].to_numpy()
                scatter_classes(ax, x1, x2, target, s=26, linewidths=0.6, edgecolors="black")
            if column == 0:
                ax.set_ylabel(f"{textwrap.fill(as_is(arm), 24)}\nx2")
        axes[0][column].set_title(meaning, fontsize=10)
    for ax in axes[1]:
        ax.set_xlabel("x1")
    bar = figure.colorbar(filled, ax=axes, shrink=0.8)
    bar.set_label("share of repeats that say class 1")
    title(figure, f"{name}: decision boundary, averaged over repeats")
    return figure


def _grid(surfaces: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    table = surfaces.pivot(index=FEATURES[1], columns=FEATURES[0], values=column)
    return table.columns.to_numpy(), table.index.to_numpy(), table.to_numpy()
