"""What became of each published gain?"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regpipe.plots.style import panels, title

COLOURS = {
    "holds": "#009E73",
    "holds, smaller": "#56B4E9",
    "undecided": "0.5",
    "does not hold": "#D55E00",
}
MARKERS = {"holds": "o", "holds, smaller": "s", "undecided": "D", "does not hold": "X"}
HEIGHT = 0.3  # inches per claim


def claims(table: pd.DataFrame) -> Figure:
    """Draw each published gain of accuracy beside what was found, on the fixed draw and on fresh.

    Args:
        table: arm, problem, published_gain, fixed_gain, fresh_gain, ci_low, ci_high (shares of
            accuracy; NaN of too few pairs) and holds, empty where no gain was published.
    """
    gains = table[table["holds"].isin(list(COLOURS))]
    gains = gains.sort_values(["problem", "published_gain"], ascending=[False, True])
    figure, axes = panels(1, 1, 8.4, 1.5 + HEIGHT * max(len(gains), 1))
    ax = axes[0][0]
    ax.axvline(0, color="0.4", linewidth=1)
    for place, row in enumerate(gains.to_dict("records")):
        _draw(ax, place, row)
    ax.set_yticks(range(len(gains)), [f"{r.arm} ({r.problem})" for r in gains.itertuples()])
    ax.set_xlabel("gain over the baseline, points of test accuracy")
    ax.grid(axis="x", alpha=0.3)
    _explain(figure, ax, set(gains["holds"]))
    title(figure, "Published gains, and what became of them")
    return figure


def _draw(ax: Axes, place: int, row: dict[Any, Any]) -> None:
    published, fixed, mean, low, high = (
        100 * row[key]
        for key in ("published_gain", "fixed_gain", "fresh_gain", "ci_low", "ci_high")
    )
    told = str(row["holds"])
    ax.plot(published, place, "D", markerfacecolor="none", markeredgecolor="black", zorder=3)
    ax.plot(fixed, place, "|", color="black", markersize=11)
    ax.errorbar(
        mean,
        place,
        xerr=[[mean - low], [high - mean]],
        fmt=MARKERS[told],
        color=COLOURS[told],
        capsize=3,
        markersize=6,
    )


def _explain(figure: Figure, ax: Axes, told: set[str]) -> None:
    """Add a legend, outside the panel."""
    handles = [
        *ax.plot([], [], "D", markerfacecolor="none", markeredgecolor="black", label="published"),
        *ax.plot([], [], "|", color="black", markersize=11, label="the same draw, many seeds"),
    ]
    for name, colour in COLOURS.items():
        if name in told:
            label = f"fresh draws: {name}"
            handles += ax.plot([], [], MARKERS[name], color=colour, label=label)
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
