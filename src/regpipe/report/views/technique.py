"""The pictures of one technique, with captions, and words in their place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from regpipe.language.metrics import Metric
from regpipe.report.shrink import Picture, shrink_all
from regpipe.report.study import Story
from regpipe.statistics.answer import ROLES, Answer

ROWS = "samples"  # shows the problem's rows, and is shown once for all of its techniques
CARD = "card"  # is there to be sent, and says what the page says
CAPTIONS = {
    "paired_differences": (
        "Technique minus baseline, a dot per repeat. Both of a pair share rows, split and, "
        "wherever they share layers, initial weights."
    ),
    "learning_curves": (
        "Mean over repeats, and of the rows that are watched the band that holds the middle 80%. A "
        "fit that has ended counts on with the numbers of the weights that it keeps."
    ),
    "decision_boundary": (
        "What the networks of all repeats say about each point, on average; dashed, where it is "
        "known: the boundary that would be best."
    ),
    "confusion": (
        "How much more often a class is taken for another with the technique than without it, in "
        "points of the true class's rows."
    ),
    "predicted_true": "Predictions against the truth, on test rows.",
    "reconstructions": (
        "Rows, some with noise, what comes back from their codes, and where that differs."
    ),
    "weight_norms": "How large the weights of each layer are at the end, a dot per fit.",
    "grid": "Each value of its strength, and how often validation rows chose it.",
}


@dataclass(frozen=True)
class Figure:
    """A picture, its name, caption and alternative text."""

    picture: Picture
    name: str
    caption: str
    alt: str


def figures(story: Story) -> list[Figure]:
    """Return what shows a technique."""
    own = shrink_all({name: story.pictures[name] for name in _in_order(story.pictures)})
    return [_figure(name, picture, story.answer) for name, picture in own.items()]


def _figure(name: str, picture: Picture, answer: Answer) -> Figure:
    name_in_words = name.replace("_", " ")
    text = f"{answer.title} on {answer.problem}: {name_in_words}. {_alternative(name, answer)}"
    return Figure(picture, name_in_words, CAPTIONS.get(name, ""), text.rstrip())


def _in_order(pictures: Mapping[str, bytes]) -> list[str]:
    """Return the names of a technique's own pictures, known ones first."""
    own = [name for name in pictures if name not in (ROWS, CARD)]
    return [*(name for name in CAPTIONS if name in own), *(n for n in own if n not in CAPTIONS)]


def _alternative(picture: str, answer: Answer) -> str:
    """Return what a picture shows for somebody who can't see it, "" if there is no description."""
    if picture == "grid" or picture not in CAPTIONS:
        return ""
    special = {"paired_differences": _differences, "learning_curves": _epochs, "confusion": _change}
    describe = special.get(picture, _arms)
    return describe(answer)


def _differences(answer: Answer) -> str:
    unit, gain, rows = answer.unit, answer.gain, answer.fresh.draws.fresh
    wins = f"better in {gain.wins} of {answer.fresh.repeats}"
    if math.isnan(gain.mean):
        return f"On {rows} {wins}; a score is no number, so that there is no mean."
    mean = f"{unit.signed(gain.mean)}{unit.unit}"
    if not math.isnan(gain.ci_low):
        mean += f", interval {unit.end(gain.ci_low)} to {unit.end(gain.ci_high)}"
    return f"Mean difference of {unit.name} on {rows} {mean}, {wins}."


def _epochs(answer: Answer) -> str:
    unit = answer.unit
    ends = [
        f"{role} {_written(unit, scores['train'].mean)} on train and "
        f"{_written(unit, scores['test'].mean)} on test rows"
        for role in ROLES
        for scores in [answer.fresh.of(role)]
    ]
    where = f"On {answer.counted}"
    return f"Loss and metric over the epochs. {where}, {unit.name} ends at: {'; '.join(ends)}."


def _written(unit: Metric, mean: float) -> str:
    return "undefined" if math.isnan(mean) else unit.value(mean)


def _arms(answer: Answer) -> str:
    draws = answer.fresh.draws
    return f"Baseline and technique side by side, on the {draws.fixed} and on {draws.fresh}."


def _change(answer: Answer) -> str:
    draws = answer.fresh.draws
    return f"Technique minus baseline, on the {draws.fixed} and on {draws.fresh}."
