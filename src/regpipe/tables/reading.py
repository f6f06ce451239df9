"""A file of any kind -> its table, and how it is written: looked at once, to be declared."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import Column
from regpipe.language.metrics import MetricName, TaskName
from regpipe.tables.asked import Said
from regpipe.tables.bounds import check_parquet
from regpipe.tables.dialect import Dialect, dialect, name_of
from regpipe.tables.encodings import decode
from regpipe.tables.footer import check_footer
from regpipe.tables.header import has_names
from regpipe.tables.hidden import notes_on_hidden
from regpipe.tables.sniff import CALLED, FIRST, separated, titles
from regpipe.tables.text_file import (
    bytes_of,
    empty,
    is_excel,
    lines_in,
    lines_of,
    texts_of,
    unreadable,
    width,
)
from regpipe.tables.tidy import with_index

PARQUET = ".parquet"
TABLE = "regpipe.kedro_side.datasets.TableDataset"
PARQUETS = "pandas.ParquetDataset"
OTHERS = {".xls", ".ods", ".xlsb", ".json", ".feather", ".arff", ".sav", ".dta", ".rds", ".pkl"}
OF_CSV = ("encoding", "separator", "quote")
OF_TEXTS = (*OF_CSV, "skip", "header")


@dataclass(frozen=True)
class Options:
    """The options of `regpipe new-problem`, whose help explains them, beside its target.

    Attributes:
        task: inferred from the target, if not given.
        metric: by which techniques are judged; chosen by the task and the target, if not given.
        title: made of the problem's name, if not given.
        header: whether the first line names the columns; if not given, its values tell.
        na: words that stand for a gap in every column.
        keep: words that are values, also where `NA`, `None` and the like are gaps.
        date: names of columns, each with `=` and a format behind it where that can't be told.
        The others: see `Dialect` and `Said`.
    """

    task: TaskName | None = None
    metric: MetricName | None = None
    title: str | None = None
    group: str | None = None
    time: str | None = None
    split: str | None = None
    train: float | None = None
    labelled_only: bool = False
    header: bool | None = None
    skip: int | None = None
    sheet: str | None = None
    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    na: Sequence[str] = ()
    keep: Sequence[str] = ()
    drop: Sequence[str] = ()
    number: Sequence[str] = ()
    category: Sequence[str] = ()
    date: Sequence[str] = ()


@dataclass(frozen=True)
class Read:
    """What a file holds.

    Attributes:
        frame: the rows: texts, or values of the types that the file has.
        written: how the file is written.
        notes: what was seen of that.
        categories: columns of numbers that the file says are categories.
        commas_separate: whether commas separate its fields.
    """

    frame: pd.DataFrame
    written: Dialect
    notes: list[str]
    categories: Sequence[str] = ()
    commas_separate: bool = False


def read(file: Path, options: Options) -> Read:
    """Return what a file holds, and how it is written.

    Raises:
        SpecError: it can't be read, or in several ways.
    """
    _check_file(file, options)
    if file.suffix.lower() == PARQUET:
        frame = _parquet(file)
        return Read(frame, Dialect(), [], _declared_in(file, frame))
    written = dialect(
        **{key: getattr(options, key) for key in OF_CSV}, skip=options.skip, sheet=options.sheet
    )
    notes = []
    if is_excel(file):
        lines = lines_of(file, written)
        if (
            lines
            and options.skip is None
            and (n := titles([line.fields for line in lines[:FIRST]]))
        ):
            notes.append(_passed_over(n, lines[0].fields[0]))
            written, lines = replace(written, skip=lines[n].number - 1), lines[n:]
        notes += [*_sheets(file, written), *notes_on_hidden(file, written)]
    else:
        lines, written, notes = _lines(file, written, options)
    if not lines:
        raise SpecError(empty(file, written))
    check_footer(lines, file, options.keep)
    if not has_names(lines, file, options.header):
        n_columns = min(len(lines[0].fields), max(map(width, lines)))
        written = replace(written, names=tuple(f"x{place + 1}" for place in range(n_columns)))
        if options.header is None:
            notes.append(
                "The first line is a row like the others, so no line names the columns: they are "
                f"x1 to x{n_columns}. If it does: --header."
            )
    commas = not is_excel(file) and written.separator == ","
    return Read(texts_of(lines, written, file), written, notes, commas_separate=commas)


def said(options: Options, found: Read, names: Sequence[str]) -> Said:
    """Return what the user, or a Parquet file, says of the columns.

    Raises:
        SpecError: there is no such column, or two things are said of one.
    """
    columns: dict[str, Column] = {name: Column(kind="category") for name in found.categories}
    of_user: dict[str, str] = {}
    for kind in ("drop", "number", "category", "date"):
        for word in getattr(options, kind):
            name, _, style = (
                word.partition("=") if kind == "date" and word not in names else (word, "", "")
            )
            if name in of_user:
                raise SpecError(f"--{kind} {name}: --{of_user[name]} says otherwise. Expected one.")
            of_user[name] = kind
            columns[name] = Column.model_validate(
                {"kind": kind, **({"format": style} if style else {})}
            )
    if both := set(options.na) & set(options.keep):
        raise SpecError(f"'{min(both)}' is named as a gap and as a value. Expected one of both.")
    decimal, thousands = options.decimal, options.thousands
    if decimal not in (None, ".", ","):
        raise SpecError(f"--decimal: expected a point or a comma, received '{decimal}'.")
    if thousands is not None and (len(thousands) != 1 or thousands.isalnum() or thousands in "+-"):
        raise SpecError(f"--thousands: '{thousands}' can't stand between thousands.")
    if thousands is not None and thousands == decimal:
        raise SpecError(f"--thousands: '{thousands}' stands before decimals. Expected another.")
    return Said(
        columns=columns,
        gaps=[word.strip() for word in options.na],
        keep=[word.strip() for word in options.keep],
        decimal=decimal,
        thousands=thousands,
        commas_separate=found.commas_separate,
    )


def entry(file: Path, filepath: str, written: Dialect) -> dict[str, Any]:
    """Return the catalog's entry of a file."""
    kind = PARQUETS if file.suffix.lower() == PARQUET else TABLE
    return {"type": kind, "filepath": filepath, **written.to_catalog()}


def _lines(file: Path, written: Dialect, options: Options) -> tuple[list[Any], Dialect, list[str]]:
    try:
        raw = bytes_of(file)
    except SpecError:
        raise
    except Exception as error:  # of any kind: what unpacks has many
        raise unreadable(file, error) from error
    text, encoding = decode(raw, options.encoding, file)
    written = replace(written, encoding=encoding)
    chosen = frozenset(key for key in (*OF_CSV, "skip") if getattr(options, key) is not None)
    try:
        found = separated(text, written, said=chosen)
    except csv.Error as error:
        raise unreadable(file, error) from error
    notes = []
    if encoding not in ("utf-8-sig", options.encoding):
        odd = next((w for w in text.split() if not w.isascii()), "")[:30]
        notes.append(
            f"It isn't UTF-8; read as {encoding}"
            + f", in which it holds '{odd}'" * bool(odd)
            + ". If that is wrong: --encoding."
        )
    usual = Dialect(encoding=encoding)
    if "separator" not in chosen and found.separator != usual.separator:
        called = CALLED.get(found.separator, f"'{found.separator}'")
        notes.append(f"Its fields are separated by {called}. If not: --separator.")
    if "quote" not in chosen and found.quote != usual.quote:
        notes.append(f"Its texts stand between {found.quote}. If not: --quote '\"'.")
    if "skip" not in chosen and found.skip:
        notes.append(_passed_over(found.skip, text.splitlines()[0]))
    return lines_in(text, found, file), found, notes


def _passed_over(n: int, first: str) -> str:
    lines = "The first line is" if n == 1 else f"The first {n} lines are"
    return f"{lines} passed over: '{first.strip()[:60]}'. If it is of the table: --skip 0."


def _check_file(file: Path, options: Options) -> None:
    """Raise SpecError unless the file is there, and its kind has these options."""
    if not file.is_file():
        what = "this is a folder. Expected a file" if file.is_dir() else "there is no such file"
        raise SpecError(f"{file}: {what}.")
    kind = file.suffix.lower()
    if kind in OTHERS:
        raise SpecError(
            f"{file}: expected a text such as CSV (also packed, as .gz), .xlsx or .parquet. For "
            "another kind, or a database, write the catalog's entry by hand (docs/own-data.md)."
        )
    of_others = {"sheet": not is_excel(file)}
    of_others |= dict.fromkeys(OF_CSV, is_excel(file) or kind == PARQUET)
    of_others |= dict.fromkeys(("skip", "header"), kind == PARQUET)
    for key, wrong in of_others.items():
        if wrong and getattr(options, key) is not None:
            option = "no-header" if key == "header" and not options.header else key
            raise SpecError(f"--{option}: this isn't for {file.name}, a file of another kind.")


def _sheets(file: Path, written: Dialect) -> list[str]:
    with pd.ExcelFile(file) as book:
        names = [str(name) for name in book.sheet_names]
    if len(names) < 2 or written.sheet is not None:
        return []
    others = ", ".join(f"'{name}'" for name in names[1:4])
    return [f"The first sheet, '{names[0]}', was read. There are others: {others} (--sheet)."]


def _parquet(file: Path) -> pd.DataFrame:
    try:
        check_parquet(file)
        return with_index(pd.read_parquet(file))
    except SpecError:
        raise
    except Exception as error:  # of any kind: readers have many
        raise unreadable(file, error) from error


def _declared_in(file: Path, frame: pd.DataFrame) -> list[str]:
    """Return the columns of numbers that were categories in pandas before a Parquet file held them.

    Parquet keeps categories of texts alone; those of numbers stand in the notes of pandas.
    """
    import pyarrow.parquet

    noted = (pyarrow.parquet.read_schema(file).pandas_metadata or {}).get("columns", [])
    categories = {column["name"] for column in noted if column["pandas_type"] == "categorical"}
    return [
        name_of(name)
        for name, kind in frame.dtypes.items()
        if name in categories
        and pd.api.types.is_numeric_dtype(kind)
        and not pd.api.types.is_bool_dtype(kind)
    ]
