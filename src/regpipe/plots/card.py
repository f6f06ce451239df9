"""What would one send to a colleague about a technique? A card: the gain, its interval, a word."""

import textwrap
from typing import Any

import numpy as np

from regpipe.language.metrics import typeset
from regpipe.plots.style import TECHNIQUE, Axes, Figure, as_is, draw_interval, spread_out
from regpipe.plots.verdicts import COLOURS, GROUNDS, MARKERS, too_few
from regpipe.rows.draws import ONE
from regpipe.statistics.answer import Answer
from regpipe.statistics.claims import published_baseline
from regpipe.statistics.judging import (
    NOT_CONTRADICTED,
    NOT_REPRODUCED,
    STAND_IN,
    TOO_FEW,
    reproduction,
)

SIZE = (10.0, 5.25)  # inches; at 120 dots each, what is shown of a page that is linked to
INK, DIM, PAPER = "#1c1f24", "#5a6069", "#fbfaf7"  # as on the report page
LEFT, MIDDLE, RIGHT = 0.05, 0.45, 0.95  # of the width: where texts begin, and the strip
LARGEST, SMALLEST = 30, 15  # points, of the title
WORDS = {
    NOT_CONTRADICTED: "not contradicted by {} seeds on that draw",
    NOT_REPRODUCED: "not reproduced by any of {} seeds on that draw",
    TOO_FEW: "which {} seeds are too few to contradict",
}


def card(answer: Answer) -> Figure:
    """Draw the card of a technique.

    Args:
        answer: about it.
    """
    from matplotlib.figure import Figure as Drawn

    figure = Drawn(figsize=SIZE, facecolor=PAPER)
    _head(figure, answer)
    _gain(figure, answer)
    _strip(figure.add_axes((MIDDLE, 0.36, RIGHT - MIDDLE, 0.3), facecolor="none"), answer)
    _foot(figure, answer)
    return figure


def _head(figure: Figure, answer: Answer) -> None:
    """Write the technique's title as large as it fits, and the problem's."""
    head = figure.text(LEFT, 0.905, "", color=INK, fontweight="bold", va="center")
    for size in range(LARGEST, SMALLEST - 1, -1):
        head.set(text=as_is(answer.title), fontsize=size)
        if _fits(figure, head):
            break
    else:
        head.set_text(_cut(answer.title, 60))
    problem = _cut(answer.problem_block.title, 90)
    figure.text(LEFT, 0.815, f"on {problem}", color=DIM, fontsize=15, va="center")


def _fits(figure: Figure, text: Any) -> bool:
    return bool(text.get_window_extent().x1 <= RIGHT * figure.bbox.width)


def _cut(text: object, letters: int) -> str:
    """Return the beginning of a person's text in one line."""
    return as_is(textwrap.shorten(str(text), letters, placeholder="..."))


def _gain(figure: Figure, answer: Answer) -> None:
    """Write the gain, its interval and the verdict."""
    gain, unit, verdict = answer.gain, answer.unit, answer.fresh.verdict
    colour = COLOURS[verdict]
    large = typeset(unit.signed(gain.mean))
    style: dict[str, Any] = {"color": colour, "va": "center"}
    figure.text(LEFT, 0.65, large, fontsize=46, fontweight="bold", **style)
    interval = typeset(unit.interval(gain.ci_low, gain.ci_high))
    lines = textwrap.wrap(f"{unit.difference}, on average", 34)
    lines.append(f"{_confidence(answer)} interval {interval}" if interval else "no interval")
    if answer.fresh.few and verdict != "too few":
        repeats = too_few(answer.fresh.repeats, answer.fresh.draws)
        lines.append(f"only {repeats}: too few to rely on")
    if answer.hardly_beats_guess:
        than = "hardly" if answer.over_guess > 0 else "no"
        lines.append(f"{than} better than a constant guess")
    figure.text(LEFT, 0.5, "\n".join(lines), fontsize=12.5, color=INK, va="center", linespacing=1.3)
    box = {"boxstyle": "round,pad=0.4", "facecolor": GROUNDS[colour], "edgecolor": colour}
    word = "can't be told" if verdict == "too few" else verdict
    figure.text(LEFT + 0.045, 0.37, word, fontsize=15, fontweight="bold", bbox=box, **style)
    shape = figure.add_axes((LEFT - 0.01, 0.34, 0.04, 0.06))
    shape.plot([0], [0], MARKERS[verdict], color=colour, markersize=13)
    shape.set_axis_off()


def _confidence(answer: Answer) -> str:
    return f"{100 * answer.run.statistics.confidence:.10g}%"


def _strip(ax: Axes, answer: Answer) -> None:
    """Draw the gain of each repeat, their mean with its interval, and what was published."""
    unit, gain, fresh = answer.unit, answer.gain, answer.fresh
    each = unit.scale * np.array(fresh.by_repeat)
    each = each[np.isfinite(each)]
    smallest = unit.scale * answer.smallest_difference
    ax.axvspan(-smallest, smallest, color="#e3e1dc", zorder=0)
    ax.axvline(0, color=DIM, linewidth=1)
    dots: dict[str, Any] = {"s": 30, "color": TECHNIQUE, "alpha": 0.45, "linewidths": 0}
    ax.scatter(each, 1 + spread_out(len(each), 0.55), **dots)
    numbers = unit.scaled(gain.mean, gain.ci_low, gain.ci_high)
    style: dict[str, Any] = {
        "fmt": "D",
        "color": COLOURS[fresh.verdict],
        "capsize": 5,
        "markersize": 8,
    }
    if np.isfinite(numbers[0]):
        draw_interval(ax, 0.35, *numbers, **style)
    if (claimed := _claimed(answer)) is not None:
        x = unit.scale * claimed
        ax.plot(x, 0.35, "D", markerfacecolor="none", markeredgecolor=INK, markersize=8)
        ax.annotate(
            "published",
            (x, 0.35),
            (0, -9),
            textcoords="offset points",
            fontsize=10,
            ha="center",
            va="top",
            color=INK,
        )
    ax.set(ylim=(-0.1, 1.45), yticks=[])
    ax.margins(x=0.07)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.tick_params(labelsize=11, colors=INK)
    how = ", ".join(filter(None, [unit.unit.strip(), unit.better]))
    label = textwrap.fill(f"{unit.name}, with it minus without it ({how})", 60)
    ax.set_xlabel(label, fontsize=10.5, color=INK)
    repeats = too_few(fresh.repeats, fresh.draws) if fresh.draws is ONE else _counted(answer)
    ax.set_title(repeats, fontsize=13, color=INK, loc="left")


def _counted(answer: Answer) -> str:
    return f"{answer.counted}, better in {answer.gain.wins} of them"


def _claimed(answer: Answer) -> float | None:
    """Return the published gain, where this run may be put beside it."""
    fixed, bare = answer.fixed, published_baseline(answer)
    away = fixed.stand_in or fixed.not_comparable or fixed.baseline_not_comparable
    if away or not fixed.published or bare is None or bare.test is None:
        return None
    score = fixed.published.test
    return None if score is None else score - bare.test


def _foot(figure: Figure, answer: Answer) -> None:
    """Write what it does, what was published, and where the card is from."""
    what = figure.text(LEFT, 0.17, "", fontsize=12, color=INK, va="center")
    for letters in range(120, 60, -4):
        lines = textwrap.wrap(answer.block.explanation, letters, max_lines=2, placeholder=" ...")
        what.set_text(as_is("\n".join(lines)))
        if _fits(figure, what):
            break
    if published := _published(answer):
        figure.text(LEFT, 0.095, published, fontsize=11, color=INK, va="center")
    small = f"regpipe: {answer.technique}. Grey: too little to matter. Dots: pairs that share "
    small += "rows, split and initial weights."
    figure.text(LEFT, 0.04, small, fontsize=9, color=DIM, va="center")


def _published(answer: Answer) -> str:
    """Return what was published of its test rows, and whether many seeds contradict it."""
    fixed, unit = answer.fixed, answer.unit
    if not fixed.published or fixed.published.test is None:
        return ""
    number = f"Published test {unit.name}: {unit.value(fixed.published.test)}"
    inside = "test" not in fixed.missed
    word = reproduction(inside, fixed.repeats, fixed.not_comparable, fixed.stand_in)
    if word == STAND_IN:
        return f"{number}, of rows that others stand in for."
    return f"{number}, {WORDS.get(word, f'{word} with this run').format(fixed.repeats)}."
