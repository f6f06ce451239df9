"""Which techniques help, by how much, and how sure is that?"""

from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import Axes, Figure, draw_interval, legend_below, panels, title
from regpipe.statistics.verdicts import VERDICTS

GREEN, BLUE, GREY, RED = "#009E73", "#0072B2", "0.5", "#D55E00"
COLOURS = dict(zip(VERDICTS, (GREEN, GREEN, BLUE, GREY, GREY, RED, RED), strict=True))
MARKERS = dict(zip(VERDICTS, "o^sD.vX", strict=True))
HEIGHT = 0.2  # inches per technique


def forest(table: pd.DataFrame) -> Figure:
    """Draw each technique's mean difference and interval, a panel per problem and metric.

    Args:
        table: the leaderboard: technique, problem, metric, difference, ci_low, ci_high (NaN where
            there is no interval), smallest_difference, rank, repeats and verdict.
    """
    parts = list(table.groupby(["problem", "metric"], sort=True))
    sizes = [len(part) for _, part in parts]
    figure, axes = panels(len(parts), 1, 8.4, 1.0, height_ratios=[n + 3 for n in sizes])
    figure.set_figheight(HEIGHT * sum(sizes) + 0.75 * len(parts) + 0.8)
    for ax, ((problem, _), part) in zip(axes[:, 0], parts, strict=True):
        _panel(ax, part.sort_values("rank", ascending=False))
        ax.set_title(problem, fontsize=10, loc="left", fontweight="bold")
    shown = [verdict for verdict in VERDICTS if (table["verdict"] == verdict).any()]
    handles = [axes[0][0].plot([], [], MARKERS[v], color=COLOURS[v], label=v)[0] for v in shown]
    legend_below(figure, handles, 5)
    title(
        figure,
        "Technique minus baseline on fresh draws, or splits of a table; best on top, and what is "
        "too little to matter in grey",
    )
    return figure


def _panel(ax: Axes, part: pd.DataFrame) -> None:
    metric = METRICS[part["metric"].iloc[0]]
    smallest = metric.scale * part["smallest_difference"].iloc[0]
    ax.axvspan(-smallest, smallest, color="0.92", zorder=0)
    ax.axvline(0, color="0.4", linewidth=1)
    for place, row in enumerate(part.to_dict("records")):
        numbers = metric.scaled(*(row[key] for key in ("difference", "ci_low", "ci_high")))
        style: dict[str, Any] = {"fmt": MARKERS[row["verdict"]], "color": COLOURS[row["verdict"]]}
        draw_interval(ax, place, *numbers, **style, markersize=4, elinewidth=1.3)
    ax.set_yticks(range(len(part)), part["technique"], fontsize=7)
    ax.set_ylim(-0.7, len(part) - 0.3)
    ax.tick_params(axis="x", labelsize=7)
    ax.set_xlabel(f"{metric.difference}, {metric.better}", fontsize=8)
    ax.grid(axis="x", alpha=0.3)
