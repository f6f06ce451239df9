"""What the columns of a user's own table are, and whether a network can be made of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError, hint
from regpipe.spec import TableRows
from regpipe.tasks import TaskName

MISSING = "(missing)"  # the category of a row that has none
MOST_CATEGORIES = 50
MOST_CLASSES = 50
FEWEST_ROWS = 10
A_FEW = 5  # values that a message shows


@dataclass(frozen=True)
class Columns:
    """The columns that predict, by what they hold.

    Attributes:
        numeric: names of those that hold numbers, true and false among them.
        gaps: of those, the ones in which some are missing.
        categorical: the categories of the others; `MISSING` is one where some are missing.
        constant: names of columns that say nothing, and are left out.
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
        rows: what the user says of its columns.
        task: `binary`, `multiclass` or `regression`.
        path: of the block, for messages.

    Raises:
        SpecError: with a line for each column that nothing can be made of.
    """
    check_names(table, rows, path)
    if len(table) < FEWEST_ROWS:
        raise SpecError(
            [f"{path}: the table has {len(table)} rows. Expected {FEWEST_ROWS} or more."]
        )
    faults, numeric, gaps, constant = [], [], [], []
    categorical: dict[str, tuple[str, ...]] = {}
    for name in table.columns.drop(rows.unused):
        column = table[name]
        if fault := _fault(column, f"{path}: column '{name}'"):
            faults.append(fault)
        elif column.nunique(dropna=False) == 1:
            constant.append(name)
        elif _is_numeric(column):
            numeric.append(name)
            if column.isna().any():
                gaps.append(name)
        else:
            categorical[name] = tuple(sorted(set(as_text(column))))
    classes = None
    try:
        classes = check_target(table[rows.target], task, rows.classes, path)
    except SpecError as error:
        faults += error.faults
    if not numeric and not categorical and not faults:
        faults.append(f"{path}: no column is left that says anything about '{rows.target}'.")
    if faults:
        raise SpecError(faults)
    return Columns(tuple(numeric), tuple(gaps), categorical, tuple(constant), classes)


def labelled(table: pd.DataFrame, rows: TableRows) -> pd.DataFrame:
    """Return the rows to train and to test on: all, or those whose target is known."""
    if not rows.labelled_only or rows.target not in table:
        return table
    return table[table[rows.target].notna()]


def check_names(table: pd.DataFrame, rows: TableRows, path: str) -> None:
    """Raise SpecError unless each column has a name of its own, and those named are there."""
    names = [str(name) for name in table.columns]
    # pandas calls the second of two columns `age` in a file `age.1`.
    again = [n for n in names if n.rpartition(".")[2].isdigit() and n.rpartition(".")[0] in names]
    again += [name for place, name in enumerate(names) if name in names[:place]]
    if again:
        raise SpecError(
            [
                f"{path}: {_listed(n.rpartition('.')[0] or n for n in again)} names more than one "
                "column. Expected different names."
            ]
        )
    table.columns = pd.Index(names)
    keys: dict[str, Sequence[str | None]] = {
        **{"target": [rows.target], "group": [rows.group], "split": [rows.split]},
        "drop": rows.drop,
    }
    faults = [
        f"{path}.{key}: there is no column '{name}'. {hint(name, names)}"
        for key, named in keys.items()
        for name in named
        if name is not None and name not in names
    ]
    if faults:
        raise SpecError(faults)


def infer_task(target: pd.Series) -> TaskName:
    """Return the task that a target looks like.

    Text, true and false, and up to ten different whole numbers are classes; else it is a number.
    """
    known = target.dropna()
    classes = known.nunique()
    whole = not _is_numeric(target) or bool((known.astype(float) % 1 == 0).all())
    if not _is_numeric(target) or (whole and classes <= 10):
        return "binary" if classes == 2 else "multiclass"
    return "regression"


def check_target(
    target: pd.Series, task: TaskName, classes: Sequence[Any] | None, path: str
) -> tuple[Any, ...] | None:
    """Return the classes of a target, None where it is a number.

    Raises:
        SpecError: it doesn't suit the task.
    """
    what = f"{path}: the target '{target.name}'"
    if n := int(target.isna().sum()):
        raise SpecError(
            [
                f"{what} is missing in {count_rows(n)}. Expected it in all; or `labelled_only: "
                "true` in `rows` (--labelled-only), which leaves those out."
            ]
        )
    if task == "regression":
        if not _is_numeric(target):
            raise SpecError([f"{what} isn't a number. It holds {_some(target)}."])
        if not np.isfinite(target.astype(float)).all():
            raise SpecError([f"{what} is infinite in some rows. Expected numbers."])
        if target.nunique() == 1:
            raise SpecError([f"{what} is {target.iloc[0]} in all rows. Expected different values."])
        return None
    found = [_plain(value) for value in sorted(target.unique(), key=lambda v: (str(type(v)), v))]
    if len(found) < 2:
        raise SpecError([f"{what} is '{found[0]}' in all rows. Expected two classes or more."])
    if len(found) > MOST_CLASSES:
        raise SpecError(
            [f"{what} has {len(found)} classes. Expected {MOST_CLASSES} or fewer, or a regression."]
        )
    if classes is not None:
        if strange := [value for value in found if value not in classes]:
            raise SpecError(
                [f"{what} is {_listed(strange)} in some rows. Expected one of: {_listed(classes)}."]
            )
        found = list(classes)
    if task == "binary" and len(found) != 2:
        raise SpecError(
            [f"{what} has {len(found)} classes: {_listed(found)}. Expected two, or multiclass."]
        )
    counts = target.value_counts()
    if rare := [value for value in found if counts.get(value, 0) < 2]:
        raise SpecError(
            [
                f"{what} is {_listed(rare)} in fewer than two rows, and a split needs one on each "
                "side. Expected more of them; or leave them out, or join them with another class."
            ]
        )
    return tuple(found)


def as_text(column: pd.Series) -> pd.Series:
    """Return categories as text, with a category of its own for those that are missing."""
    return column.astype(object).where(column.notna(), MISSING).astype(str)


def _fault(column: pd.Series, what: str) -> str | None:
    """Say why nothing can be made of a column."""
    if column.isna().all():
        return f"{what} is empty. Expected values, or its name among those to `drop`."
    if _is_date(column):
        return (
            f"{what} holds dates, such as {_some(column)}. Expected numbers made of them, such as "
            "the days since one of them or the month; or its name among those to `drop`."
        )
    return (_fault_of_numbers if _is_numeric(column) else _fault_of_texts)(column, what)


def _fault_of_numbers(column: pd.Series, what: str) -> str | None:
    if n := int(np.isinf(column.astype(float)).sum()):
        return (
            f"{what} is infinite in {count_rows(n)}. Expected numbers, or gaps where none is known."
        )
    return None


def _fault_of_texts(column: pd.Series, what: str) -> str | None:
    numbers = pd.to_numeric(column, errors="coerce")
    if 0.5 * column.notna().sum() < numbers.notna().sum() < column.notna().sum():
        others = column[numbers.isna() & column.notna()]
        return (
            f"{what} holds numbers, but {_some(others)} in {count_rows(len(others))}. Expected "
            "gaps there; of a CSV, say what stands for one: --na, or `load_args: "
            "{na_values: [...]}` in the catalog."
        )
    texts = column.dropna().astype(str).str.strip()
    if texts.str.fullmatch(r"[-+]?\d+,\d+|[-+]?\d+").mean() > 0.9 and texts.str.contains(",").any():
        return (
            f"{what} holds numbers with a comma, such as {_some(column)}. Of a CSV, say so: "
            '--decimal ",", or `load_args: {decimal: ","}` in the catalog.'
        )
    if (n := column.nunique()) > MOST_CATEGORIES:
        return (
            f"{what} holds {n:,} different texts, such as {_some(column)}. Expected "
            f"{MOST_CATEGORIES} or fewer; or its name among those to `drop`."
        )
    return None


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def _is_date(column: pd.Series) -> bool:
    """Whether a column holds dates, or texts that are dates."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return True
    known = column.dropna()
    if _is_numeric(column) or known.empty:
        return False
    # Four digits in a row or two separators: "May" and "1/2" are no dates here.
    dated = known.astype(str).str.fullmatch(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?")
    return bool(dated.mean() > 0.9)


def count_rows(n: int) -> str:
    """Return how many rows there are, in words."""
    return "1 row" if n == 1 else f"{n:,} rows"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _some(column: pd.Series) -> str:
    return _listed(column.dropna().unique()[:2])


def _listed(values: Iterable[Any]) -> str:
    shown = [f"'{value}'" for value in values]
    return ", ".join(shown[:A_FEW]) + (f" and {len(shown) - A_FEW} more" * (len(shown) > A_FEW))
