"""Why does the score of a single run prove so little?"""

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import Axes, Figure, legend_below, panels, title
from regpipe.statistics.variance import ROWS

COLOURS = {"rows drawn": "#0072B2", "initial weights": "#E69F00", "order and masks": "#CC79A7"}
HEIGHT = 0.36


def variance(shares: pd.DataFrame) -> Figure:
    """Draw where the variance of each problem's score comes from, a bar per kind of rows.

    Args:
        shares: problem, metric, rows (`test`, `score`), source, variance and share.
    """
    bars = shares[["problem", "metric", "rows"]].drop_duplicates().to_dict("records")
    figure, axes = panels(1, 1, 8.0, 0.8 + HEIGHT * len(bars))
    ax = axes[0][0]
    for place, bar in enumerate(bars):
        part = shares[(shares["problem"] == bar["problem"]) & (shares["rows"] == bar["rows"])]
        _stack(ax, -place, part)
    labels = [f"{bar['problem']}, {ROWS[bar['rows']]}" for bar in bars]
    ax.set_yticks([-place for place in range(len(bars))], labels)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.set_xlabel("share of the variance from one run to the next")
    sources = {handle.get_label(): handle for handle in ax.get_legend_handles_labels()[0]}
    legend_below(figure, list(sources.values()), len(sources))
    title(figure, "Where the noise of a single run comes from")
    return figure


def _stack(ax: Axes, place: float, part: pd.DataFrame) -> None:
    """Draw the shares of one problem side by side, and behind them the whole deviation."""
    left = 0.0
    for source, share in zip(part["source"], part["share"], strict=True):
        ax.barh(place, share, 0.75, left, color=COLOURS[source], label=source)
        left += share
    metric, deviation = METRICS[part["metric"].iloc[0]], part["variance"].sum() ** 0.5
    label = f"sd {metric.size(deviation)}{metric.unit} of {metric.name}"
    ax.text(1.01, place, label, va="center", fontsize=8)
