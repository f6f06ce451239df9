"""What the columns of a user's own table are, and whether a network can be made of them."""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError, hint
from regpipe.language import TableRows
from regpipe.language.tasks import TaskName
from regpipe.tables.dialect import number_reader

MISSING = "(missing)"  # the category of a row that has none
MOST_CATEGORIES = 50
MOST_CLASSES = 50
FEWEST_ROWS = 10
A_FEW = 5  # values that a message shows
LARGEST = float(np.finfo(np.float32).max)  # that a network's numbers can be
LARGEST_WHOLE = 2**53  # below which a float64 holds each whole number
COMMAED = r"[-+]?\d+(,\d+)*(\.\d+)?"  # a number, with commas somewhere
SIGNS = frozenset({"?", "-", "--", ".", "..", "...", "*"})  # for a gap, as people write them


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
    strayed: dict[tuple[str, ...], list[str]] = {}  # texts among numbers, and in which columns
    _check_no_line_of_texts(table, rows, path)
    for name in table.columns.drop(rows.unused):
        column = table[name]
        named = name in rows.categories
        if _is_nested(column):
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
        elif _is_numeric(column) and not named:
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
        raise SpecError(faults)
    return Columns(tuple(numeric), tuple(gaps), categorical, tuple(constant), classes)


def labelled(table: pd.DataFrame, rows: TableRows) -> pd.DataFrame:
    """Return the rows to train and to test on, tidied: all, or those whose target is known."""
    tidy = tidied(table)
    if not rows.labelled_only or rows.target not in tidy:
        return tidy
    return tidy[tidy[rows.target].notna()]


def tidied(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose texts have no blanks around them, and no categories without a row.

    Decimals, as a database has them, become numbers, whole ones that a float64 can't hold texts,
    and an index that has a name a column.
    """
    made = with_index(table).rename(columns=lambda name: str(name).strip())
    for place, kind in enumerate(made.dtypes):
        column = made.iloc[:, place]
        if isinstance(kind, pd.CategoricalDtype):
            column = column.astype(kind.categories.dtype)
        elif not (pd.api.types.is_object_dtype(kind) or isinstance(kind, pd.StringDtype)):
            continue
        if len(known := column.dropna()) and all(isinstance(v, Decimal) for v in known):
            whole = all(v.is_finite() and v == v.to_integral_value() for v in known)
            if whole and any(Decimal(float(v)) != v for v in known):
                column = column.map(lambda v: f"{v:f}", na_action="ignore").astype("str")
            else:
                column = column.map(float, na_action="ignore").astype(float)
        elif pd.api.types.is_object_dtype(column) or isinstance(column.dtype, pd.StringDtype):
            column = column.map(lambda v: v.strip() if isinstance(v, str) else v)
        made.isetitem(place, column.array)
    return made


def with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index, where it has a name of its own, is a column (or several).

    So Parquet keeps what pandas had there, an identity of the rows as a rule.
    """
    named = [name for name in table.index.names if name is not None and name not in table]
    return table.reset_index(level=named) if named else table


def check_names(table: pd.DataFrame, rows: TableRows, path: str) -> None:
    """Raise SpecError unless each column has a name of its own, and those named are there."""
    names = [str(name) for name in table.columns]
    if again := [name for place, name in enumerate(names) if name in names[:place]]:
        raise SpecError(
            [f"{path}: {_listed(again)} names more than one column. Expected different names."]
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
        raise SpecError(faults)


def infer_task(target: pd.Series) -> TaskName:
    """Return the task that a target looks like.

    Text, true and false, and up to ten different whole numbers are classes; else it is a number.
    """
    if _is_nested(target):
        return "multiclass"  # as which it is refused
    known = target.dropna()
    classes = known.nunique()
    whole = not _is_numeric(target) or bool((known.astype(float) % 1 == 0).all())
    if not _is_numeric(target) or (whole and classes <= 10):
        return "binary" if classes == 2 else "multiclass"
    return "regression"


def check_target(
    target: pd.Series,
    task: TaskName,
    classes: Sequence[Any] | None,
    path: str,
    *,
    named: bool = False,
) -> tuple[Any, ...] | None:
    """Return the classes of a target, None where it is a number.

    Args:
        target: the column.
        task: `binary`, `multiclass` or `regression`.
        classes: that there may be, in the order of the outputs; None for those that there are.
        path: of the block, for messages.
        named: whether the user says that its values are classes.

    Raises:
        SpecError: it doesn't suit the task.
    """
    what = f"{path}: the target '{target.name}'"
    if _is_nested(target):
        raise SpecError([f"{what} holds lists or the like. Expected a class or a number."])
    if n := int(target.isna().sum()):
        raise SpecError(
            [
                f"{what} is missing in {count_rows(n)}. Expected it in all; or `labelled_only: "
                "true` in `rows` (--labelled-only), which leaves those out."
            ]
        )
    if classes is None and not named and (doubt := _doubt_of_texts(target)):
        raise SpecError([f"{what} {doubt}"])
    if task == "regression":
        _check_numbers(target, what)
        return None
    found = _classes_of(target)
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


def _check_numbers(target: pd.Series, what: str) -> None:
    """Raise SpecError unless a target holds different numbers that a network can hold."""
    if _has_long_digits(target):
        raise SpecError([f"{what} {_long_digits(target)}."])
    if not _is_numeric(target):
        raise SpecError([f"{what} isn't a number. It holds {_some(target)}."])
    if n := _too_large(target):
        raise SpecError(
            [f"{what} is beyond {LARGEST:.2g} in {count_rows(n)}. Expected smaller numbers."]
        )
    if target.nunique() == 1:
        raise SpecError([f"{what} is {target.iloc[0]} in all rows. Expected different values."])


def _classes_of(target: pd.Series) -> list[Any]:
    """Return the values of a target; 0 and 1, not 0.0 and 1.0, where others were missing."""
    values = target
    if pd.api.types.is_float_dtype(target) and (target % 1 == 0).all():
        values = target.astype(int) if target.abs().max() < LARGEST_WHOLE else target
    return [_plain(v) for v in sorted(values.unique(), key=lambda v: (str(type(v)), v))]


def _doubt_of_texts(target: pd.Series) -> str | None:
    """Ask whether the texts of a target are classes, where most of them are numbers."""
    if _is_numeric(target):
        return None
    if _has_commas(target):
        return _commas(target)
    strays = strays_of(target) or ()
    if target.nunique() - len(strays) <= len(strays) or not strays:
        return None
    n = count_rows(int(target.isin(strays).sum()))
    told = f"holds numbers, but {_listed(strays)} in {n}."
    return f"{told} {_remedies([str(target.name)], strays)}"


def as_text(column: pd.Series) -> pd.Series:
    """Return categories as text, with a category of its own for those that are missing.

    Blanks around them don't count, and 1.0 is 1: so numbers come where some are missing.
    """
    return column.astype(object).where(column.notna(), MISSING).map(_text)


def _text(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return (str(int(value)) if whole else str(value)).strip()


def _fault(column: pd.Series, what: str, *, named: bool) -> str | None:
    """Say why nothing can be made of a column; `named`: the user says that it is a category."""
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
    """Say why the kind of values that a column holds, some at least, is of no use."""
    if not named and _is_date(column):
        return (
            f"{what} holds dates, such as {_some(column)}. Expected numbers made of them, such as "
            "the days since one of them or the month; or its name among those to `drop`."
        )
    if not named and _is_numeric(column):
        return _fault_of_numbers(column, what)
    if not named and _has_commas(column):
        return f"{what} {_commas(column)}"
    if (named or not strays_of(column)) and (n := column.nunique()) > MOST_CATEGORIES:
        if not named and _has_long_digits(column):
            return (
                f"{what} {_long_digits(column)}. If they name something: expected the column's "
                "name among those to `drop`, or as the `group`."
            )
        return (
            f"{what} holds {n:,} different {'values' if named else 'texts'}, such as "
            f"{_some(column)}. Expected {MOST_CATEGORIES} or fewer; or its name among those to "
            "`drop`."
        )
    return None


def _fault_of_numbers(column: pd.Series, what: str) -> str | None:
    numbers = column.astype(float)
    if n := int(np.isinf(numbers).sum()):
        return (
            f"{what} is infinite in {count_rows(n)}. Expected numbers, or gaps where none is known."
        )
    if n := _too_large(column):
        return f"{what} is beyond {LARGEST:.2g} in {count_rows(n)}. Expected smaller numbers."
    return None


def _too_large(column: pd.Series) -> int:
    """Return how many numbers aren't finite as float32."""
    return int((column.astype(float).abs() > LARGEST).sum())


def _has_commas(column: pd.Series) -> bool:
    """Whether a column of texts holds numbers that may be ones once it is said what commas are."""
    if _has_long_digits(column):
        return False
    texts = column.dropna().astype(str).str.strip()
    numbers = texts.str.fullmatch(COMMAED).mean() > 0.9
    return bool(numbers and texts.str.contains(",").any())


def _commas(column: pd.Series) -> str:
    """Say what to do with numbers with commas, and with other texts beside them."""
    known = column.dropna().astype(str).str.strip()
    are_numbers = known.str.fullmatch(COMMAED)
    numbers = known[are_numbers].unique()
    readers = {
        '--thousands ","': number_reader(".", ","),
        '--decimal ","': number_reader(",", None),
    }
    options = [
        option
        for option, read in readers.items()
        if all(read(number) is not None for number in numbers)
    ]
    found = f"holds numbers with commas, such as {_some(known[known.str.contains(',')])}."
    if not options:
        odd = next(
            (n for n in numbers if all(read(n) is None for read in readers.values())), numbers[0]
        )
        return (
            f"{found} The comma isn't before decimals in all of them, nor before each three digits "
            f"('{odd}'). Expected numbers that are all written in one of these ways, or without."
        )
    told = f"{found} Expected numbers; of a CSV, say what the comma is: {' or '.join(options)}."
    if are_numbers.all():
        return told
    others = known[~are_numbers].unique()
    words = " ".join(f"--na {shlex.quote(word)}" for word in others[:A_FEW])
    return f"{told} Beside them stands {_listed(others)}: if that is a gap, {words}, too."


def _has_long_digits(column: pd.Series) -> bool:
    """Whether a column of texts holds whole numbers that a float64 can't hold."""
    if _is_numeric(column):
        return False
    known = column.dropna().astype(str)
    whole = r"[-+]?([0-9]{1,300}|[0-9]{1,3}(,[0-9]{3}){1,99})"
    if known.empty or not known.str.fullmatch(whole).all():
        return False
    numbers = known.str.replace(",", "").map(int)
    return any(int(float(number)) != number for number in numbers)


def _long_digits(column: pd.Series) -> str:
    return (
        f"holds whole numbers of more digits than a float64 keeps, such as {_some(column)}, so "
        f"they are texts. If they are amounts, write them in another unit, or as {1.25e20:g} is"
    )


def strays_of(column: pd.Series) -> tuple[str, ...] | None:
    """Return the texts of a column that holds numbers in most rows, None for any other column."""
    if _is_numeric(column):
        return None
    known = column.dropna().astype(str)
    others = known[pd.to_numeric(known, errors="coerce").isna()]
    if not 0 < len(others) < 0.5 * len(known):
        return None
    return tuple(others.unique())


def _check_no_line_of_texts(table: pd.DataFrame, rows: TableRows, path: str) -> None:
    """Raise SpecError if one row holds texts where all others hold numbers, as one of units does.

    It holds no number at all: else those texts stand for gaps, or are values.
    """
    used = [n for n in table if n == rows.target or n not in {*rows.unused, *rows.categories}]
    strays = {name: found for name in used if (found := strays_of(table[name]))}
    if len(strays) < 2 or any(len(found) > 1 for found in strays.values()):
        return
    places = {name: np.flatnonzero(table[name] == found[0]) for name, found in strays.items()}
    place = next(iter(places.values()))[0]
    if any(list(found) != [place] for found in places.values()):
        return
    words = {found[0] for found in strays.values()}
    if any(word in SIGNS or any(letter.isdigit() for letter in word) for word in words):
        return
    numbers = [name for name in used if _is_numeric(table[name])]
    if table[numbers].iloc[place].notna().any():
        return
    told = ", ".join(f"'{found[0]}' of '{name}'" for name, found in list(strays.items())[:A_FEW])
    raise SpecError(
        [
            f"{path}: row {place + 1} below the names holds texts where all others hold numbers: "
            f"{told}. Such a line, of units or of names, is no row. Expected a file without it."
        ]
    )


def _fault_of_strays(columns: pd.DataFrame, strays: tuple[str, ...], path: str) -> str:
    """Say what to do with texts among the numbers of some columns."""
    names = [str(name) for name in columns]
    n = int(columns.isin(strays).any(axis=1).sum())
    hold = f"column '{names[0]}' holds" if len(names) == 1 else f"columns {_listed(names)} hold"
    found = f"{path}: {hold} numbers, but {_listed(strays)} in {count_rows(n)}."
    if len(names) == 1 and columns[names[0]].nunique() > MOST_CATEGORIES and _are_codes(strays):
        return f"{found} Expected numbers, or the column's name among those to `drop`."
    return f"{found} {_remedies(names, strays)}"


def _are_codes(strays: Iterable[str]) -> bool:
    """Whether texts among numbers are values like those, which a gap would lose."""
    return any(any(letter.isdigit() for letter in stray) for stray in strays)


def _remedies(names: Sequence[str], strays: Sequence[str]) -> str:
    """Say how to read texts among numbers: as values, or as gaps where they may be such."""
    # A name that begins with a dash would be read as an option.
    kept = " ".join(f"--category {shlex.quote(name)}" for name in names[:A_FEW])
    as_values = f"If all are names of something, as codes are: {kept}"
    if _are_codes(strays):
        return f"{as_values} (`categories` in `rows`)."
    words = " ".join(f"--na {shlex.quote(stray)}" for stray in strays[:A_FEW])
    as_gaps = f"If that stands for a gap, of a CSV: {words} (`gaps` in the catalog)."
    return as_gaps if set(strays) <= SIGNS else f"{as_gaps} {as_values}."


def _is_numeric(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def _is_nested(column: pd.Series) -> bool:
    """Whether a column of a Parquet file holds lists, arrays or mappings."""
    return pd.api.types.is_object_dtype(column) and any(
        isinstance(value, list | dict | np.ndarray) for value in column
    )


def _some_nested(column: pd.Series) -> str:
    return repr(next(value for value in column if isinstance(value, list | dict | np.ndarray)))[:60]


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
