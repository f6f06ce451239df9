"""Do probabilities hold as often as they say?"""

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import ARMS, WIDTH, Axes, Figure, panels, title
from regpipe.statistics.calibration import Calibration
from regpipe.statistics.intervals import share_interval

CONFIDENCE = 0.95
HARDLY, LITTLE = 0.05, 0.01  # a change of the temperature, and of the calibration error


def reliability(before: pd.DataFrame, after: pd.DataFrame, found: Calibration, name: str) -> Figure:
    """Draw how often the likeliest class is right against how probable it is said to be.

    Args:
        before: said, right and rows, as `calibration.reliability` has them.
        after: the same of the tempered probabilities.
        found: how well both hold.
        name: the title of what says them.
    """
    figure, axes = panels(1, 2, WIDTH / 2, 4.4, sharex=True, sharey=True)
    parts = {
        "as said": (before, found.brier, found.ece),
        "tempered": (after, found.brier_tempered, found.ece_tempered),
    }
    ends = []
    for ax, (what, part), colour in zip(axes[0], parts.items(), ARMS.values(), strict=True):
        table, brier, ece = part
        ends.append(_points(ax, table, colour))
        numbers = f"Brier score {brier:.3f},\ncalibration error {METRICS['ece'].value(ece)}"
        ax.set_title(f"{what}\n{numbers}", fontsize=10)
        ax.set_xlabel("probability that is said of the likeliest class")
    x, x_ticks = _up_to_one(min(table["said"].min() for table in (before, after)))
    y, y_ticks = _up_to_one(min(ends))
    axes[0][0].set(xlim=x, xticks=x_ticks, ylim=y, yticks=y_ticks)
    axes[0][0].set_ylabel(f"share that is right ({CONFIDENCE:.0%} intervals)")
    figure.supxlabel(f"{found.rows:,} rows, {_in_each(before)} in each point", fontsize=9)
    title(figure, f"{name}: {_finding(found)}")
    return figure


def _points(ax: Axes, table: pd.DataFrame, colour: str) -> float:
    """Draw the points of a table, and return where the lowest of their intervals ends."""
    said, right = table["said"].to_numpy(), table["right"].to_numpy()
    ends = [
        share_interval(share, int(rows), CONFIDENCE)
        for share, rows in zip(right, table["rows"], strict=True)
    ]
    low_high = np.abs(np.transpose(ends) - right)
    ax.axline((0, 0), slope=1, color="0.4", linewidth=1)
    ax.errorbar(said, right, low_high, color=colour, fmt="o-", elinewidth=1)
    ax.grid(alpha=0.3)
    return float(np.min(ends))


def _up_to_one(lowest: float) -> tuple[tuple[float, float], list[float]]:
    """Return the limits and the ticks of an axis of shares: there are none beyond 1."""
    from matplotlib.ticker import MaxNLocator

    span = max(1 - lowest, 0.05)
    low, high = 1 - 1.05 * span, 1 + 0.05 * span
    ticks = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, 1)
    return (low, high), [tick for tick in ticks if low <= tick < 1 + 1e-9]


def _in_each(table: pd.DataFrame) -> str:
    fewest, most = table["rows"].min(), table["rows"].max()
    return f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"


def _finding(found: Calibration) -> str:
    value, moved = METRICS["ece"].value, found.temperature - 1
    if abs(moved) < HARDLY or abs(found.ece_tempered - found.ece) < LITTLE:
        return f"probabilities are {value(found.ece)} off on average; a temperature changes little"
    way = "too sure" if moved > 0 else "too cautious"
    ends = f"from {value(found.ece)} to {value(found.ece_tempered)}"
    if found.ece_tempered < found.ece:
        return f"probabilities are {way}; a temperature takes their calibration error {ends}"
    return f"probabilities look {way}, but tempered their calibration error goes {ends}"
