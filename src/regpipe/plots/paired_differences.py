"""What did the technique change, repeat by repeat?"""

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.plots.style import TECHNIQUE, Axes, Figure, headings, panels, stacked, title
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
            nothing is said of other rows, as of seeds on the fixed draw), lowest, highest, wins,
            ties, pairs, verdict (NaN on the fixed draw).
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
    for ax, metric in zip(axes.flat, metrics, strict=False):
        told = METRICS[metric]
        smallest = told.scale * smallest_difference[metric]
        ax.axvspan(-smallest, smallest, color="0.9", zorder=0)
        ax.axvline(0, color="0.4", linewidth=1)
        said = comparison[comparison["metric"] == metric].set_index("protocol")
        for protocol, place in places.items():
            part = pairs[pairs["protocol"] == protocol]
            differences = (
                told.scale * (part[f"test_{metric}_t"] - part[f"test_{metric}_b"]).to_numpy()
            )
            differences = differences[np.isfinite(differences)]
            height = place + _spread_out(len(differences))
            ax.scatter(differences, height, s=16, color=TECHNIQUE, alpha=0.5, linewidths=0)
            _interval(ax, place, said.loc[protocol], told)
        ax.set_xlabel(f"test {told.name}, technique - baseline{told.unit and f',{told.unit}'}")
        ax.locator_params(axis="x", nbins=6)
        ax.set_title(f"{told.name}: {told.better}", fontsize=10)
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


def _interval(ax: Axes, place: float, says: pd.Series, told: Metric) -> None:
    """Draw the mean, with its interval where it has one, below the pairs, and write it down."""
    mean, low, high = (says[key] for key in ("mean", "ci_low", "ci_high"))
    said = "no mean, as a score is no number"
    if np.isfinite(mean):
        error = None
        if np.isfinite([low, high]).all():
            error = [[told.scale * (mean - low)], [told.scale * (high - mean)]]
            said = f"{told.told(mean, low, high)}{told.unit}"
        else:
            ends = " to ".join(told.signed(says[key]) for key in ("lowest", "highest"))
            said = f"{told.signed(mean)}{told.unit} on average, from {ends}"
        ax.errorbar(told.scale * mean, place - 0.32, xerr=error, fmt="D", color="black", capsize=4)
    verdict = "" if pd.isna(says["verdict"]) else f": {says['verdict']}"
    ax.annotate(
        f"{said}, better in {says['wins']} of {says['pairs']}{verdict}",
        (0.5, place - 0.45),
        xycoords=("axes fraction", "data"),
        ha="center",
        va="top",
        fontsize=8,
    )


def _spread_out(n: int) -> np.ndarray:
    """Return small heights that keep equal values apart, the same on every run."""
    return 0.2 * ((np.arange(n) * 0.618034) % 1 - 0.5) + 0.05
