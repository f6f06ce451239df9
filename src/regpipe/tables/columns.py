"""What the columns of a user's own table are, and whether a network can be made of them."""

from collections import Counter
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import ConfigDict

from regpipe.errors import SpecError
from regpipe.language import Class, Column, TableRows
from regpipe.language.tasks import TaskName
from regpipe.tables.dates import cycles_of
from regpipe.tables.kinds import (
    FEWEST_ROWS,
    FREQUENT,
    LARGEST,
    MISSING,
    MOST_CATEGORIES,
    OTHER,
    too_large,
)
from regpipe.tables.target import check_target
from regpipe.tables.wording import count_rows, some


@dataclass(frozen=True)
class Columns:
    """The columns that predict, by what they hold.

    Attributes:
        numeric: names of those that hold numbers, true and false among them.
        gaps: of those and of dates, the ones in which some are missing.
        categorical: the categories of the others; `MISSING` is one where some are missing, `OTHER`
            one where only the frequent ones have their own.
        constant: names of columns that hold one value, and are left out.
        classes: the values of the target in the order of the outputs, None where it is a number.
        dates: for each date, which of `dates.numbers_of` are used.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")  # where a file says what they are

    numeric: tuple[str, ...]
    gaps: tuple[str, ...]
    categorical: dict[str, tuple[str, ...]]
    constant: tuple[str, ...]
    classes: tuple[Class, ...] | None
    dates: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def predict(self) -> tuple[str, ...]:
        """The columns that predict, constant ones aside."""
        return (*self.numeric, *self.dates, *self.categorical)


def describe(table: pd.DataFrame, rows: TableRows, task: TaskName, path: str) -> Columns:
    """Return what the columns of a table are.

    Args:
        table: all of its rows, of the kinds that are declared.
        rows: the block that declares its columns.
        task: `binary`, `multiclass` or `regression`.
        path: of the block, for messages.

    Raises:
        SpecError: with a line for each column that can't be used.
    """
    if len(table) < FEWEST_ROWS:
        raise SpecError(f"{path}: the table has {len(table)} rows. Expected {FEWEST_ROWS} or more.")
    faults: list[str] = []
    numeric, gaps, constant = [], [], []
    categorical: dict[str, tuple[str, ...]] = {}
    dates: dict[str, tuple[str, ...]] = {}
    for name in rows.inputs:
        column, declared = table[name], rows.column(name)
        if fault := _fault(column, declared):
            faults.append(f"{path}: column '{name}' {fault}")
            continue
        if column.nunique(dropna=False) == 1:
            constant.append(name)
            continue
        if declared.kind == "category":
            categorical[name] = _categories(column, declared)
            continue
        if declared.kind == "date":
            dates[name] = cycles_of(column)
        else:
            numeric.append(name)
        if column.isna().any():
            gaps.append(name)
    classes = None
    try:
        classes = check_target(table[rows.target], task, rows.classes, path)
    except SpecError as error:
        faults += error.faults
    if not numeric and not categorical and not dates and not faults:
        beside = f", beside '{rows.time}', which puts rows in order and is no input" * bool(
            rows.time
        )
        faults.append(
            f"{path}: no column is left that says anything about '{rows.target}'{beside}. Expected "
            "one or more, such as earlier values of it in columns of their own."
        )
    if faults:
        raise SpecError(*faults)
    kinds = tuple(numeric), tuple(gaps), categorical, tuple(constant)
    return Columns(*kinds, classes, dates)


def _categories(column: pd.Series, declared: Column) -> tuple[str, ...]:
    counts = Counter(column.fillna(MISSING))
    if declared.most is None:
        return tuple(sorted(counts))
    order = sorted(counts, key=lambda value: (-counts[value], value))
    kept = [value for value in order if counts[value] >= FREQUENT][: declared.most]
    return (*sorted(kept), OTHER) if len(kept) < len(counts) else tuple(sorted(kept))


def _fault(column: pd.Series, declared: Column) -> str | None:
    """Return why a column can't be used."""
    if column.isna().all():
        return "is empty. Expected values, or `drop` for it among the `columns`."
    if declared.kind == "category":
        return _fault_of_texts(column, declared)
    return None if declared.kind == "date" else _fault_of_numbers(column)


def _fault_of_texts(column: pd.Series, declared: Column) -> str | None:
    for word in (MISSING, OTHER):
        if n := int((column == word).sum()):
            return (
                f"is the text '{word}' in {count_rows(n)}, as a category is called here. Expected "
                f"another word; or, if it is a gap, `gaps: ['{word}']` (--na '{word}')."
            )
    if declared.most is None and (n := column.nunique()) > MOST_CATEGORIES:
        return (
            f"holds {n:,} different values, such as {some(column)}. Expected {MOST_CATEGORIES} or "
            "fewer; or how many of them are categories, such as `{kind: category, most: "
            f"{MOST_CATEGORIES}}}`, or `drop`, among the `columns`."
        )
    return None


def _fault_of_numbers(column: pd.Series) -> str | None:
    if n := int(np.isinf(column.astype(float)).sum()):
        return f"is infinite in {count_rows(n)}. Expected numbers, or gaps where none is known."
    if n := too_large(column):
        return f"is beyond {LARGEST:.2g} in {count_rows(n)}. Expected smaller numbers."
    return None
