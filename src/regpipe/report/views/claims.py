"""The published numbers: what was claimed, what comes out, and whether the claim holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS, Metric, typeset
from regpipe.report.views.cells import MISSING, Badge, Record, badge, change
from regpipe.statistics.judging import NOT_CONTRADICTED, STAND_IN

GAINS = "Gains and losses of techniques: test scores beside those of the baseline"
STAND_INS = "The same about rows that others stand in for: can't tell"
OTHERS = "Other numbers: baselines, training rows, epochs"
POINTS = "Grids: a number for each strength"


@dataclass(frozen=True)
class Row:
    """A published number.

    Attributes:
        arm: what it is about.
        linked: whether there is a section about it.
        number: such as "test accuracy", and the point of a grid.
        spread: mean and sd over the seeds.
        range: the lowest and the highest of them.
        reproduction: whether the seeds of the published draw contradict it.
        also: whether the baseline's seeds don't, either.
        gains: published, and found on the fixed draw; "" where none was claimed.
        fresh: the mean gain on fresh draws and its interval; "" likewise.
        loss: how the test loss changes, of rows that stand in for others; "" else.
        holds: what became of the claim; None where it is none about a gain.
        claim: whether it is one of a gain, of a loss or of no difference.
        leak: whether its number watched the rows that it was taken on.
        source: its place in the list of sources, from 1.
        reason: its place in the list of reasons why it can't be judged, 0 where there is none.
    """

    arm: str
    linked: bool
    problem: str
    number: str
    published: str
    spread: str
    range: str
    reproduction: Badge
    also: bool
    gains: tuple[str, str]
    fresh: tuple[str, str]
    loss: str
    holds: Badge | None
    claim: str
    leak: bool
    source: int
    reason: int


@dataclass(frozen=True)
class Claims:
    """The table, its rows by what they are about, and what it refers to."""

    groups: Mapping[str, list[Row]]
    sources: list[str]
    reasons: list[str]


def claims(table: pd.DataFrame, sections: Mapping[str, Any]) -> Claims:
    """Return the rows in four groups.

    Args:
        table: a row per published number, see `statistics.claims`.
        sections: something for each technique that has a section of its own.
    """
    sources, reasons = (_distinct(table[column]) for column in ("source", "why"))
    groups: dict[str, list[Row]] = {GAINS: [], STAND_INS: [], OTHERS: [], POINTS: []}
    for row in table.to_dict("records"):
        groups[_group(row)].append(_row(row, row["arm"] in sections, sources, reasons))
    return Claims({name: rows for name, rows in groups.items() if rows}, sources, reasons)


def _group(row: Record) -> str:
    if row["holds"]:
        return STAND_INS if row["holds"] == STAND_IN else GAINS
    return POINTS if row["at"] else OTHERS


def _distinct(texts: pd.Series) -> list[str]:
    return [text for text in dict.fromkeys(texts) if isinstance(text, str) and text]


def _row(row: Record, linked: bool, sources: list[str], reasons: list[str]) -> Row:
    side, _, what = row["number"].rpartition(" ")
    unit = METRICS.get(what)  # none of an epoch
    name = f"{side} {unit.name if unit else what}"
    gains = tuple(_signed(unit, row[key]) for key in ("published_gain", "fixed_gain"))
    is_claim = unit is not None and bool(row["holds"])
    ends = [row[key] for key in ("fresh_gain", "ci_low", "ci_high")]
    return Row(
        arm=row["arm"],
        linked=linked and bool(row["technique"]),
        problem=row["problem"],
        number=f"{name}, {row['at']}" if row["at"] else name,
        published=_value(unit, row["published"]),
        spread=_spread(unit, row),
        range=f"{_value(unit, row['low'])} to {_value(unit, row['high'])}",
        reproduction=badge(row["reproduction"]),
        also=row["reproduction"] == NOT_CONTRADICTED and _is_true(row["also_baseline"]),
        gains=(gains[0], gains[1]),
        fresh=change(unit, *ends) if unit and is_claim else ("", ""),
        loss=_loss(row) if is_claim and row["holds"] == STAND_IN else "",
        holds=badge(row["holds"]) if is_claim else None,
        claim=row["claim"],
        leak=bool(row["leak"]),
        source=sources.index(row["source"]) + 1 if row["source"] in sources else 0,
        reason=reasons.index(row["why"]) + 1 if row["why"] in reasons else 0,
    )


def _value(unit: Metric | None, value: float | None) -> str:
    if value is None or pd.isna(value):
        return MISSING
    return typeset(unit.value(float(value))) if unit else f"{float(value):,.0f}"


def _spread(unit: Metric | None, row: Record) -> str:
    mean, sd = (_value(unit, row[key]) for key in ("mean", "sd"))
    return mean if sd == MISSING else f"{mean} ± {sd}"


def _signed(unit: Metric | None, value: float | None) -> str:
    if unit is None or value is None or pd.isna(value):
        return ""
    return typeset(unit.signed(float(value)))


def _is_true(flag: bool | None) -> bool:
    return bool(pd.notna(flag) and flag)


def _loss(row: Record) -> str:
    """Return by how much the test loss changes, and the interval."""
    ends = [row[key] for key in ("fresh_loss", "loss_low", "loss_high")]
    if any(pd.isna(end) for end in ends):
        return ""
    mean, low, high = (f"{float(end):+.2g}" for end in ends)
    return typeset(f"loss {mean} [{low}, {high}]")
