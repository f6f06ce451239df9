"""What does each stopping rule pay, in epochs, for how good a network?

The trade-off of Prechelt (1998), "Early stopping - but when?".
"""

from typing import Any

import numpy as np
import pandas as pd

from regpipe.plots.style import (
    CLASSES,
    MARKERS,
    SMALL,
    WIDTH,
    Axes,
    Figure,
    blank,
    legend_below,
    title,
)

LINEAR = 1.0  # percent, below which the axis is linear, so that 0 has a place
HEIGHT = 0.36  # inches per rule
APART = 0.22  # of problems, in a rule's row
# What the rules of `stopping_rules.yml` are called in words; others by their names.
FAMILIES = {
    "patience": "patience of {} epochs",
    "gl": "generalization loss above {}%",
    "pq": "progress quotient above {}",
    "up": "{} rises of the loss in a row",
    "average": "little change on average, {} epochs",
    "absolute": "little change, {} epochs",
}


def stopping_tradeoff(rules: pd.DataFrame) -> Figure:
    """Draw the epochs that each rule spends, and how far above the lowest loss it ends.

    It is of other rows at each repeat: many seeds on the published rows, which the table has, too,
    say nothing about others.

    Args:
        rules: a row per problem, protocol and rule: problem, protocol, rule (as in gl_2; what is
            before the first _ is its family), repeats, stopped (in how many of them it ended the
            training), epochs (spent) and excess (kept loss / lowest possible loss - 1, in percent),
            each as `_mean`, `_low` and `_high`.
    """
    from regpipe.plots.log_ticks import whole_ticks

    fresh = rules[rules["protocol"] == "fresh"]
    problems, names = list(fresh["problem"].unique()), list(fresh["rule"].unique())
    figure = blank(WIDTH, 1.9 + HEIGHT * len(names))
    spent, paid = figure.subplots(1, 2, sharey=True)
    shifts = APART * (np.arange(len(problems)) - (len(problems) - 1) / 2)
    handles = []
    for k, (problem, shift) in enumerate(zip(problems, shifts, strict=True)):
        part = fresh[fresh["problem"] == problem].set_index("rule").reindex(names)
        style = {"color": CLASSES[k % len(CLASSES)], "marker": MARKERS[k % len(MARKERS)]}
        for ax, what in ((spent, "epochs"), (paid, "excess")):
            _draw(ax, part, what, shift, style)
        handles += spent.plot([], [], linestyle="", label=problem, **style)
    for ax in (spent, paid):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(axis="x", alpha=0.3)
        for place in range(1, len(names), 2):  # so that the eye keeps to a row
            ax.axhspan(place - 0.5, place + 0.5, color="0.95", zorder=0)
    spent.set_yticks(range(len(names)), [_in_words(name) for name in names], fontsize=SMALL)
    spent.set_ylim(len(names) - 0.4, -0.6)
    spent.set_xscale("log")
    spent.margins(x=0.06)
    whole_ticks([spent.xaxis])
    spent.set_xlabel("epochs spent\n(logarithmic)")
    paid.set_xscale("symlog", linthresh=LINEAR)
    paid.xaxis.set_major_formatter("{x:,g}")
    paid.set_xlim(left=-0.15 * LINEAR)
    paid.axvline(LINEAR, color="0.4", linestyle=":", linewidth=1)
    paid.set_xlabel(f"loss above the lowest, %\n(logarithmic, linear up to {LINEAR:g}%)")
    legend_below(figure, handles, len(handles), "\n".join(_notes(fresh)))
    title(figure, _finding(fresh))
    return figure


def _draw(ax: Axes, part: pd.DataFrame, what: str, shift: float, style: dict[str, Any]) -> None:
    """Draw the means of a problem, hollow where the rule seldom ends the training."""
    places = np.arange(len(part)) + shift
    low, high = part[f"{what}_low"], part[f"{what}_high"]
    ax.hlines(places, low, high, style["color"], linewidth=0.9, alpha=0.5)
    ends = (part["stopped"] > part["repeats"] / 2).to_numpy()
    faces = [style["color"] if it_ends else "white" for it_ends in ends]
    marks = {"marker": style["marker"], "facecolors": faces, "edgecolors": style["color"]}
    ax.scatter(part[f"{what}_mean"], places, s=26, zorder=3, **marks)


def _in_words(rule: str) -> str:
    """Return what a rule is called.

    >>> _in_words("gl_2"), _in_words("patience_0"), _in_words("mine_5")
    ('generalization loss above 2%', 'patience of 0 epochs', 'mine 5')
    """
    family, _, number = rule.partition("_")
    return FAMILIES[family].format(number) if family in FAMILIES else rule.replace("_", " ")


def _notes(rules: pd.DataFrame) -> list[str]:
    notes = ["Mean and 10-90% over repeats, other rows at each of them."]
    if (rules["stopped"] <= rules["repeats"] / 2).any():
        notes[0] += " Hollow: the rule seldom ends the training."
    if lost := int(rules["excess_mean"].isna().sum()):
        notes.append(f"{lost} of {len(rules)} have no mean and aren't drawn: a fit diverged.")
    return notes


def _finding(rules: pd.DataFrame) -> str:
    """Return what the hastiest rule and the one that ends closest to the lowest loss pay."""
    excess = rules.pivot(index="rule", columns="problem", values="excess_mean").dropna()
    epochs = rules.pivot(index="rule", columns="problem", values="epochs_mean").loc[excess.index]
    if excess.empty:
        return "No stopping rule has a mean: fits diverged"
    hasty = str(np.log(epochs).mean(axis=1).idxmin())
    ends = (rules["stopped"] > rules["repeats"] / 2).groupby(rules["rule"]).all()
    ending = excess[ends.loc[excess.index]]  # a rule that ends nothing ends close to the lowest
    close = str((excess if ending.empty else ending).mean(axis=1).idxmin())
    paid = {rule: _range(excess.loc[rule].to_numpy(float)) for rule in (hasty, close)}
    first = f"Stopping by {_in_words(hasty)} ends {paid[hasty]} above the lowest loss"
    if close == hasty:
        return f"{first}, and no rule ends closer"
    times = (epochs.loc[close] / epochs.loc[hasty]).median()
    then = f"by {_in_words(close)} {paid[close]}"
    return f"{first}; {then}, for {times:.2g} times the epochs"


def _range(percents: np.ndarray) -> str:
    low, high = (f"{end:.2g}" for end in (percents.min(), percents.max()))
    return f"{low}%" if low == high else f"{low} to {high}%"
