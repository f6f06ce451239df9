"""What did the technique change, repeat by repeat?"""

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.style import (
    TECHNIQUE,
    Axes,
    Figure,
    draw_interval,
    headings,
    panels,
    spread_out,
    stacked,
    title,
)
from regpipe.rows.draws import DRAWN, ONE, Draws


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
        comparison: protocol, metric (accuracy, r2, mse, loss), mean, ci_low, ci_high (NaN where
            the pairs allow no conclusion about other rows, as of seeds on the fixed draw), lowest,
            highest, wins, ties, pairs, verdict (NaN on the fixed draw).
        name: the technique's title.
        smallest_difference: per metric, drawn as a grey band.
        draws: what the repeats are called.
    """
    metrics = list(comparison["metric"].unique())
    across = min(len(metrics), 2 if len(metrics) > 3 else 3)
    figure, axes = panels(-(-len(metrics) // across), across, 5.6, 3.4, sharey=True)
    heads = headings(draws)
    places = {protocol: len(heads) - 1 - i for i, protocol in enumerate(heads)}
    for ax in axes.flat[len(metrics) :]:
        ax.remove()
    for ax, name_of_metric in zip(axes.flat, metrics, strict=False):
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
            height = place + 0.05 + spread_out(len(differences), 0.2)
            ax.scatter(differences, height, s=16, color=TECHNIQUE, alpha=0.5, linewidths=0)
            _draw_comparison(ax, place, comparisons.loc[protocol], metric)
        unit = metric.unit and f",{metric.unit}"
        ax.set_xlabel(f"test {metric.name}, technique - baseline{unit}")
        ax.locator_params(axis="x", nbins=6)
        ax.set_title(f"{metric.name}: {metric.better}", fontsize=10)
    axes[0][0].set_yticks(list(places.values()), [stacked(heads[p]) for p in places])
    axes[0][0].set_ylim(-0.75, len(places) - 0.5)
    title(figure, f"{name}: paired differences")
    interval = "" if draws is ONE else f", on {draws.fresh} with its interval"
    figure.supxlabel(
        f"diamond: mean{interval} (seeds on one {draws.fixed.split()[-1]} say nothing about "
        "others); grey: too small to interest anyone",
        fontsize=9,
    )
    return figure


def _draw_comparison(ax: Axes, place: float, comparison: pd.Series, metric: Metric) -> None:
    """Draw the mean, with its interval where it has one, below the pairs, and write it down."""
    mean, low, high = (comparison[key] for key in ("mean", "ci_low", "ci_high"))
    text = "no mean, as a score is no number"
    if np.isfinite(mean):
        if np.isfinite([low, high]).all():
            text = f"{metric.with_interval(mean, low, high)}{metric.unit}"
        else:
            ends = " to ".join(metric.signed(comparison[key]) for key in ("lowest", "highest"))
            text = f"{metric.signed(mean)}{metric.unit} on average, from {ends}"
        numbers = metric.scaled(mean, low, high)
        draw_interval(ax, place - 0.32, *numbers, fmt="D", color="black", capsize=4)
    verdict = "" if pd.isna(comparison["verdict"]) else f": {comparison['verdict']}"
    ax.annotate(
        f"{text}, better in {comparison['wins']} of {comparison['pairs']}{verdict}",
        (0.5, place - 0.45),
        xycoords=("axes fraction", "data"),
        ha="center",
        va="top",
        fontsize=8,
    )
