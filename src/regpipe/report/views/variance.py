"""Where the noise of a single run comes from."""

from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS, Metric
from regpipe.report.views.cells import MISSING
from regpipe.statistics.variance import ROWS


@dataclass(frozen=True)
class Row:
    """A problem scored on one kind of rows.

    Attributes:
        problem: its name.
        rows: what it was scored on.
        sources: each one's name, share and standard deviation.
        total: the standard deviation of all.
    """

    problem: str
    rows: str
    sources: list[tuple[str, str, str]]
    total: str


def variance(table: pd.DataFrame) -> list[Row]:
    """Return a row per problem and kind of rows."""
    if table.empty:
        return []
    groups = table.groupby(["problem", "rows"], sort=False)
    return [_row(str(problem), str(rows), part) for (problem, rows), part in groups]


def _row(problem: str, rows: str, part: pd.DataFrame) -> Row:
    unit = METRICS.get(str(part["metric"].iloc[0])) if "metric" in part else None
    sources = [
        (row["source"], _percent(row["share"]), _size(unit, row["sd"]))
        for row in part.to_dict("records")
    ]
    total = float(part["variance"].sum(skipna=False)) ** 0.5
    of = (unit.unit or f" {unit.name}") if unit else ""
    return Row(problem, ROWS.get(rows, rows), sources, _size(unit, total) + of)


def _percent(share: float) -> str:
    return MISSING if pd.isna(share) else f"{share:.0%}"


def _size(unit: Metric | None, sd: float) -> str:
    if pd.isna(sd):
        return MISSING
    return unit.size(sd) if unit else f"{sd:.2g}"
