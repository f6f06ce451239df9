"""Which model is the best, how sure is that, and what does it owe to each regularizer?"""

from collections.abc import Mapping

import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.recipe_worth import draw_worths, gain_axis
from regpipe.plots.style import (
    BASELINE,
    TECHNIQUE,
    WIDTH,
    Axes,
    Figure,
    as_is,
    draw_interval,
    panels,
    title,
)
from regpipe.statistics.winners import Compared, ModelAnswer, What

MOST = 8  # regularizers that are drawn
DEEPEST = -1.0  # that an R² is drawn: where it fails, it may lie anywhere below
GREY = "0.45"
COLOURS: dict[What, str] = {
    "answer": TECHNIQUE,
    "network": BASELINE,
    "other": "#009E73",
    "unregularized": GREY,
    "plain": GREY,
}


def answer(found: ModelAnswer, labels: Mapping[What, str], finding: str) -> Figure:
    """Draw the scores of the models that are compared, and what leaving out a regularizer costs.

    Args:
        found: the answer.
        labels: of the models that are compared, in the order in which they are drawn.
        finding: what stands above.
    """
    unit, worths = METRICS[found.metric], found.worths[:MOST]
    heights = [1.2 + 0.4 * len(labels), *([1.2 + 0.28 * len(worths)] if worths else [])]
    figure, axes = panels(len(heights), 1, WIDTH, 1.0, height_ratios=heights)
    figure.set_figheight(sum(heights) + 0.4)
    _models(axes[0][0], found, labels, unit)
    if worths:
        table = pd.DataFrame([vars(one) for one in worths])
        ax = axes[1][0]
        draw_worths(ax, table, unit)
        ax.set_ylabel("")
        ax.set_xlabel(gain_axis(unit), fontsize=9)
        ax.set_title(_of_worths(found), fontsize=10)
    title(figure, finding)
    return figure


def _models(ax: Axes, found: ModelAnswer, labels: Mapping[What, str], unit: Metric) -> None:
    drawn = list(labels)[::-1]
    for place, what in enumerate(drawn):
        _mean(ax, place, found.compared[what], unit, COLOURS[what])
    ax.set_yticks(range(len(drawn)), [as_is(labels[what]) for what in drawn], fontsize=9)
    ax.set_ylim(-0.7, len(drawn) - 0.3)
    if unit.higher_is_better and ax.get_xlim()[0] < DEEPEST:
        ax.set_xlim(left=DEEPEST)
    ax.set_xlabel(f"test {unit.values}, {unit.better}", fontsize=9)
    ax.set_title(f"means of {found.repeats} splits, {_intervals(found)}", fontsize=10)
    ax.grid(axis="x", alpha=0.3)


def _mean(ax: Axes, place: int, one: Compared, unit: Metric, colour: str) -> None:
    numbers = (one.mean, one.mean_ci_low, one.mean_ci_high)
    mean, low, high = (unit.value_scale * number for number in numbers)
    draw_interval(ax, place, mean, low, high, fmt="o", color=colour, markersize=6)


def _intervals(found: ModelAnswer) -> str:
    known = any(pd.notna(one.mean_ci_low) for one in found.compared.values())
    return f"{100 * found.confidence:.10g}% intervals" if known else "without intervals"


def _of_worths(found: ModelAnswer) -> str:
    less = len(found.worths) - MOST
    several = f", {MOST} of {len(found.worths)}" if less > 0 else ""
    return f"what each regularizer is worth (in how many splits{several})"
