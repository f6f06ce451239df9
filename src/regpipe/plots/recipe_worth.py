"""What is each recipe of a cocktail worth?"""

import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.style import BASELINE, Axes, Figure, draw_interval, panels, title


def recipe_worth(parts: pd.DataFrame, name: str, metric: str) -> Figure:
    """Draw what the mixtures lose without each of their recipes, with its interval.

    Args:
        parts: ingredient (the recipe), times, of, worth, ci_low, ci_high (NaN where there are too
            few), the most useful first; there may be none.
        name: the problem's title.
        metric: by which they are judged.
    """
    figure, axes = panels(1, 1, 7.2, 1.5 + 0.28 * max(len(parts), 1))
    draw_worths(axes[0][0], parts, METRICS[metric])
    title(figure, f"{name}: {_finding(parts, METRICS[metric])}")
    return figure


def _finding(parts: pd.DataFrame, unit: Metric) -> str:
    known = parts.dropna(subset=["worth"])
    if known.empty:
        return "what each ingredient of the best mixtures is worth can't be told"
    best = known.to_dict("records")[0]
    interval = unit.interval(best["ci_low"], best["ci_high"]) or "(no interval)"
    worth = f"{unit.signed(best['worth'])} {unit.difference} {interval}"
    return f"of the best mixtures' ingredients, {best['ingredient']} is worth most: {worth}"


def gain_axis(unit: Metric) -> str:
    r"""Return what a gain is of what, in which unit, in two lines.

    >>> gain_axis(METRICS["cost"])
    'without it minus with it,\ncost; right is useful'
    """
    terms = ["with it", "without it"][:: 1 if unit.higher_is_better else -1]
    return f"{' minus '.join(terms)},\n{unit.difference}; right is useful"


def draw_worths(ax: Axes, parts: pd.DataFrame, unit: Metric) -> None:
    """Draw the same into a panel."""
    ax.axvline(0, color="0.4", linewidth=1)
    drawn = parts.iloc[::-1]
    for place, row in enumerate(drawn.to_dict("records")):
        numbers = unit.scaled(*(row[key] for key in ("worth", "ci_low", "ci_high")))
        draw_interval(ax, place, *numbers, fmt="o", color=BASELINE, markersize=5)
    labels = [f"{row.ingredient} ({row.times} of {row.of})" for row in drawn.itertuples()]
    ax.set_yticks(range(len(labels)), labels, fontsize=9)
    ax.set_ylabel("ingredient\n(in how many)")
    ax.set_ylim(-0.7, max(len(parts), 1) - 0.3)
    ax.set_xlabel(gain_axis(unit))
    ax.grid(axis="x", alpha=0.3)
