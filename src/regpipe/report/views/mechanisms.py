"""What was claimed to happen inside of networks, and whether it does."""

from dataclasses import dataclass

import pandas as pd

from regpipe.language import Measure
from regpipe.language.metrics import typeset
from regpipe.report.sentence import listed, several
from regpipe.report.views.cells import Badge, Record, badge, change, number
from regpipe.statistics.judging import FAILS, HOLDS, UNDECIDED
from regpipe.statistics.mechanisms import CANT_TELL, TRIFLING


@dataclass(frozen=True)
class Row:
    """A claim of mechanism.

    Attributes:
        statement: what was claimed.
        arm: what it is about.
        beside: the arm that it is compared with, "" where it is compared with a number.
        what: the measure, and what it is claimed to be.
        own: its mean.
        other: that of the arm beside it, or the number.
        change: the mean difference and its interval.
        verdict: what became of the claim.
        source: its place in the list of sources, from 1.
        reason: its place in the list of reasons why it can't be told, 0 where there is none.
    """

    statement: str
    arm: str
    beside: str
    what: str
    own: str
    other: str
    change: tuple[str, str]
    verdict: Badge
    source: int
    reason: int


@dataclass(frozen=True)
class Mechanisms:
    """The table, and what it refers to."""

    rows: list[Row]
    sources: list[str]
    reasons: list[str]


def mechanisms(table: pd.DataFrame) -> Mechanisms:
    """Return a row per claim; `table` is as in `statistics.mechanisms`."""
    sources, reasons = (
        [text for text in dict.fromkeys(table[column]) if text] if len(table) else []
        for column in ("source", "why")
    )
    rows = [_row(row, sources, reasons) for row in table.to_dict("records")]
    return Mechanisms(rows, sources, reasons)


def _row(row: Record, sources: list[str], reasons: list[str]) -> Row:
    measure = Measure.named(row["measure"])
    beside: float = row["near"] if pd.notna(row["near"]) else row["beside_mean"]
    ends = [row[key] for key in ("difference", "ci_low", "ci_high")]
    return Row(
        statement=row["statement"],
        arm=row["arm"],
        beside=row["beside"],
        what=f"{measure.words}: {claimed(row)}",
        own=number(row["arm_mean"], measure.unit.value).text,
        other=number(beside, measure.unit.value).text,
        change=change(measure.unit, *ends),
        verdict=badge(row["verdict"]),
        source=sources.index(row["source"]) + 1,
        reason=reasons.index(row["why"]) + 1 if row["why"] else 0,
    )


def claimed(row: Record) -> str:
    """Return what a measure is claimed to be.

    >>> claimed({"direction": "near", "near": 800.0, "within": 200.0})
    '800, give or take 200'
    """
    if pd.isna(row["near"]):
        return str(row["direction"])
    return typeset(f"{row['near']:g}, give or take {row['within']:g}")


def told(table: pd.DataFrame) -> str:
    """Return how many claims of mechanism hold, "" where there are none."""
    if table.empty:
        return ""
    n = table["verdict"].value_counts().to_dict()
    little = n.get(TRIFLING, 0)
    hold = n.get(HOLDS, 0) + little
    parts = [
        several(hold, "holds", "hold") + (f" ({little} by too little to matter)" * bool(little))
    ]
    for verdict, words in (
        (FAILS, ("does not", "do not")),
        (UNDECIDED, ("is undecided", "are undecided")),
        (CANT_TELL, ("can't be told here", "can't be told here")),
    ):
        if verdict in n:
            parts.append(several(n[verdict], *words))
    claims = several(len(table), "claim", "claims")
    return f"Of {claims} about what happens inside of networks, {listed(parts)}."
