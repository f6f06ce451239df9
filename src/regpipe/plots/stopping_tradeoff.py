"""What does each stopping rule pay, in epochs, for how good a network?

The trade-off of Prechelt (1998), "Early stopping - but when?".
"""

from itertools import cycle, product

import pandas as pd

from regpipe.plots.labels import label_points
from regpipe.plots.style import CLASSES, MARKERS, Axes, Figure, legend_below, panels, title

LINEAR = 1.0  # percent, below which the axis is linear, so that 0 has a place

# Of problems whose rows are drawn, and of others, which are tables.
MEANINGS = {"fixed": "the published rows, many seeds", "fresh": "other rows at each repeat"}


def stopping_tradeoff(rules: pd.DataFrame) -> Figure:
    """Draw how far above the lowest loss each rule ends, over the epochs it spends.

    Args:
        rules: a row per problem, protocol and rule: problem, protocol, rule (as in gl_2; what is
            before the first _ is its family), repeats, stopped (in how many of them it ended the
            training), epochs (spent) and excess (kept loss / lowest possible loss - 1, in percent),
            each as `_mean`, `_low` and `_high`.
    """
    from matplotlib.ticker import LogLocator, NullFormatter

    problems = list(rules["problem"].unique())
    figure, axes = panels(len(problems), len(MEANINGS), 5.6, 3.8, sharex="row", sharey=True)
    axes[0][0].set_yscale("symlog", linthresh=LINEAR)
    names = rules["rule"].str.partition("_")
    rules = rules.assign(family=names[0], label=names[2].str.replace("_", ", "))
    styles = dict(zip(rules["family"].unique(), cycle(zip(CLASSES, MARKERS, strict=True))))
    shown = {}
    for ax, (problem, protocol) in zip(axes.flat, product(problems, MEANINGS), strict=True):
        part = rules[(rules["problem"] == problem) & (rules["protocol"] == protocol)]
        shown[ax] = part
        for family, (colour, marker) in styles.items():
            _draw_family(ax, part[part["family"] == family], family, colour, marker)
        ax.set_title(f"{problem}: {MEANINGS[protocol]}", fontsize=10)
        ax.grid(alpha=0.3)
    for ax in axes.flat:  # once all is drawn: else rules that spend alike have an axis of no width
        ax.set_xscale("log")
        ax.margins(x=0.08)  # so that the last tick doesn't run into the next panel's first
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
        ax.xaxis.set_major_formatter("{x:,.0f}")
        ax.xaxis.set_minor_formatter(NullFormatter())
    for ax in axes[:, 0]:
        ax.set_ylabel("loss above the lowest, %")
    for ax in axes[-1]:
        ax.set_xlabel("epochs spent")
    axes[0][0].yaxis.set_major_formatter("{x:,g}")
    axes[0][0].set_ylim(bottom=-0.15 * LINEAR)
    heading = ""
    if lost := int(rules["excess_mean"].isna().sum()):
        heading = f"{lost} of {len(rules)} have no mean and aren't drawn: a fit diverged"
    legend_below(figure, axes[0][0].get_legend_handles_labels()[0], len(styles), heading)
    title(
        figure,
        "Stopping rules: epochs spent and loss paid (mean and 10-90% over repeats; hollow where "
        "the rule seldom ends the training)",
    )
    figure.draw_without_rendering()
    for ax, part in shown.items():
        places = part[["epochs_mean", "excess_mean"]].to_numpy(float)
        label_points(ax, places, list(part["label"]), [styles[f][0] for f in part["family"]])
    return figure


def _draw_family(ax: Axes, rules: pd.DataFrame, family: str, colour: str, marker: str) -> None:
    x, y = rules["epochs_mean"], rules["excess_mean"]
    ax.hlines(y, rules["epochs_low"], rules["epochs_high"], colour, linewidth=0.6, alpha=0.35)
    ax.vlines(x, rules["excess_low"], rules["excess_high"], colour, linewidth=0.6, alpha=0.35)
    ends = rules["stopped"] > rules["repeats"] / 2
    faces = [colour if it_ends else "white" for it_ends in ends]
    ax.scatter([], [], s=30, color=colour, marker=marker, label=family)  # the legend's, filled
    ax.scatter(x, y, s=30, facecolors=faces, edgecolors=colour, marker=marker, zorder=3)
