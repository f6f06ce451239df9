"""Which techniques help, by how much, and how sure is that?"""

from collections import Counter
from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import (
    WIDTH,
    Axes,
    Figure,
    blank,
    draw_interval,
    legend_below,
    title,
)
from regpipe.plots.verdicts import COLOURS, MARKERS
from regpipe.statistics.verdicts import SAME, TRIFLE, VERDICTS

HEIGHT, HEAD = 0.17, 0.85  # inches per technique, and of a panel's head and axis
ONE_COLUMN = 40  # techniques, up to which they stand below each other
LETTERS = 8  # points


def forest(table: pd.DataFrame) -> Figure:
    """Draw each technique's mean difference and interval, a panel per problem and metric.

    Args:
        table: the leaderboard: technique, problem, metric, difference, ci_low, ci_high (NaN where
            there is no interval), smallest_difference, rank, repeats and verdict.
    """
    parts = [part for _, part in table.groupby(["problem", "metric"], sort=True)]
    columns = _columns(parts, 1 if len(table) <= ONE_COLUMN or len(parts) == 1 else 2)
    figure = blank(WIDTH, max(map(_height, columns)) + 1.0)
    halves: Any = figure.subfigures(1, len(columns), squeeze=False)
    for half, column in zip(halves[0], columns, strict=True):
        sizes = [HEIGHT * len(part) + HEAD for part in column]
        axes = half.subplots(len(column), 1, squeeze=False, height_ratios=sizes)
        for ax, part in zip(axes[:, 0], column, strict=True):
            _panel(ax, part.sort_values("rank", ascending=False))
            ax.set_title(part["problem"].iloc[0], fontsize=10, loc="left", fontweight="bold")
    shown = [verdict for verdict in VERDICTS if (table["verdict"] == verdict).any()]
    style = {"linestyle": "", "markersize": 5}
    handles = [
        ax.plot([], [], marker=MARKERS[v], color=COLOURS[v], label=v, **style)[0] for v in shown
    ]
    note = (
        "Mean difference and its interval, over fresh draws or splits. Grey: too little to matter."
    )
    legend_below(figure, handles, 4, note)
    title(figure, _finding(table))
    return figure


def _finding(table: pd.DataFrame) -> str:
    """Return how many techniques help, how many hurt, and what is said of the others."""
    n = Counter(SAME if verdict.endswith(TRIFLE) else verdict for verdict in table["verdict"])
    helps, hurts, same, open_ = (n[word] for word in ("helps", "hurts", SAME, "undecided"))
    others = {
        f"{same} make{'s' * (same == 1)} little or no difference": same,
        f"{open_} {'is' if open_ == 1 else 'are'} undecided": open_,
        f"{n['too few']} can't be told": n["too few"],
    }
    techniques = "technique" if len(table) == 1 else "techniques"
    said = f"{helps} of {len(table)} {techniques} help{'s' * (helps == 1)}"
    return ", ".join(
        [said, f"{hurts} hurt{'s' * (hurts == 1)}", *(k for k, n in others.items() if n)]
    )


def _height(parts: list[pd.DataFrame]) -> float:
    return sum(HEIGHT * len(part) + HEAD for part in parts)


def _columns(parts: list[pd.DataFrame], n: int) -> list[list[pd.DataFrame]]:
    """Spread panels over columns of about the same height, in their order."""
    columns: list[list[pd.DataFrame]] = [[] for _ in range(n)]
    for part in sorted(parts, key=len, reverse=True):
        min(columns, key=_height).append(part)
    order = {id(part): place for place, part in enumerate(parts)}
    return [sorted(column, key=lambda part: order[id(part)]) for column in columns]


def _panel(ax: Axes, part: pd.DataFrame) -> None:
    metric = METRICS[part["metric"].iloc[0]]
    smallest = metric.scale * part["smallest_difference"].iloc[0]
    ax.axvspan(-smallest, smallest, color="0.92", zorder=0)
    ax.axvline(0, color="0.4", linewidth=1)
    for place, row in enumerate(part.to_dict("records")):
        numbers = metric.scaled(*(row[key] for key in ("difference", "ci_low", "ci_high")))
        style: dict[str, Any] = {"fmt": MARKERS[row["verdict"]], "color": COLOURS[row["verdict"]]}
        draw_interval(ax, place, *numbers, **style, markersize=4, elinewidth=1.3)
    ax.set_yticks(range(len(part)), part["technique"], fontsize=LETTERS)
    ax.set_ylim(-0.8, len(part) - 0.2)
    ax.tick_params(axis="x", labelsize=LETTERS)
    ax.set_xlabel(f"{metric.difference}, {metric.better}", fontsize=LETTERS)
    ax.grid(axis="x", alpha=0.3)
    ax.spines[["top", "right"]].set_visible(False)
