"""What did the technique change, repeat by repeat?"""

from typing import Any

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS, Metric, typeset
from regpipe.plots.style import (
    SMALL,
    TECHNIQUE,
    WIDTH,
    Axes,
    Figure,
    draw_interval,
    explain,
    headings,
    panels,
    spread_out,
    stacked,
    title,
)
from regpipe.plots.verdicts import COLOURS, finding
from regpipe.rows.draws import DRAWN, ONE, Draws

BELOW = 0.32  # of a repeat's dots, where their mean is drawn
NOTES = 1.02  # of a panel's width, where what is drawn is written down


def paired_differences(
    pairs: pd.DataFrame,
    comparison: pd.DataFrame,
    name: str,
    smallest_difference: dict[str, float],
    draws: Draws = DRAWN,
) -> Figure:
    """Draw each pair's difference on test rows, their mean and its interval.

    Args:
        pairs: protocol and, for each metric, `test_<metric>_b` of the baseline and `_t` of the
            technique.
        comparison: protocol, metric (accuracy, r2, mse, loss), the one that decides first, mean,
            ci_low, ci_high (NaN where the pairs allow no conclusion about other rows, as of seeds
            on the fixed draw), lowest, highest, wins, ties, pairs, verdict (NaN on the fixed draw).
        name: the technique's title.
        smallest_difference: per metric, drawn as a grey band.
        draws: what the repeats are called.
    """
    metrics = list(comparison["metric"].unique())
    figure, axes = panels(len(metrics), 1, WIDTH, 1.85, sharey=True)
    heads = headings(draws)
    places = {protocol: len(heads) - 1 - i for i, protocol in enumerate(heads)}
    for ax, name_of_metric in zip(axes.flat, metrics, strict=True):
        metric = METRICS[name_of_metric]
        smallest = metric.scale * smallest_difference[name_of_metric]
        ax.axvspan(-smallest, smallest, color="0.9", zorder=0)
        ax.axvline(0, color="0.4", linewidth=1)
        comparisons = comparison[comparison["metric"] == name_of_metric].set_index("protocol")
        for protocol, place in places.items():
            part = pairs[pairs["protocol"] == protocol]
            before, after = (part[f"test_{name_of_metric}_{arm}"].to_numpy() for arm in "bt")
            differences = metric.scale * (after - before)
            differences = differences[np.isfinite(differences)]
            height = place + 0.1 + spread_out(len(differences), 0.3)
            ax.scatter(differences, height, s=16, color=TECHNIQUE, alpha=0.5, linewidths=0)
            _draw_comparison(ax, place, comparisons.loc[protocol], metric)
        ax.set_xlabel(f"test {metric.name}, technique minus baseline{_unit(metric)}")
        ax.set_yticks(list(places.values()), [stacked(heads[p]) for p in places])
        ax.margins(x=0.03)
        ax.locator_params(axis="x", nbins=8)
    axes[0][0].set_ylim(-0.6, len(places) - 0.55)
    deciding = comparison[comparison["metric"] == metrics[0]].set_index("protocol").loc["fresh"]
    title(figure, finding(name, deciding.to_dict(), METRICS[metrics[0]], draws))
    interval = "" if draws is ONE else f", on {draws.fresh} with its interval"
    explain(
        figure,
        f"Dot: a repeat. Diamond: mean{interval} (seeds on one {draws.fixed.split()[-1]} say "
        "nothing about others). Grey: too little to matter.",
    )
    return figure


def _unit(metric: Metric) -> str:
    """Return in what it is drawn, and which way is better."""
    return f" ({', '.join(filter(None, [metric.unit.strip(), metric.better]))})"


def _draw_comparison(ax: Axes, place: float, comparison: pd.Series, metric: Metric) -> None:
    """Draw the mean, with its interval where it has one, below the pairs; write it down beside."""
    mean, low, high = (comparison[key] for key in ("mean", "ci_low", "ci_high"))
    verdict = "" if pd.isna(comparison["verdict"]) else comparison["verdict"]
    colour = COLOURS[verdict] if verdict else "black"
    lines = ["no mean, as a score is no number"]
    if np.isfinite(mean):
        if np.isfinite([low, high]).all():
            lines = [f"{typeset(metric.with_interval(mean, low, high))}{metric.unit}"]
        else:
            ends = " to ".join(metric.end(comparison[key]) for key in ("lowest", "highest"))
            lines = [typeset(f"{metric.signed(mean)}{metric.unit}, from {ends}")]
        numbers = metric.scaled(mean, low, high)
        draw_interval(ax, place - BELOW, *numbers, fmt="D", color=colour, capsize=4)
    lines.append(f"better in {comparison['wins']} of {comparison['pairs']}")
    style: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "fontsize": SMALL}
    height, side = (place - 0.22, "bottom") if verdict else (place - 0.1, "center")
    ax.text(NOTES, height, "\n".join(lines), va=side, **style)
    if verdict:
        ax.text(NOTES, height, verdict, va="top", color=colour, fontweight="bold", **style)
