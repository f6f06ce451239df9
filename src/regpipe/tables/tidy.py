"""A user's own table, tidied: before anything else is asked of it."""

import re
from datetime import date
from decimal import Decimal

import pandas as pd

from regpipe.errors import SpecError, shown
from regpipe.language import TableRows
from regpipe.tables.dialect import name_of
from regpipe.tables.infer import declared
from regpipe.tables.typed import typed
from regpipe.tables.wording import listed

HALF = re.compile("[\ud800-\udfff]")  # of a character, which no file can hold


def rows_of(table: pd.DataFrame, rows: TableRows, path: str) -> tuple[pd.DataFrame, TableRows]:
    """Return the rows to train and to test on, each column of its kind; and what declares them.

    Where the block declares no columns, they are what they look like.

    Raises:
        SpecError: a column is missing, or isn't what it is declared to be.
    """
    table = tidied(table)
    if rows.columns is None:
        rows, _ = declared(table, rows)
    found = typed(table, rows, rows.used, path)
    if rows.labelled_only:
        found = found[found[rows.target].notna()]
        found[rows.target] = found[rows.target].infer_objects()
    return found, rows


def tidied(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts have no blanks around them, and whose names are texts.

    Decimals and days, as a database has them, become numbers and dates, whole ones that a float64
    can't hold texts, times between two dates days, categories their values, and an index that has a
    name a column.

    Raises:
        SpecError: a name stands twice, or a text isn't one.
    """
    tidy = with_index(table).rename(columns=name_of)
    if again := list(tidy.columns[tidy.columns.duplicated()]):
        raise SpecError(f"{listed(again)} names more than one column. Expected different names.")
    for place, kind in enumerate(tidy.dtypes):
        column = tidy.iloc[:, place]
        if isinstance(kind, pd.CategoricalDtype):
            column = column.astype(kind.categories.dtype)
        if pd.api.types.is_timedelta64_dtype(column):
            column = column.dt.total_seconds() / 86_400
        elif isinstance(column.dtype, pd.StringDtype):
            column = column.str.strip().replace("", None).astype("str")
        elif pd.api.types.is_object_dtype(column):
            column = _tidied_objects(column)
        elif column.dtype is kind:
            continue
        tidy.isetitem(place, column.array)
    return tidy


def with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index, where it has a name of its own, is a column (or several).

    So Parquet keeps what pandas had there, an identity of the rows as a rule.
    """
    named = [name for name in table.index.names if name is not None and name not in table]
    return table.reset_index(level=named) if named else table


def _tidied_objects(column: pd.Series) -> pd.Series:
    values = column.dropna()
    if halves := [value for value in values if isinstance(value, str) and HALF.search(value)]:
        raise SpecError(
            f"column '{column.name}': {shown(halves[0])} has half a character. Expected whole ones."
        )
    if len(values) and all(isinstance(value, str) for value in values):
        return column.map(str.strip, na_action="ignore").replace("", None).astype("str")
    if len(values) and all(type(value) is date for value in values):
        return column.astype("datetime64[s]")
    if len(values) and all(isinstance(value, Decimal) for value in values):
        whole = all(v.is_finite() and v == v.to_integral_value() for v in values)
        if whole and any(Decimal(float(v)) != v for v in values):
            return column.map(lambda v: f"{v:f}", na_action="ignore").astype("str")
        return column.map(float, na_action="ignore").astype(float)
    return column.map(lambda v: v.strip() if isinstance(v, str) else v)
