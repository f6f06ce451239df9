"""The tables of an answer: what is compared, all models, and what was chosen in each split."""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS, typeset
from regpipe.report.views.answer import BESIDE, NAMES, ahead_of, no_interval, setting_in_words
from regpipe.report.views.cells import MISSING, Badge, better, plain, rival_badge
from regpipe.report.views.cocktail import in_words
from regpipe.statistics.summary import Mean
from regpipe.statistics.winners import WHOLE, WINNER, ModelAnswer, What, won


@dataclass(frozen=True)
class ComparedRow:
    """A model, its mean on test rows with an interval, and how it does beside the best network."""

    name: str
    mean: str
    interval: str
    beside: str
    verdict: Badge | None


@dataclass(frozen=True)
class ModelRow:
    """A model, in how many splits it is the best other one, and its mean on test rows."""

    name: str
    won: str
    mean: str
    interval: str


@dataclass(frozen=True)
class ChosenRow:
    """What was chosen in a split, or of all rows: of both sides what it is, and how it did."""

    split: str
    side: str
    network: str
    network_held_out: str
    network_test: str
    other: str
    other_held_out: str
    other_test: str


def compared_rows(answer: ModelAnswer) -> list[ComparedRow]:
    """Return a row for the answer, for both sides, and for what is left of the best network."""
    unit = METRICS[answer.metric]
    rows = []
    for what in NAMES:
        found, ahead = answer.compared[what], ahead_of(answer, what)
        rows.append(
            ComparedRow(
                NAMES[what],
                unit.value(found.mean),
                interval_of(answer, found.mean, found.mean_ci_low, found.mean_ci_high),
                ahead.by(unit) if ahead else "",
                rival_badge(ahead.verdict) if ahead else None,
            )
        )
    return rows


def labels(answer: ModelAnswer) -> dict[What, str]:
    """Return what stands beside each of those compared in a picture."""
    unit, told = METRICS[answer.metric], {}
    for what in NAMES:
        ahead = ahead_of(answer, what)
        beside = BESIDE.get(what, NAMES["network"])
        by = f"\n{ahead.by(unit)} beside {beside}" if ahead else ""
        told[what] = typeset(f"{NAMES[what]}: {unit.value(answer.compared[what].mean)}{by}")
    return told


def interval_of(answer: ModelAnswer, mean: float, low: float, high: float) -> str:
    """Return the interval of a mean, or why there is none."""
    unit = METRICS[answer.metric]
    if math.isnan(low) or math.isnan(high):
        why = no_interval(answer, mean)
        return f"none: {why}" if why else "none"
    return f"[{unit.value(low)}, {unit.value(high)}]"


def model_rows(
    answer: ModelAnswer, models: Mapping[str, Mean], others: pd.DataFrame
) -> list[ModelRow]:
    """Return a row per other model and one for the best network, the best on test rows first.

    Args:
        answer: the answer.
        models: the mean of each on test rows, with its interval.
        others: a row per repeat and model, see `answer.others`.
    """
    unit, sign = METRICS[answer.metric], better(answer.metric)
    fresh = others[others["protocol"] != WHOLE]
    times = won(fresh)["model"].value_counts()
    network = answer.compared["network"]
    means = {name: (one.mean, one.ci_low, one.ci_high) for name, one in models.items()}
    means[NAMES["network"]] = (network.mean, network.mean_ci_low, network.mean_ci_high)

    def key(name: str) -> tuple[bool, float]:
        mean = means[name][0]
        return math.isnan(mean), -sign * mean

    return [
        ModelRow(
            name,
            f"{times.get(name, 0)} of {answer.repeats}" if name in models else "",
            unit.value(means[name][0]),
            interval_of(answer, *means[name]),
        )
        for name in sorted(means, key=key)
    ]


def chosen_rows(
    answer: ModelAnswer, networks: pd.DataFrame, others: pd.DataFrame, sides: pd.DataFrame
) -> list[ChosenRow]:
    """Return what was chosen in each split, and behind them what was chosen of all rows.

    Args:
        answer: the answer.
        networks: a row per repeat and variant, see `answer.networks`.
        others: a row per repeat and model, see `answer.others`.
        sides: of each repeat what both sides have on held-out rows, and the better one.
    """
    keys, test = ["protocol", "repeat"], f"test_{answer.metric}"
    network = networks[networks["variant"] == WINNER].set_index(keys)
    other = won(others).set_index(keys)
    write: Callable[[float], str] = METRICS[answer.metric].value

    def score(number: float) -> str:
        return MISSING if pd.isna(number) else write(number)

    rows = []
    for row in sides.to_dict("records"):
        at = row["protocol"], row["repeat"]
        ours, theirs = network.loc[at], other.loc[at]
        rows.append(
            ChosenRow(
                "all rows" if row["protocol"] == WHOLE else str(row["repeat"] + 1),
                "network" if row["side"] == "network" else "other model",
                _made(in_words(json.loads(ours["mixture"])), ours["cut"], int(ours["seeds"])),
                score(row["network"]),
                score(ours[test]),
                _made(_setting(theirs), theirs["cut"]),
                score(row["other"]),
                score(theirs[test]),
            )
        )
    return rows


def _setting(row: pd.Series) -> str:
    setting = setting_in_words(json.loads(row["setting"]))
    return row["model"] + (f": {setting}" if setting else "")


def _made(what: str, cut: float | None, seeds: int = 1) -> str:
    mean = f"; the mean of {seeds}" if seeds > 1 else ""
    return what + mean + ("" if pd.isna(cut) else f"; second class from {plain(float(cut))} on")


def exported(model: str, chosen: Mapping[str, Any]) -> str:
    """Return what an export hands out, by its `about.json`.

    >>> exported("network", {"mixture": {"dropout": 0.2, "cosine": None}, "seeds": 5})
    'The network (dropout 0.2, cosine; the mean of 5)'
    >>> exported("network", {"mixture": {}, "seeds": 1}), exported("SVC", {"setting": {"C": 10}})
    ('The network (as it is)', 'The SVC (C 10)')
    """
    if model != "network":
        setting = setting_in_words(chosen["setting"])
        return f"The {model}" + (f" ({setting})" if setting else "")
    what = in_words(chosen["mixture"]) if chosen["mixture"] else "as it is"
    return f"The network ({_made(what, None, chosen['seeds'])})"
