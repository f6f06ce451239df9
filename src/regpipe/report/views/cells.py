"""How a number stands in a table of the page, and what it is sorted by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from regpipe.language.metrics import METRICS, Metric, typeset
from regpipe.statistics.verdicts import VERDICTS

Record = Mapping[Any, Any]  # a row of a frame

MISSING = "–"
MARKS: dict[str, str] = {
    **dict[str, str](zip(VERDICTS, "▲△=?…▽▼", strict=True)),
    **dict.fromkeys(("holds", "holds, smaller", "holds, too little to matter"), "✓"),
    **{"does not hold": "✗"},
    **{"not contradicted": "✓", "not reproduced": "✗"},
}


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and the number it is sorted by: "" comes last."""

    text: str
    key: str = ""


@dataclass(frozen=True)
class Badge:
    """A verdict, with a sign and a colour of its own; the word is there, too."""

    text: str
    mark: str
    style: str


def number(value: float | None, write: Callable[[float], str]) -> Cell:
    """Return the cell of a number, a dash where there is none."""
    if value is None or pd.isna(value):
        return Cell(MISSING)
    return Cell(typeset(write(float(value))), f"{float(value):.6g}")


def plain(value: float) -> str:
    """Return a number with four digits at most.

    >>> [plain(number) for number in (1.0, 0.123456, 12345.6, 0.00001)]
    ['1', '0.1235', '12,346', '1e-05']
    """
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def badge(verdict: str) -> Badge:
    """Return the badge of a verdict on a technique or a claim."""
    style = verdict.replace(",", "").replace(" ", "-") if verdict in MARKS else "undecided"
    return Badge(verdict, MARKS.get(verdict, "?"), style)


def rivalry(verdict: str) -> str:
    """Return what a verdict about two models is called.

    >>> rivalry("helps, too little to matter"), rivalry("undecided")
    ('better, too little to matter', 'undecided')
    """
    return verdict.replace("helps", "better").replace("hurts", "worse")


def rival_badge(verdict: str) -> Badge:
    """Return the badge of a verdict about two models."""
    return replace(badge(verdict), text=rivalry(verdict))


def change(unit: Metric, mean: float, low: float, high: float) -> tuple[str, str]:
    """Return a difference and its interval with the unit, in two parts.

    Either may be missing: the mean where a score isn't a number, the interval of too few pairs.
    """
    if pd.isna(mean):
        return MISSING, "no mean, as a score is no number"
    name, interval = unit.unit or f" {unit.name}", unit.interval(low, high)
    interval = f"{interval}{name}" if interval else f"{name.strip()}, no interval"
    return typeset(unit.signed(float(mean))), typeset(interval)


def size(row: Record) -> str:
    """Return a technique's gain, with an interval that allows for how many are tried."""
    unit = METRICS[row["metric"]]
    ends = row["joint_low"], row["joint_high"]
    return f"{unit.with_interval(row['size'], *ends)} {unit.difference}"


def better(metric: str) -> int:
    """Return 1 where a larger value of the metric is the better one, else -1."""
    return 1 if METRICS[metric].higher_is_better else -1


def counts_of(verdicts: pd.Series) -> dict[str, int]:
    """Return how many there are of each verdict, the better first."""
    return {verdict: int((verdicts == verdict).sum()) for verdict in VERDICTS}
