"""Does the network overfit, would more rows help, and where does the luck in a score come from?"""

import numpy as np
import pandas as pd

from regpipe.plots.style import WIDTH, Axes, Figure, legend_below, panels, title
from regpipe.statistics.diagnosis import Diagnosis

SIDES = {"train": ("#E69F00", "s", "rows trained on"), "test": ("#0072B2", "o", "other rows")}
SOURCES = {"rows": ("which rows", "#009E73"), "seeds": ("the seed", "#CC79A7")}
DEEPEST = -1.0  # that an R² is drawn: where it fails, it may lie anywhere below
APART = 0.12  # between the seeds of a repeat and its place


def diagnosis(fits: pd.DataFrame, found: Diagnosis, finding: str) -> Figure:
    """Draw scores by the number of rows, scores of each repeat, and where the luck comes from.

    Args:
        fits: repeat, share, seed, train_rows, and the metric's `train_` and `test_` scores.
        found: what was diagnosed of them.
        finding: what stands above, such as `Boston: the network overfits by 0.40 R²`.
    """
    from regpipe.plots.log_ticks import plain_ticks

    unit = found.unit
    scores = {side: f"{side}_{found.metric}" for side in SIDES}
    drawn = fits.assign(**{side: unit.value_scale * fits[score] for side, score in scores.items()})
    figure, axes = panels(1, 3, WIDTH / 3, 3.9, width_ratios=[5, 5, 3])
    rows, repeats, luck = axes[0]
    repeats.sharey(rows)
    _by_rows(rows, drawn, found)
    _by_repeat(repeats, drawn[drawn["share"] == 1])
    _luck(luck, found)
    rows.set_ylabel(f"{unit.values}, {unit.better}")
    values = drawn[[*SIDES]].to_numpy(float)
    lowest, highest = values.min(), values.max()
    if unit.higher_is_better and lowest < DEEPEST:
        rows.set_ylim(DEEPEST, max(highest, 0) + 0.1)
    elif not unit.higher_is_better and lowest > 0:
        rows.set_yscale("log")
        plain_ticks([rows.yaxis, repeats.yaxis])
    legend_below(figure, rows.get_legend_handles_labels()[0], 2)
    title(figure, finding)
    return figure


def _by_rows(ax: Axes, drawn: pd.DataFrame, found: Diagnosis) -> None:
    """Draw a thin line for each repeat, the means, and what twice the rows would give."""
    unit, sizes = found.unit, [point.rows for point in found.curve]
    for side, (colour, marker, label) in SIDES.items():
        for _, repeat in drawn[drawn["seed"] == 0].sort_values("share").groupby("repeat"):
            ax.plot(repeat["train_rows"], repeat[side], color=colour, linewidth=0.7, alpha=0.35)
        means = [unit.value_scale * getattr(point, side) for point in found.curve]
        ax.plot(sizes, means, color=colour, marker=marker, linewidth=2, label=label)
    test, whole = found.test, sizes[-1]
    mean, low, high = (unit.value_scale * end for end in (test.mean, test.ci_low, test.ci_high))
    if np.isfinite([low, high]).all():
        below_above = [[mean - low], [high - mean]]
        colour, interval = SIDES["test"][0], f"{100 * found.confidence:.10g}% interval"
        ax.errorbar(whole, mean, below_above, color=colour, capsize=4, label=interval)
    if found.doubled is not None:
        sizes = [*sizes, 2 * whole]
        gain = unit.value_scale * found.doubled * (1 if unit.higher_is_better else -1)
        ends, colour = [mean, mean + gain], SIDES["test"][0]
        label = "twice the rows, about"
        ax.plot([whole, 2 * whole], ends, "o:", color=colour, mfc="white", zorder=1, label=label)
    ax.set_xscale("log")
    ax.minorticks_off()
    ax.set_xticks(sizes, [f"{size:,.0f}" for size in sizes])
    ax.set_xlabel("rows trained on")
    ax.set_title("by the number of rows\n(thin: repeats)", fontsize=10)
    ax.grid(alpha=0.3)


def _by_repeat(ax: Axes, drawn: pd.DataFrame) -> None:
    """Draw both scores of each fit on all rows, with the gap between them."""
    shift = np.where(drawn["seed"] == 0, -APART, APART)
    places = 1 + drawn["repeat"].to_numpy() + shift
    ax.vlines(places, drawn["test"], drawn["train"], color="0.8", linewidth=1.5)
    for side, (colour, marker, _) in SIDES.items():
        ax.plot(places, drawn[side], marker, color=colour, markersize=5)
    ax.set_xticks(sorted({1 + int(repeat) for repeat in drawn["repeat"]}))
    ax.set_xlabel("repeat, each with two seeds")
    ax.set_title("on all rows,\nrepeat by repeat", fontsize=10)
    ax.tick_params(labelleft=False)
    ax.grid(axis="y", alpha=0.3)


def _luck(ax: Axes, found: Diagnosis) -> None:
    """Draw which share of a score's variance each source has."""
    noise, unit, bottom = found.noise, found.unit, 0.0
    for source, (label, colour) in SOURCES.items():
        share = 0.0 if np.isnan(noise.rows) else getattr(noise, source)
        ax.bar(0, share, 0.6, bottom, color=colour)
        if not np.isnan(noise.rows):
            middle = np.clip(bottom + share / 2, 0.08, 0.9)
            ax.text(0.36, middle, f"{label}\n{share:.0%}", va="center", fontsize=9)
        bottom += share
    ax.set(xlim=(-0.4, 1.3), ylim=(0, 1), xticks=[])
    ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.set_ylabel("share of the variance of a score")
    known = f"sd {unit.size(noise.sd)}{unit.unit}" if noise.sd > 0 else "none, or too few fits"
    ax.set_title(f"luck:\n{known}", fontsize=10)
