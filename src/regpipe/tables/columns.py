"""What the columns of a user's own table are, and whether a network can be made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError, hint
from regpipe.language import TableRows
from regpipe.language.tasks import TaskName
from regpipe.tables.kinds import (
    LARGEST,
    MISSING,
    SIGNS,
    as_text,
    has_commas,
    has_long_digits,
    is_date,
    is_nested,
    is_numeric,
    strays_of,
    too_large,
)
from regpipe.tables.target import check_target
from regpipe.tables.wording import (
    A_FEW,
    are_codes,
    count_rows,
    listed,
    long_digits,
    remedies,
    remedy_of_commas,
    some,
)

FEWEST_ROWS = 10
MOST_CATEGORIES = 50


@dataclass(frozen=True)
class Columns:
    """The columns that predict, by what they hold.

    Attributes:
        numeric: names of those that hold numbers, true and false among them.
        gaps: of those, the ones in which some are missing.
        categorical: the categories of the others; `MISSING` is one where some are missing.
        constant: names of columns that hold one value, and are left out.
        classes: the values of the target in the order of the outputs, None where it is a number.
    """

    numeric: tuple[str, ...]
    gaps: tuple[str, ...]
    categorical: dict[str, tuple[str, ...]]
    constant: tuple[str, ...]
    classes: tuple[Any, ...] | None


def describe(table: pd.DataFrame, rows: TableRows, task: TaskName, path: str) -> Columns:
    """Return what the columns of a table are.

    Args:
        table: all of its rows.
        rows: the block that names its columns.
        task: `binary`, `multiclass` or `regression`.
        path: of the block, for messages.

    Raises:
        SpecError: with a line for each column that can't be used.
    """
    check_names(table, rows, path)
    if len(table) < FEWEST_ROWS:
        raise SpecError(f"{path}: the table has {len(table)} rows. Expected {FEWEST_ROWS} or more.")
    faults, numeric, gaps, constant = [], [], [], []
    categorical: dict[str, tuple[str, ...]] = {}
    strayed: dict[tuple[str, ...], list[str]] = {}  # texts among numbers, and in which columns
    _check_no_line_of_texts(table, rows, path)
    for name in table.columns.drop(rows.unused):
        column = table[name]
        named = name in rows.categories
        if is_nested(column):
            faults.append(
                f"{path}: column '{name}' holds lists or the like, such as {_some_nested(column)}. "
                "Expected a column for each value in them; or its name among those to `drop`."
            )
        elif fault := _fault(column, f"{path}: column '{name}'", named=named):
            faults.append(fault)
        elif not named and (strays := strays_of(column)):
            strayed.setdefault(strays, []).append(name)
        elif column.nunique(dropna=False) == 1:
            constant.append(name)
        elif is_numeric(column) and not named:
            numeric.append(name)
            if column.isna().any():
                gaps.append(name)
        else:
            categorical[name] = tuple(sorted(set(as_text(column))))
    classes = None
    faults += [_fault_of_strays(table[names], strays, path) for strays, names in strayed.items()]
    try:
        classes = check_target(
            table[rows.target], task, rows.classes, path, named=rows.target in rows.categories
        )
    except SpecError as error:
        faults += error.faults
    if not numeric and not categorical and not faults:
        faults.append(f"{path}: no column is left that says anything about '{rows.target}'.")
    if faults:
        raise SpecError(*faults)
    return Columns(tuple(numeric), tuple(gaps), categorical, tuple(constant), classes)


def check_names(table: pd.DataFrame, rows: TableRows, path: str) -> None:
    """Raise SpecError unless each column has a name of its own, and those named are there."""
    names = [str(name) for name in table.columns]
    if again := [name for place, name in enumerate(names) if name in names[:place]]:
        raise SpecError(
            f"{path}: {listed(again)} names more than one column. Expected different names."
        )
    keys: dict[str, Sequence[str | None]] = {
        **{"target": [rows.target], "group": [rows.group], "split": [rows.split]},
        **{"drop": rows.drop, "categories": rows.categories},
    }
    faults = [
        f"{path}.{key}: there is no column '{name}'. {hint(name, names)}"
        for key, named in keys.items()
        for name in named
        if name is not None and name not in names
    ]
    if faults:
        raise SpecError(*faults)


def _fault(column: pd.Series, what: str, *, named: bool) -> str | None:
    """Return why a column can't be used; `named` is whether the block calls it a category."""
    if column.isna().all():
        return f"{what} is empty. Expected values, or its name among those to `drop`."
    if n := int((column.astype(object) == MISSING).sum()):
        return (
            f"{what} is the text '{MISSING}' in {count_rows(n)}, as gaps are called here. If it is "
            f"one: leave it empty, or of a CSV --na '{MISSING}' (`gaps` in the catalog). If not: "
            "expected another word."
        )
    return _fault_of_kind(column, what, named=named)


def _fault_of_kind(column: pd.Series, what: str, *, named: bool) -> str | None:
    """Return why the kind of values that a column holds, some at least, can't be used."""
    if not named and is_date(column):
        return (
            f"{what} holds dates, such as {some(column)}. Expected numbers made of them, such as "
            "the days since one of them or the month; or its name among those to `drop`."
        )
    if not named and is_numeric(column):
        return _fault_of_numbers(column, what)
    if not named and has_commas(column):
        return f"{what} {remedy_of_commas(column)}"
    if (named or not strays_of(column)) and (n := column.nunique()) > MOST_CATEGORIES:
        if not named and has_long_digits(column):
            return (
                f"{what} {long_digits(column)}. If they name something: expected the column's "
                "name among those to `drop`, or as the `group`."
            )
        return (
            f"{what} holds {n:,} different {'values' if named else 'texts'}, such as "
            f"{some(column)}. Expected {MOST_CATEGORIES} or fewer; or its name among those to "
            "`drop`."
        )
    return None


def _fault_of_numbers(column: pd.Series, what: str) -> str | None:
    if n := int(np.isinf(column.astype(float)).sum()):
        return (
            f"{what} is infinite in {count_rows(n)}. Expected numbers, or gaps where none is known."
        )
    if n := too_large(column):
        return f"{what} is beyond {LARGEST:.2g} in {count_rows(n)}. Expected smaller numbers."
    return None


def _check_no_line_of_texts(table: pd.DataFrame, rows: TableRows, path: str) -> None:
    """Raise SpecError if one row holds texts where all others hold numbers, as one of units does.

    It holds no number at all: else those texts stand for gaps, or are values.
    """
    used = [n for n in table if n == rows.target or n not in {*rows.unused, *rows.categories}]
    strays = {name: texts for name in used if (texts := strays_of(table[name]))}
    if len(strays) < 2 or any(len(texts) > 1 for texts in strays.values()):
        return
    words = {name: texts[0] for name, texts in strays.items()}
    places = [list(np.flatnonzero(table[name] == word)) for name, word in words.items()]
    if len(places[0]) != 1 or any(others != places[0] for others in places):
        return
    if any(word in SIGNS or are_codes([word]) for word in words.values()):
        return
    (place,) = places[0]
    numbers = [name for name in used if is_numeric(table[name])]
    if table[numbers].iloc[place].notna().any():
        return
    shown = ", ".join(f"'{word}' of '{name}'" for name, word in list(words.items())[:A_FEW])
    raise SpecError(
        f"{path}: row {place + 1} below the names holds texts where all others hold numbers: "
        f"{shown}. Such a line, of units or of names, is no row. Expected a file without it."
    )


def _fault_of_strays(columns: pd.DataFrame, strays: tuple[str, ...], path: str) -> str:
    """Return what to do with texts among the numbers of some columns."""
    names = [str(name) for name in columns]
    n = int(columns.isin(strays).any(axis=1).sum())
    hold = f"column '{names[0]}' holds" if len(names) == 1 else f"columns {listed(names)} hold"
    fault = f"{path}: {hold} numbers, but {listed(strays)} in {count_rows(n)}."
    if len(names) == 1 and columns[names[0]].nunique() > MOST_CATEGORIES and are_codes(strays):
        return f"{fault} Expected numbers, or the column's name among those to `drop`."
    return f"{fault} {remedies(names, strays)}"


def _some_nested(column: pd.Series) -> str:
    return repr(next(value for value in column if isinstance(value, list | dict | np.ndarray)))[:60]
