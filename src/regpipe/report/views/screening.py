"""What a screen has besides: what tuning on test rows would claim, and how other models do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.report.sentence import several, undefined
from regpipe.report.study import Screening
from regpipe.report.views.cells import (
    Badge,
    Record,
    change,
    counts_of,
    plain,
    rival_badge,
    rivalry,
)
from regpipe.statistics.verdicts import SAME, direction

NETWORK = "network"


@dataclass(frozen=True)
class Tuned:
    """What choosing a recipe's strength gave.

    Attributes:
        technique: the recipe's name.
        chosen: the strength that was chosen most often, and how often.
        baseline: the metric without it.
        honest: the metric with the strength that held-out rows chose.
        optimistic: the metric if the test rows themselves had chosen.
    """

    technique: str
    title: str
    chosen: str
    baseline: str
    honest: str
    optimistic: str


@dataclass(frozen=True)
class Reference:
    """A model beside the network.

    Attributes:
        model: its name in scikit-learn, or that of the network.
        mean: of the metric on test rows.
        change: the mean difference to the network, and its interval; None for the network.
        verdict: whether it is better than the network; None for the network.
        chosen: the setting that was chosen most often, "" where there was no choice.
        seconds: of a fit, and of choosing.
    """

    model: str
    mean: str
    change: tuple[str, str] | None
    verdict: Badge | None
    chosen: str
    seconds: str


def tuned(screening: Screening) -> list[Tuned]:
    """Return a row per recipe that has a strength."""
    return [_tuned(row) for row in screening.tuning.dropna(subset="strength").to_dict("records")]


def references(screening: Screening) -> list[Reference]:
    """Return a row per model, the best first."""
    return [_reference(row) for row in screening.references.to_dict("records")]


def sentences(screening: Screening) -> list[str]:
    """Return what a screen tells beside the verdicts."""
    told = given_up(screening.tuning), worth(screening), omission(screening)
    return [text for text in told if text]


def given_up(tuning: pd.DataFrame) -> str:
    """Return how many recipes weren't tried to the end; nothing where all were."""
    left = tuning[tuning["repeats"] < tuning["planned"]]
    if left.empty:
        return ""
    who, could = ("1 was", "it") if len(left) == 1 else (f"{len(left)} were", "they")
    who = f"All {who}" if 1 < len(left) == len(tuning) else who
    ran = " to ".join(str(n) for n in sorted({left["repeats"].min(), left["repeats"].max()}))
    return (
        f"{who} given up after {ran} of {left['planned'].iloc[0]} repeats, since {could} could "
        "hardly win any more."
    )


def worth(screening: Screening) -> str:
    """Return whether a network is worth it at all."""
    table = screening.references
    unit = METRICS[table["metric"].iloc[0]]
    network = table[table["model"] == NETWORK].iloc[0]
    others = table[table["model"] != NETWORK]
    first, repeats = others.iloc[0], several(network["repeats"], "repeat")
    parts = [_against(verdict, n) for verdict, n in counts_of(others["verdict"]).items() if n]
    if pd.isna(network["mean"]):
        return (
            f"The {undefined(unit, repeats)}, neither of the network nor of "
            f"{several(len(others), 'model')} of scikit-learn."
        )
    return (
        f"Without a technique the network has a test {unit.name} of "
        f"{unit.written(network['mean'])} over {repeats}. Of {len(others)} models of scikit-learn "
        f"on the same splits, {', '.join(parts)} (each judged by itself); the best is "
        f"{first['model']}, with {unit.written(first['mean'])}.{_guess(unit, network['guess'])}"
    )


def _guess(unit: Metric, guess: float) -> str:
    """Say where the scale begins; nothing where a code judges."""
    if pd.isna(guess):
        return ""
    return f" A constant guess, which ignores all columns, has {unit.written(guess)}."


def _against(verdict: str, n: int) -> str:
    """Return how many models are what against the network.

    >>> _against("helps, too little to matter", 2), _against("no difference that matters", 1)
    ('2 are better than it, too little to matter', '1 makes no difference that matters')
    """
    if verdict == "too few":
        return several(n, "can't be told", "can't be told")
    if verdict == SAME:
        return several(n, f"makes {SAME}", f"make {SAME}")
    word, comma, rest = rivalry(verdict).partition(",")
    than = " than it" if direction(verdict) else ""
    return several(n, "is", "are") + f" {word}{than}{comma}{rest}"


def omission(screening: Screening) -> str:
    """Return which recipes weren't tried, and why; nothing where all were."""
    recipes = "; ".join(
        f"{name} ({reason.partition('. Expected')[0].rstrip('.')})"
        for name, reason in screening.left_out.items()
    )
    return f"Not tried: {recipes}.".replace("`", "") if recipes else ""


def _tuned(row: Record) -> Tuned:
    unit = METRICS[row["metric"]]
    times = f"{int(row['times'])} of {int(row['repeats'])}"
    chosen = f"{row['strength']} {plain(row['chosen'])} ({times}){_edge(row)}"
    shown = {key: unit.written(row[key]) for key in ("baseline", "honest", "optimistic")}
    return Tuned(row["technique"], row["title"], chosen, **shown)


def _edge(row: Record) -> str:
    """Warn where there may be a better strength beyond those that were tried."""
    ends = {row["lowest"]: "smallest", row["highest"]: "largest"}
    return f", the {ends[row['chosen']]} tried" if row["chosen"] in ends else ""


def _reference(row: Record) -> Reference:
    unit = METRICS[row["metric"]]
    mean, seconds = unit.value(row["mean"]), f"{row['seconds']:.2g}"
    if row["model"] == NETWORK:
        return Reference("the network, plain", mean, None, None, "", seconds)
    verdict: Badge | None = None if pd.isna(row["verdict"]) else rival_badge(row["verdict"])
    difference = change(unit, row["difference"], row["ci_low"], row["ci_high"])
    chosen = in_words(json.loads(row["setting"]))
    chosen = f"{chosen} ({int(row['times'])} of {row['repeats']})" if chosen else ""
    seconds = f"{seconds} + {row['search_seconds']:.2g}"
    return Reference(row["model"], mean, difference, verdict, chosen, seconds)


def in_words(setting: Mapping[str, object]) -> str:
    """Return a setting of a model.

    >>> in_words({"C": 10, "kernel": "rbf"})
    'C 10, kernel rbf'
    """
    return ", ".join(f"{name} {value}" for name, value in setting.items())
