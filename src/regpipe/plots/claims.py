"""What became of each published gain and loss?"""

from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.style import (
    SMALL,
    WIDTH,
    Axes,
    Figure,
    draw_interval,
    legend_below,
    panels,
    title,
    wrapped,
)
from regpipe.statistics.judging import FAILS, FATES, HOLDS, SMALLER, UNDECIDED
from regpipe.statistics.tally import tally

COLOURS = {HOLDS: "#009E73", SMALLER: "#56B4E9", UNDECIDED: "0.5", FAILS: "#D55E00"}
MARKERS = {HOLDS: "o", SMALLER: "s", UNDECIDED: "D", FAILS: "X"}
NOT_JUDGED = "0.7"
HEIGHT = 0.38  # inches per claim
KINDS = {
    "gain": "Published gains",
    "loss": "Published losses",
    "no difference": "Published as no better",
    "": "Not judged: stand-in rows, or a run that isn't as published",
}


def claims(table: pd.DataFrame) -> Figure:
    """Draw each published gain or loss beside what was found, on the fixed draw and on fresh ones.

    Gains and losses have panels of their own, since one may be many times as large as the other;
    so have those that can't be judged, and those of another metric.

    Args:
        table: title, problem, number, claim, published_gain, fixed_gain, fresh_gain, ci_low and
            ci_high (NaN of too few pairs), seeds, leak and holds, empty where no gain was
            published.
    """
    gains = table[table["holds"] != ""]
    kinds = gains["claim"].where(gains["holds"].isin(list(FATES)), "")
    gains = gains.assign(kind=kinds, metric=gains["number"].str.split().str[-1])
    gains = gains.sort_values(["problem", "published_gain"], ascending=[False, True])
    parts = [
        (kind, str(metric), part)
        for kind in KINDS
        for metric, part in gains[gains["kind"] == kind].groupby("metric")
    ]
    sizes = [len(part) for *_, part in parts] or [1]
    figure, axes = panels(len(sizes), 1, WIDTH, 1.0, height_ratios=[n + 1 for n in sizes])
    figure.set_figheight(HEIGHT * sum(sizes) + 0.9 * len(sizes) + 1.1)
    for ax, (kind, metric, part) in zip(axes[:, 0], parts, strict=False):
        _panel(ax, part, METRICS[metric])
        ax.set_title(KINDS[kind], fontsize=10, loc="left")
    _explain(figure, axes[0][0], gains)
    title(figure, _finding(table))
    return figure


def _finding(table: pd.DataFrame) -> str:
    """Return what the picture shows, in a sentence."""
    n = tally(table, "gain")
    if not n.all:
        return "No published gain can be judged by this run"
    smaller = f", {n.smaller} of them smaller than published" if n.smaller else ""
    if n.smaller == n.hold > 0:
        smaller = ", none at its published size"
    verb = "holds" if n.hold == 1 else "hold"
    gains = "gain" if n.all == 1 else "gains"
    return f"{n.hold} of {n.all} published {gains} {verb} on fresh draws{smaller}"


def _panel(ax: Axes, part: pd.DataFrame, metric: Metric) -> None:
    ax.axvline(0, color="0.4", linewidth=1)
    for place, row in enumerate(part.to_dict("records")):
        _draw(ax, place, row, metric)
    names = [
        wrapped(f"{row['title']} ({row['problem']}{', leak' if row['leak'] else ''})", 38)
        for row in part.to_dict("records")
    ]
    ax.set_yticks(range(len(part)), names, fontsize=SMALL)
    ax.set_ylim(-0.7, len(part) - 0.3)
    ax.set_xlabel(f"technique minus baseline, {metric.difference}; {metric.better}", fontsize=9)
    ax.grid(axis="x", alpha=0.3)


def _draw(ax: Axes, place: int, row: dict[Any, Any], metric: Metric) -> None:
    published, fixed = (metric.scale * row[key] for key in ("published_gain", "fixed_gain"))
    found = metric.scaled(*(row[key] for key in ("fresh_gain", "ci_low", "ci_high")))
    fate = str(row["holds"])
    colour, marker = COLOURS.get(fate, NOT_JUDGED), MARKERS.get(fate, "o")
    face = colour if fate in COLOURS else "white"
    style: dict[str, Any] = {
        "color": colour,
        "markerfacecolor": face,
        "capsize": 3,
        "markersize": 6,
    }
    draw_interval(ax, place, *found, fmt=marker, **style)
    ax.plot(published, place, "D", markerfacecolor="none", markeredgecolor="black", zorder=3)
    ax.plot(fixed, place, "|", color="black", markersize=11)


def _explain(figure: Figure, ax: Axes, gains: pd.DataFrame) -> None:
    """Add a legend, outside the panels."""
    seeds = sorted({int(n) for n in gains["seeds"]})
    label = f"the published draw: mean of {seeds[-1] if seeds else 'many'} seeds"
    handles = [
        *ax.plot([], [], "D", markerfacecolor="none", markeredgecolor="black", label="published"),
        *ax.plot([], [], "|", color="black", markersize=11, label=label),
    ]
    for fate in FATES:
        if (gains["holds"] == fate).any():
            label = f"fresh draws: {fate}"
            handles += ax.plot([], [], MARKERS[fate], color=COLOURS[fate], label=label)
    if (gains["kind"] == "").any():
        label = "fresh draws: not judged"
        handles += ax.plot([], [], "o", color=NOT_JUDGED, markerfacecolor="white", label=label)
    leak = ""
    if gains["leak"].any():
        leak = "leak: its published number was taken on rows that it watched while it trained"
    legend_below(figure, handles, 3, leak)
