"""What `new-problem` saw of a table, in a line for each column."""

from collections.abc import Iterator

import pandas as pd

from regpipe.language import Column
from regpipe.tables.preprocessing import feature_names
from regpipe.tables.proposal import Proposal
from regpipe.tables.wording import few

MOST = 40  # columns that have a line of their own
WIDEST = 28  # letters of a name
LONGEST = 56  # letters of what a column holds


def page_of(proposal: Proposal) -> Iterator[str]:
    """Yield how large the table is, then each column: its name, kind, values and gaps."""
    rows, table = proposal.rows, proposal.table
    columns = {n: c for n, c in (rows.columns or {}).items() if n != rows.target}
    names = [rows.target, *list(columns)[:MOST]]
    wide = min(max(map(len, names)), WIDEST)
    counts = (
        f"{len(table):,} rows, {len(columns)} column{'s' * (len(columns) != 1)} beside the target"
    )
    inputs = len(feature_names(proposal.columns))
    yield f"{counts}; {inputs} input{'s' * (inputs != 1)} of the network."
    yield ""
    yield _line(rows.target, "target", f"{proposal.problem['task']}: {_target(proposal)}", "", wide)
    roles = {rows.group: "group", rows.split: "split", rows.time: "time"}
    for name, column in list(columns.items())[:MOST]:
        if column.kind == "drop":
            yield _line(name, "left out", "", "", wide)
            continue
        gaps = int(table[name].isna().sum())
        kind = roles.get(name, column.kind)
        values = "the same in all rows" if name in proposal.columns.constant else ""
        values = values or _values(table[name], column)
        yield _line(name, kind, values, f"{gaps:,} gap{'s' * (gaps > 1)}" * bool(gaps), wide)
    if len(columns) > MOST:
        yield f"  and {len(columns) - MOST} more"


def _line(name: str, kind: str, values: str, gaps: str, wide: int) -> str:
    return (
        f"  {_cut(name, wide):{wide}}  {kind:8}  {_cut(values, LONGEST):{LONGEST}}  {gaps}".rstrip()
    )


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _target(proposal: Proposal) -> str:
    target, classes = proposal.table[proposal.target], proposal.columns.classes
    if classes is None:
        return _range(target)
    counts = target.value_counts()
    return few([f"{value} ({counts[value]:,})" for value in classes], 8)


def _values(column: pd.Series, declared: Column) -> str:
    if declared.kind == "category":
        counts = column.value_counts()
        n = declared.most or len(counts)
        others = f" of {len(counts)} texts, the others as one" * (n < len(counts))
        return f"{n}{others}: {few([str(value) for value in counts.index[:n]])}"
    if declared.kind == "date":
        days = column.dropna()
        return f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}"
    if declared.kind == "boolean":
        return f"true in {int(column.sum()):,} rows"
    return _range(column) + f" {declared.unit}" * (declared.unit is not None)


def _range(column: pd.Series) -> str:
    return f"{column.min():.9g} to {column.max():.9g}"
