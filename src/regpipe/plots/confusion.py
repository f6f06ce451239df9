"""Which classes are taken for which?"""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd

from regpipe.plots.style import Axes, Figure, as_is, headings, panels, title
from regpipe.rows.draws import DRAWN, Draws

SCALE = 0.4  # the power of shares that colours go by: linear, an error of 1% would look like none
DARK = 25.0  # percent, from which a cell's number is written in white


def confusion(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    name: str,
    labels: Sequence[object] | None = None,
    draws: Draws = DRAWN,
) -> Figure:
    """Draw, of each class's test rows, the percentage that goes to each class.

    Args:
        baseline: protocol, true, predicted (classes 0, 1, ...), count: test rows, over all fits.
        technique: the same of the other arm.
        name: the technique's title.
        labels: what the classes are called, if not by their numbers.
        draws: what the repeats are called.
    """
    from matplotlib.colors import PowerNorm

    arms = {"baseline": baseline, name: technique}
    classes = (
        len(labels)
        if labels
        else 1 + max(int(arm[["true", "predicted"]].to_numpy().max()) for arm in arms.values())
    )
    size = max(3.4, 1.2 + 0.36 * classes)
    figure, axes = panels(2, 2, size + 0.4, size, sharex=True, sharey=True)
    for column, (protocol, meaning) in enumerate(headings(draws).items()):
        for row, (arm, counts) in enumerate(arms.items()):
            ax = axes[row][column]
            shares = _percentages(counts[counts["protocol"] == protocol], classes)
            drawn = ax.imshow(shares, cmap="Blues", norm=PowerNorm(SCALE, vmin=0, vmax=100))
            _write(ax, shares)
            names = [textwrap.fill(as_is(label), 12) for label in labels or range(classes)]
            ax.set_xticks(range(classes), names)
            ax.set_yticks(range(classes), names)
            if column == 0:
                ax.set_ylabel(f"{textwrap.fill(as_is(arm), 30)}\ntrue class")
        axes[0][column].set_title(meaning, fontsize=10)
    for ax in axes[1]:
        ax.set_xlabel("predicted class")
    bar = figure.colorbar(drawn, ax=axes, shrink=0.8, ticks=[0, 1, 5, 20, 50, 100])
    bar.set_label("% of the true class's rows")
    title(figure, f"{name}: confusions on test rows, over all repeats")
    return figure


def _percentages(counts: pd.DataFrame, classes: int) -> np.ndarray:
    """Return percentages of rows that sum to 100, or are NaN where a class has no rows."""
    table = counts.pivot_table(index="true", columns="predicted", values="count", aggfunc="sum")
    table = table.reindex(index=range(classes), columns=range(classes)).fillna(0)
    rows = table.sum(axis=1)
    return 100 * table.div(rows.where(rows > 0), axis=0).to_numpy()


def _write(ax: Axes, shares: np.ndarray) -> None:
    size = 9 if len(shares) <= 6 else 7
    for (true, predicted), share in np.ndenumerate(shares):
        if share > 0:
            percent = f"{share:.1f}" if share >= 0.05 else "<.1"
            colour = "white" if share >= DARK else "black"
            ax.text(predicted, true, percent, ha="center", va="center", fontsize=size, color=colour)
