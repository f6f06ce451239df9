"""The section about one technique, with captions for its pictures, and words in their place."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import Metric
from regpipe.report.sentence import sentence
from regpipe.report.shrink import Picture
from regpipe.report.study import Story
from regpipe.report.views.cells import MISSING, Badge, badge, change, plain, typeset
from regpipe.statistics.answer import ROLES, Answer

CONSTANT = ("technique", "problem", "settings")  # columns that are the same in every row
MOST_RUNS = 40  # of each protocol that are shown, so that the page stays small
ROWS = "samples"  # shows the problem's rows, and is shown once for all of its techniques
CAPTIONS = {
    "paired_differences": (
        "Technique minus baseline, a dot per repeat. Both of a pair share rows, split and, "
        "wherever they share layers, initial weights."
    ),
    "learning_curves": (
        "Mean over repeats, and the band that holds the middle 80% of them. A fit that has ended "
        "counts on with the numbers of the weights that it keeps."
    ),
    "decision_boundary": "What the networks of all repeats say about each point, on average.",
    "confusion": "Which class is taken for which, in percent of the true class's rows.",
    "predicted_true": "Predictions against the truth, on test rows.",
    "reconstructions": "Rows, some with noise, and what comes back from their codes.",
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


@dataclass(frozen=True)
class Section:
    """A technique: its answer, its pictures, its fits, and how to make it.

    `change` is the mean difference and its interval; `sentence` is the answer; `runs` are the first
    rows of each protocol in the run table, which has `left_out` more; `block` is YAML, and `code`
    plain Keras.
    """

    name: str
    title: str
    verdict: Badge
    change: tuple[str, str]
    explanation: str
    sentence: str
    figures: list[Figure]
    columns: list[str]
    runs: list[list[str]]
    left_out: int
    block: str
    code: str


def section(story: Story, pictures: Mapping[str, Picture]) -> Section:
    """Return the section; `pictures` are the technique's own, shrunk."""
    answer, gain = story.answer, story.answer.gain
    shown = story.runs.groupby("protocol").head(MOST_RUNS)
    runs = shown[[n for n in shown if n not in CONSTANT]]
    return Section(
        name=answer.technique,
        title=answer.title,
        verdict=badge(answer.fresh.verdict),
        change=change(answer.unit, gain.mean, gain.ci_low, gain.ci_high),
        explanation=story.explanation,
        sentence=typeset(sentence(answer)),
        figures=[_figure(name, pictures[name], answer) for name in in_order(story.pictures)],
        columns=[str(column).replace("_", " ") for column in runs.columns],
        runs=list(_rows(runs)),
        left_out=len(story.runs) - len(shown),
        block=story.block,
        code=story.code,
    )


def _figure(name: str, picture: Picture, answer: Answer) -> Figure:
    name_in_words = name.replace("_", " ")
    text = f"{answer.title} on {answer.problem}: {name_in_words}. {_alternative(name, answer)}"
    return Figure(picture, name_in_words, CAPTIONS.get(name, ""), text.rstrip())


def _rows(runs: pd.DataFrame) -> Iterable[list[str]]:
    seeds = [column.endswith("seed") for column in runs.columns]
    for row in runs.itertuples(index=False):
        yield [_cell(value, seed) for value, seed in zip(row, seeds, strict=True)]


def _cell(value: str | float | None, is_seed: bool) -> str:
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return MISSING
    return str(int(value)) if is_seed else typeset(plain(float(value)))


def in_order(pictures: Mapping[str, bytes]) -> list[str]:
    """Return the names of a technique's own pictures, known ones first."""
    own = [name for name in pictures if name != ROWS]
    return [*(name for name in CAPTIONS if name in own), *(n for n in own if n not in CAPTIONS)]


def _alternative(picture: str, answer: Answer) -> str:
    """Return what a picture shows for somebody who can't see it, "" if there is no description."""
    if picture == "grid" or picture not in CAPTIONS:
        return ""
    describe = {"paired_differences": _differences, "learning_curves": _epochs}.get(picture, _arms)
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
    unit, rows = answer.unit, answer.fresh.draws.fresh
    ends = [
        f"{role} {_written(unit, scores['train'].mean)} on train and "
        f"{_written(unit, scores['test'].mean)} on test rows"
        for role in ROLES
        for scores in [answer.fresh.of(role)]
    ]
    where = f"On {answer.fresh.repeats} {rows}"
    return f"Loss and metric over the epochs. {where}, {unit.name} ends at: {'; '.join(ends)}."


def _written(unit: Metric, mean: float) -> str:
    return "undefined" if math.isnan(mean) else unit.value(mean)


def _arms(answer: Answer) -> str:
    draws = answer.fresh.draws
    return f"Baseline and technique side by side, on the {draws.fixed} and on {draws.fresh}."
