"""The section about one technique."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.report.sentence import sentence
from regpipe.report.shrink import Picture
from regpipe.report.study import Story
from regpipe.report.views.captions import CAPTIONS, alternative, in_order, named
from regpipe.report.views.cells import MISSING, Badge, badge, change, plain, typeset
from regpipe.statistics.answer import Answer
from regpipe.statistics.overlap import is_halves

SAID = ("technique", "problem", "settings")  # columns that are the same in every row
MOST_RUNS = 40  # of each protocol that are shown, so that the page stays small


@dataclass(frozen=True)
class Figure:
    """A picture, its name, caption and alternative text."""

    picture: Picture
    name: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Section:
    """What is told of a technique.

    Attributes:
        name: of the technique, by which it is linked.
        title: what people call it.
        problem: the name of its problem.
        verdict: on its own.
        change: the mean difference, and its interval.
        explanation: what it does.
        sentence: the answer.
        figures: its pictures.
        columns: of the run table.
        runs: the rows of the run table, the first of each protocol.
        left_out: how many rows it has besides.
        block: its YAML.
        code: plain Keras.
    """

    name: str
    title: str
    problem: str
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
    """Return what is told of a technique; `pictures` are its own, shrunk."""
    answer, gain = story.answer, story.answer.gain
    shown = story.runs.groupby("protocol").head(MOST_RUNS)
    runs = shown[[n for n in shown if n not in SAID and not is_halves(str(n))]]
    return Section(
        name=answer.technique,
        title=answer.title,
        problem=answer.problem,
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
    return Figure(picture, named(name), CAPTIONS.get(name, ""), alternative(name, answer))


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
