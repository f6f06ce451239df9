"""The published numbers: what was said, what comes out, and whether the gain holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regpipe.metrics import Metric
from regpipe.report.views.cells import MISSING, Badge, Record, badge, change, typeset, unit_of

GAINS = "Gains of techniques: test scores beside those of the baseline"
OTHERS = "Other numbers: baselines, training rows, epochs"
POINTS = "Grids: a number for each strength"


@dataclass(frozen=True)
class Row:
    """A published number.

    Attributes:
        arm: what it is about, by whose name it is linked where `linked`.
        linked: whether there is a section about it.
        title: what people call it.
        problem: the name of its problem.
        number: such as "test accuracy", and the point of a grid.
        published: the number.
        found: mean and sd over the seeds.
        range: the lowest and the highest of them.
        reproduced: or not.
        gains: published, and found on the fixed draw; "" where none was claimed.
        fresh: the mean gain on fresh draws and its interval; "" likewise.
        holds: what became of the gain; None likewise.
        loss: whether what was published is a loss.
        leak: whether it watches the rows that score it.
        source: its place in the list of sources, from 1.
        note: its place in the list of notes, 0 where there is none.
    """

    arm: str
    linked: bool
    title: str
    problem: str
    number: str
    published: str
    found: str
    range: str
    reproduced: Badge
    gains: tuple[str, str]
    fresh: tuple[str, str]
    holds: Badge | None
    loss: bool
    leak: bool
    source: int
    note: int


@dataclass(frozen=True)
class Claims:
    """The table, its rows by what they are about, and what it refers to."""

    groups: Mapping[str, list[Row]]
    sources: list[str]
    notes: list[str]


def claims(table: pd.DataFrame, sections: Mapping[str, Any]) -> Claims:
    """Return the rows in three groups.

    Args:
        table: a row per published number, see `statistics.claims`.
        sections: something for each technique that has a section of its own.
    """
    sources, notes = (_distinct(table[column]) for column in ("source", "note"))
    groups: dict[str, list[Row]] = {GAINS: [], OTHERS: [], POINTS: []}
    for row in table.to_dict("records"):
        group = GAINS if row["holds"] else POINTS if row["at"] else OTHERS
        groups[group].append(_row(row, row["arm"] in sections, sources, notes))
    return Claims({name: rows for name, rows in groups.items() if rows}, sources, notes)


def _distinct(texts: pd.Series) -> list[str]:
    return [text for text in dict.fromkeys(texts) if isinstance(text, str) and text]


def _row(row: Record, linked: bool, sources: list[str], notes: list[str]) -> Row:
    unit = unit_of(row["number"])
    side, _, last = row["number"].rpartition(" ")
    name = f"{side} {unit.name if unit else last}"
    gains = tuple(_signed(unit, row[key]) for key in ("published_gain", "fixed_gain"))
    known = unit is not None and bool(row["holds"])
    ends = [row[key] for key in ("fresh_gain", "ci_low", "ci_high")]
    return Row(
        arm=row["arm"],
        linked=linked and bool(row["technique"]),
        title=row["title"],
        problem=row["problem"],
        number=f"{name}, {row['at']}" if row["at"] else name,
        published=_value(unit, row["published"]),
        found=_spread(unit, row),
        range=f"{_value(unit, row['low'])} to {_value(unit, row['high'])}",
        reproduced=badge("reproduced" if row["reproduced"] else "not reproduced"),
        gains=(gains[0], gains[1]),
        fresh=change(unit, *ends) if unit and known else ("", ""),
        holds=badge(row["holds"]) if known else None,
        loss=bool(known and row["published_gain"] < 0),
        leak=bool(row["leak"]),
        source=sources.index(row["source"]) + 1 if row["source"] in sources else 0,
        note=notes.index(row["note"]) + 1 if row["note"] in notes else 0,
    )


def _value(unit: Metric | None, value: Any) -> str:
    if value is None or pd.isna(value):
        return MISSING
    return typeset(unit.value(float(value))) if unit else f"{float(value):,.0f}"


def _spread(unit: Metric | None, row: Record) -> str:
    mean, sd = (_value(unit, row[key]) for key in ("mean", "sd"))
    return mean if sd == MISSING else f"{mean} ± {sd}"


def _signed(unit: Metric | None, value: Any) -> str:
    if unit is None or value is None or pd.isna(value):
        return ""
    return typeset(unit.signed(float(value)))
