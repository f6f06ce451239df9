"""Which classes are taken for which more often, and less often, with the technique?"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regpipe.language.metrics import typeset
from regpipe.plots.style import (
    BASELINE,
    SMALL,
    TECHNIQUE,
    WIDTH,
    Axes,
    Figure,
    between,
    explain,
    headings,
    panels,
    title,
    wrapped,
)
from regpipe.rows.draws import DRAWN, Draws

WRITTEN = 12  # cells of a panel, those that change most
LEAST = 0.1  # percent of a class's rows, below which a change isn't written
RANGE = 1.0  # percent, of the colours at least


def confusion(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    name: str,
    labels: Sequence[object] | None = None,
    draws: Draws = DRAWN,
) -> Figure:
    """Draw by how much the share of a class's test rows that goes to each class changes.

    Beside each class stands how many of its rows are right, without the technique and with it.

    Args:
        baseline: protocol, true, predicted (classes 0, 1, ...), count: test rows, over all fits.
        technique: the same of the other arm.
        name: the technique's title.
        labels: what the classes are called, if not by their numbers.
        draws: what the repeats are called.
    """
    arms = (baseline, technique)
    classes = (
        len(labels)
        if labels
        else 1 + max(int(arm[["true", "predicted"]].to_numpy().max()) for arm in arms)
    )
    names = list(labels or range(classes))
    shares = {
        protocol: [_percentages(arm[arm["protocol"] == protocol], classes) for arm in arms]
        for protocol in headings(draws)
    }
    most = max(np.nanmax(np.abs(after - bare), initial=RANGE) for bare, after in shares.values())
    figure, axes = panels(1, 2, WIDTH / 2, max(3.0, 1.4 + 0.26 * classes), sharey=True)
    for ax, (protocol, meaning) in zip(axes[0], headings(draws).items(), strict=True):
        bare, after = shares[protocol]
        drawn = ax.imshow(
            after - bare, cmap=between(BASELINE, TECHNIQUE), vmin=-most, vmax=most, aspect="auto"
        )
        _write(ax, after - bare, most)
        ax.set_xticks(range(classes), [wrapped(label, 12) for label in names])
        ax.set_yticks(range(classes), [wrapped(label, 12) for label in names])
        ax.tick_params(labelsize=SMALL)
        if max(len(str(label)) for label in names) > 3:
            ax.tick_params(axis="x", rotation=90)
        _right(ax, bare, after)
        ax.set_title(meaning, fontsize=10)
        ax.set_xlabel("predicted class")
    axes[0][0].set_ylabel("true class")
    bar = figure.colorbar(drawn, ax=axes, shrink=0.9, pad=0.02)
    bar.set_label("technique minus baseline,\n% of the true class's rows", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    explain(
        figure,
        "Framed: rows that are right, of which more is better. At the right: how many of a class's "
        "rows are, without the technique and with it.",
    )
    bare, after = shares["fresh"]
    title(figure, _finding(name, names, bare, after, draws))
    return figure


def _percentages(counts: pd.DataFrame, classes: int) -> np.ndarray:
    """Return percentages of rows that sum to 100, or are NaN where a class has no rows."""
    table = counts.pivot_table(index="true", columns="predicted", values="count", aggfunc="sum")
    table = table.reindex(index=range(classes), columns=range(classes)).fillna(0)
    rows = table.sum(axis=1)
    return 100 * table.div(rows.where(rows > 0), axis=0).to_numpy()


def _write(ax: Axes, change: np.ndarray, most: float) -> None:
    """Frame what is right, and write down the largest changes."""
    from matplotlib.patches import Rectangle

    for k in range(len(change)):
        ax.add_patch(Rectangle((k - 0.5, k - 0.5), 1, 1, fill=False, linewidth=0.8))
    sizes = np.nan_to_num(np.abs(change))
    last = np.sort(sizes, axis=None)[-WRITTEN:][0]
    for (true, predicted), size in np.ndenumerate(sizes):
        if size >= max(last, LEAST):
            colour = "white" if size > 0.6 * most else "black"
            places = 1 if size < 9.95 else 0  # what fits into a cell
            text = typeset(f"{change[true, predicted]:+.{places}f}")
            at = (predicted, true)
            ax.text(*at, text, ha="center", va="center", fontsize=SMALL, color=colour)


def _right(ax: Axes, bare: np.ndarray, after: np.ndarray) -> None:
    """Write how many rows of each class are right, at the right of its row."""
    beside = ax.get_yaxis_transform()
    for k, (before, now) in enumerate(zip(np.diag(bare), np.diag(after), strict=True)):
        if np.isfinite(before) and np.isfinite(now):
            text = f"{before:.0f} → {now:.0f}%"
            ax.text(1.02, k, text, transform=beside, va="center", fontsize=SMALL)


def _finding(
    name: str, names: Sequence[object], bare: np.ndarray, after: np.ndarray, draws: Draws
) -> str:
    """Return which classes gain and lose most."""
    gains = np.diag(after - bare)
    if not np.isfinite(gains).any():
        return f"{name}: nothing is known of {draws.fresh}"
    best, worst = int(np.nanargmax(gains)), int(np.nanargmin(gains))
    parts = [f"class {names[best]} gains most ({gains[best]:+.1f}% of its rows)"]
    if gains[best] < LEAST:
        parts = ["no class gains"]
    if gains[worst] <= -LEAST:
        parts.append(f"class {names[worst]} loses most ({gains[worst]:+.1f}% of its rows)")
    return f"{name}, {draws.fresh}: {', '.join(parts)}"
