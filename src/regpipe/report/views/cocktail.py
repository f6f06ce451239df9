"""What a cocktail gives, in a few sentences and on its page."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS, Metric, typeset
from regpipe.report.sentence import percent, undefined
from regpipe.report.views.cells import Badge, change, plain, rival_badge, rivalry
from regpipe.statistics.cocktail import CocktailAnswer, RecipeWorth, Rivalled

NAMED = 3  # recipes, at most, in the sentence
NOTHING_COMMON = "No recipe is in more than half of the best mixtures."
AGAINST: dict[Rivalled, str] = {
    "baseline": "the plain network",
    "single": "the best single technique",
}


@dataclass(frozen=True)
class RivalRow:
    """What the mixtures are compared with: means on test rows, and the difference."""

    name: str
    mixture: str
    other: str
    change: tuple[str, str]
    verdict: Badge


@dataclass(frozen=True)
class WorthRow:
    """A recipe, in how many of the best mixtures it is, and what they lose without it."""

    name: str
    title: str
    times: str
    worth: tuple[str, str]


@dataclass(frozen=True)
class Best:
    """The best mixture of a repeat: of how many, its metric, and the recipes in it."""

    repeat: int
    trials: int
    pruned: int
    validation: str
    test: str
    recipes: str


def cocktail_sentence(answer: CocktailAnswer) -> str:
    """Return what the best mixtures give, and what is useful in them."""
    unit = METRICS[answer.metric]
    mean = answer.against["baseline"].test_mixture
    parts = [_over(answer, rival, unit) for rival in AGAINST]
    best = f"The best of {answer.trials:,} mixtures on {answer.problem}, another in each of "
    if math.isnan(mean):
        return f"{best}{answer.repeats} repeats: the {undefined(unit, 'them')}."
    return (
        f"{best}{answer.repeats} repeats, have a test {unit.name} of {unit.value(mean)}: "
        f"{'; '.join(parts)}.{_useful(answer, unit)}"
    )


def rivals(answer: CocktailAnswer) -> list[RivalRow]:
    """Return a row per rival."""
    unit = METRICS[answer.metric]
    return [
        RivalRow(
            _named(answer, key),
            unit.value(rival.test_mixture),
            unit.value(rival.test_other),
            change(unit, rival.mean, rival.ci_low, rival.ci_high),
            rival_badge(rival.verdict),
        )
        for key in AGAINST
        for rival in [answer.against[key]]
    ]


def recipe_worths(answer: CocktailAnswer, titles: Mapping[str, str]) -> list[WorthRow]:
    """Return a row per recipe in the mixtures, the most useful first; `titles` are of recipes."""
    return [
        WorthRow(
            part.ingredient,
            titles.get(part.ingredient, ""),
            f"{part.times} of {part.of}",
            _worth(part, METRICS[answer.metric]),
        )
        for part in answer.ingredients
    ]


def have_common(answer: CocktailAnswer) -> bool:
    """Whether any recipe is in more than half of the best mixtures."""
    return any(2 * part.times > part.of for part in answer.ingredients)


def best_of_each(mixtures: pd.DataFrame, metric: str) -> list[Best]:
    """Return the best mixture of each repeat."""
    unit = METRICS[metric]
    rows = mixtures[mixtures["without"].isna()].sort_values("repeat")
    return [
        Best(
            int(row["repeat"]),
            int(row["trials"]),
            int(row["pruned"]),
            typeset(unit.value(row[f"validation_{metric}"])),
            typeset(unit.value(row[f"test_{metric}"])),
            in_words(json.loads(row["mixture"])),
        )
        for row in rows.to_dict("records")
    ]


def in_words(mixture: Mapping[str, float | None]) -> str:
    """Return what is in a mixture.

    >>> in_words({"dropout": 0.2, "batch_norm": None}), in_words({})
    ('dropout 0.2, batch_norm', 'nothing')
    """
    parts = (name if value is None else f"{name} {plain(value)}" for name, value in mixture.items())
    return ", ".join(parts) or "nothing"


def _worth(part: RecipeWorth, unit: Metric) -> tuple[str, str]:
    if math.isnan(part.ci_low):
        return typeset(unit.signed(part.worth)), "in too few repeats"
    return change(unit, part.worth, part.ci_low, part.ci_high)


def _named(answer: CocktailAnswer, key: Rivalled) -> str:
    """Name a rival, and in how many repeats it is one, where that isn't all."""
    pairs = answer.against[key].pairs
    return AGAINST[key] + ("" if pairs == answer.repeats else f", in {pairs} repeats")


def _over(answer: CocktailAnswer, key: Rivalled, unit: Metric) -> str:
    rival, interval = answer.against[key], ""
    if not math.isnan(rival.ci_low):
        low, high = (unit.end(end).lstrip("+") for end in (rival.ci_low, rival.ci_high))
        interval = f" ({percent(answer.confidence)} interval {low} to {high})"
    return (
        f"{unit.signed(rival.mean)}{unit.unit}{interval} over {_named(answer, key)}, "
        f"{rivalry(rival.verdict)}"
    )


def _useful(answer: CocktailAnswer, unit: Metric) -> str:
    """Name the recipes without which the mixtures surely lose something."""
    sure = [part for part in answer.ingredients if part.ci_low > 0][:NAMED]
    if not sure:
        return " What leaving out any one ingredient costs is too little to tell."
    named = ", ".join(
        f"{part.ingredient} ({unit.size(part.worth)}{unit.unit}, in {part.times} of {part.of})"
        for part in sure
    )
    return f" They lose most without {named}."
