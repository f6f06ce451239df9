"""What the page of a cocktail shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.report.cocktail import AGAINST
from regpipe.report.views.cells import Badge, Record, change, plain, rival_badge, typeset
from regpipe.statistics.cocktail import CocktailAnswer
from regpipe.statistics.cocktail import Rival as Against


@dataclass(frozen=True)
class Rival:
    """What the mixtures are compared with: means on test rows, and the difference."""

    name: str
    mixture: str
    other: str
    change: tuple[str, str]
    verdict: Badge


@dataclass(frozen=True)
class Ingredient:
    """A recipe, in how many of the best mixtures it is, and what they lose without it."""

    name: str
    title: str
    times: str
    worth: tuple[str, str]


@dataclass(frozen=True)
class Best:
    """The best mixture of a repeat: how it was found, its metric, and what is in it."""

    repeat: int
    trials: int
    pruned: int
    validation: str
    test: str
    said: str


def rivals(answer: CocktailAnswer) -> list[Rival]:
    """Return what `summary.json` says of each rival."""
    unit = METRICS[answer.metric]
    return [_rival(name, answer.against[key], unit) for key, name in AGAINST.items()]


def ingredients(parts: pd.DataFrame, titles: Mapping[str, str], unit: Metric) -> list[Ingredient]:
    """Return the ingredients, the most useful first; `titles` are those of the recipes."""
    return [
        Ingredient(
            row["ingredient"],
            titles.get(row["ingredient"], ""),
            f"{row['times']} of {row['of']}",
            _worth(row, unit),
        )
        for row in parts.to_dict("records")
    ]


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
            said(json.loads(row["mixture"])),
        )
        for row in rows.to_dict("records")
    ]


def said(mixture: Mapping[str, float | None]) -> str:
    """Return what is in a mixture.

    >>> said({"dropout": 0.2, "batch_norm": None}), said({})
    ('dropout 0.2, batch_norm', 'nothing')
    """
    doses = (
        name + (f" {plain(dose)}" if dose is not None else "") for name, dose in mixture.items()
    )
    return ", ".join(doses) or "nothing"


def _rival(name: str, found: Against, unit: Metric) -> Rival:
    return Rival(
        name,
        unit.value(found.test_mixture),
        unit.value(found.test_other),
        change(unit, found.mean, found.ci_low, found.ci_high),
        rival_badge(found.verdict),
    )


def _worth(row: Record, unit: Metric) -> tuple[str, str]:
    if pd.isna(row["ci_low"]):
        return typeset(unit.signed(row["worth"])), "in too few repeats"
    return change(unit, row["worth"], row["ci_low"], row["ci_high"])
