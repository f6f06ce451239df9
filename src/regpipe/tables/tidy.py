"""A user's own table, tidied: before anything else is asked of it."""

from decimal import Decimal

import pandas as pd

from regpipe.language import TableRows


def labelled(table: pd.DataFrame, rows: TableRows) -> pd.DataFrame:
    """Return the rows to train and to test on, tidied: all, or those that have a target."""
    tidy = tidied(table)
    if not rows.labelled_only or rows.target not in tidy:
        return tidy
    return tidy[tidy[rows.target].notna()]


def tidied(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts have no blanks around them, and no categories without a row.

    Decimals, as a database has them, become numbers, whole ones that a float64 can't hold texts,
    and an index that has a name a column.
    """
    tidy = with_index(table).rename(columns=lambda name: str(name).strip())
    for place, kind in enumerate(tidy.dtypes):
        column = tidy.iloc[:, place]
        if isinstance(kind, pd.CategoricalDtype):
            column = column.astype(kind.categories.dtype)
        elif not (pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype)):
            continue
        if len(values := column.dropna()) and all(isinstance(v, Decimal) for v in values):
            whole = all(v.is_finite() and v == v.to_integral_value() for v in values)
            if whole and any(Decimal(float(v)) != v for v in values):
                column = column.map(lambda v: f"{v:f}", na_action="ignore").astype("str")
            else:
                column = column.map(float, na_action="ignore").astype(float)
        elif pd.api.types.is_object_dtype(column) or isinstance(column.dtype, pd.StringDtype):
            column = column.map(lambda v: v.strip() if isinstance(v, str) else v)
        tidy.isetitem(place, column.array)
    return tidy


def with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index, where it has a name of its own, is a column (or several).

    So Parquet keeps what pandas had there, an identity of the rows as a rule.
    """
    named = [name for name in table.index.names if name is not None and name not in table]
    return table.reset_index(level=named) if named else table
