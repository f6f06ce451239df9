"""Columns as they come -> numbers, truths, texts and dates, by what the problem declares of each.

Nothing is guessed: what a column doesn't hold by its declaration is refused, by the column's name.
Texts of a file and values that are typed already, as those of a Parquet file, are read alike.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError, did_you_mean
from regpipe.language import Column, TableRows
from regpipe.tables.dates import read_dates, without_zone
from regpipe.tables.kinds import is_numeric
from regpipe.tables.numbers import EXACT, number_reader
from regpipe.tables.wording import count_rows, listed
from regpipe.tables.words import TRUTHS

NO_COLUMNS = "There are no columns."


def typed(table: pd.DataFrame, rows: TableRows, names: Sequence[str], path: str) -> pd.DataFrame:
    """Return the columns called `names`, each of the kind that it is declared to be.

    A `number` is int64 or float64, a `boolean` bool, or float64 where some are missing, a
    `category` a text and a `date` datetime64.

    Raises:
        SpecError: a column is missing, or holds something else; with a line for each.
    """
    faults: list[str] = []
    found = {}
    missing = [name for name in names if name not in table]
    if missing:
        there = f"Those that there are: {listed(table)}." if len(table.columns) else NO_COLUMNS
        what = f"the columns {listed(missing)} are"
        if len(missing) == 1:
            what = f"column '{missing[0]}' is"
            there = did_you_mean(missing[0], map(str, table)) or there
        faults.append(f"{path}: {what} missing. {there}")
    for name in (name for name in names if name in table):
        try:
            found[name] = _typed(table[name], rows, f"{path}: column '{name}'")
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(*faults)
    return pd.DataFrame(found, index=table.index)


def _typed(column: pd.Series, rows: TableRows, what: str) -> pd.Series:
    assert rows.columns is not None
    declared = rows.columns[str(column.name)]
    column = without_gaps(column, [*rows.gaps, *declared.gaps], rows)
    if declared.kind == "category":
        return as_text(column)
    if declared.kind == "date":
        return _dates(column, declared, what)
    if pd.api.types.is_complex_dtype(column):
        raise SpecError(_fault(what, column, "numbers that aren't complex"))
    if is_numeric(column):
        strange = column[~column.isin([0, 1]) & column.notna()]
        if declared.kind == "boolean" and len(strange):
            raise SpecError(_fault(what, strange, "true or false, as 1 or 0"))
        return _plain(column)
    if declared.kind == "boolean":
        values = _mapped(column, lambda text: TRUTHS.get(text.lower()), what, "true or false")
    else:
        read = number_reader(rows.decimal, rows.thousands, declared.unit)
        unit = f" with its unit, {declared.unit}" if declared.unit else ""
        example = f"a number{unit}, such as {number_like(rows, declared.unit)}"
        values = _mapped(column, read, what, example)
    return pd.Series(values, index=column.index, name=column.name)


def without_gaps(column: pd.Series, gaps: Sequence[str], rows: TableRows) -> pd.Series:
    """Return a column without the words, or the numbers like one, that stand for a gap."""
    if not gaps:
        return column
    read = number_reader(rows.decimal, rows.thousands)
    numbers = {number for word in gaps if (number := read(word)) is not None}

    def is_gap(value: Any) -> bool:
        if not isinstance(value, str):
            return value in numbers
        return value in gaps or (bool(numbers) and read(value) in numbers)

    missing = {value for value in column.dropna().unique() if is_gap(value)}
    return column.mask(column.isin(missing)) if missing else column


def as_text(column: pd.Series) -> pd.Series:
    """Return texts, where 1.0 is 1: so whole numbers come where some are missing."""
    texts = [None if pd.isna(value) else _text(value) for value in column.astype(object)]
    return pd.Series(texts, index=column.index, name=column.name, dtype="str")


def number_like(rows: TableRows, unit: str | None) -> str:
    """Return an example of how a table's numbers are written."""
    number = f"1{rows.thousands or ''}234{rows.decimal}5"
    return number if unit is None else f"{number} {unit}"


def _text(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return (str(int(value)) if whole else str(value)).strip()


def _dates(column: pd.Series, declared: Column, what: str) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(column):
        return without_zone(column)
    texts = as_text(column)
    dates = read_dates(texts, declared.format or "%Y-%m-%d")
    strange = texts[dates.isna() & texts.notna()]
    if len(strange):
        raise SpecError(_fault(what, strange, f"a date by `{declared.format or '%Y-%m-%d'}`"))
    return dates


def _plain(column: pd.Series) -> pd.Series:
    """Return numbers as int64, float64 or bool, without the types of others for missing ones."""
    if not column.isna().any():
        kind = column.dtype.kind if isinstance(column.dtype, np.dtype) else None
        if kind == "f":
            return column.astype(float)
        if kind in "biu" if kind else False:
            return column
        if pd.api.types.is_bool_dtype(column):
            return column.astype(bool)
        if pd.api.types.is_integer_dtype(column):
            return column.astype("int64" if column.max() < EXACT else float)
    return column.astype(object).where(column.notna(), None).astype(float)


def _mapped(column: pd.Series, read: Any, what: str, expected: str) -> np.ndarray:
    """Return the value of each text, NaN where there is none.

    Raises:
        SpecError: a text has none.
    """
    texts = column.dropna().astype(str).str.strip()
    values = {text: read(text) for text in texts.unique()}
    strange = texts[texts.map(lambda text: values[text] is None)]
    if len(strange):
        raise SpecError(_fault(what, strange, expected))
    if len(texts) == len(column) and values:
        kinds = {type(value) for value in values.values()}
        if kinds == {bool} or (kinds == {int} and all(abs(v) < EXACT for v in values.values())):
            return np.array([values[text] for text in texts])
    found = np.full(len(column), np.nan)
    found[column.notna().to_numpy()] = [float(values[text]) for text in texts]
    return found


def _fault(what: str, strange: pd.Series, expected: str) -> str:
    n = len(strange)
    return (
        f"{what} is {listed(strange.unique())} in {count_rows(n)}. Expected {expected}, or a gap: "
        "an empty field, or one of its `gaps`."
    )
