"""Why does the score of a single run prove so little?"""

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import SMALL, WIDTH, Axes, Figure, legend_below, panels, title
from regpipe.statistics.variance import ROWS

DRAWN_ROWS = "rows drawn"
COLOURS = {DRAWN_ROWS: "#0072B2", "initial weights": "#E69F00", "order and masks": "#CC79A7"}
HEIGHT = 0.36


def variance(shares: pd.DataFrame) -> Figure:
    """Draw where the variance of each problem's score comes from, a bar per kind of rows.

    Args:
        shares: problem, metric, rows (`test`, `score`), source, variance and share.
    """
    bars = shares[["problem", "metric", "rows"]].drop_duplicates().to_dict("records")
    figure, axes = panels(1, 1, WIDTH, 1.4 + HEIGHT * len(bars))
    ax = axes[0][0]
    for place, bar in enumerate(bars):
        part = shares[(shares["problem"] == bar["problem"]) & (shares["rows"] == bar["rows"])]
        _stack(ax, -place, part)
    labels = [f"{bar['problem']}, {ROWS[bar['rows']]}" for bar in bars]
    ax.set_yticks([-place for place in range(len(bars))], labels)
    ax.set_xlim(0, 1)
    ax.set_ylim(0.6 - len(bars), 0.6)
    ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    ax.set_xlabel("share of the variance from one run to the next")
    sources = {handle.get_label(): handle for handle in ax.get_legend_handles_labels()[0]}
    note = "sd: standard deviation of the score, from one run to the next."
    legend_below(figure, list(sources.values()), len(sources), note)
    title(figure, _finding(shares))
    return figure


def _finding(shares: pd.DataFrame) -> str:
    """Return how much the draw of the rows decides: where it does most, and where least."""
    of_rows = shares[shares["source"] == DRAWN_ROWS].set_index("problem")["share"].dropna()
    if of_rows.empty:
        return "Nothing varies from one run to the next"
    most, least = of_rows.idxmax(), of_rows.idxmin()
    first = f"{of_rows.max():.0%} of a single run's noise on {most} is the draw of the rows"
    return first if most == least else f"{first}; on {least}, {of_rows.min():.0%}"


def _stack(ax: Axes, place: float, part: pd.DataFrame) -> None:
    """Draw the shares of one problem side by side, and behind them the whole deviation."""
    left = 0.0
    for source, share in zip(part["source"], part["share"], strict=True):
        ax.barh(place, share, 0.75, left, color=COLOURS[source], label=source)
        left += share
    metric, deviation = METRICS[part["metric"].iloc[0]], part["variance"].sum() ** 0.5
    label = f"sd {metric.size(deviation)}{metric.unit} of {metric.name}"
    ax.text(1.01, place, label, va="center", fontsize=SMALL)
