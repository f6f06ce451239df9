"""A file of any kind -> its table, and how it was read; refused where it may be read wrongly."""

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.language.tasks import TaskName
from regpipe.tables.dialect import Dialect, dialect
from regpipe.tables.habits import fault_of_habit
from regpipe.tables.notes import counted
from regpipe.tables.table_file import EXCEL, Table, lines_of, table_of, unreadable, width
from regpipe.tables.table_header import check_first_line, check_header, check_separator
from regpipe.tables.tidy import with_index
from regpipe.tables.wording import flags

PARQUET = ".parquet"
TABLE = "regpipe.kedro_side.datasets.TableDataset"
DATASETS = {  # of the catalog, by a file's ending
    ".csv": TABLE,
    ".tsv": TABLE,
    PARQUET: "pandas.ParquetDataset",
    EXCEL: TABLE,
}
FLAGS = {"gaps": "na", "kept": "keep", "names": "no-header"}  # options that aren't called the same
OF_CSV = ("encoding", "separator", "quote", "decimal", "thousands")


@dataclass(frozen=True)
class Options:
    """The options of `regpipe new-problem`, whose help explains them, beside its target.

    Attributes:
        task: inferred from the target, if not given.
        title: made of the problem's name, if not given.
        header: if not given, the first line names the columns, and one that looks like a row is
            refused.
        na: words that stand for a gap in every column.
        keep: words that are values, also among numbers, where `NA`, `None` and the like are gaps.
    """

    task: TaskName | None = None
    title: str | None = None
    drop: Sequence[str] = ()
    group: str | None = None
    split: str | None = None
    train: float | None = None
    labelled_only: bool = False
    header: bool | None = None
    encoding: str | None = None
    separator: str | None = None
    quote: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    na: Sequence[str] = ()
    keep: Sequence[str] = ()
    category: Sequence[str] = ()


def read(file: Path, options: Options) -> tuple[Table, Dialect]:
    """Return what a file holds, and how it was read.

    Raises:
        SpecError: it can't be read, or not by these options.
    """
    keys = {key: getattr(options, key) for key in OF_CSV}
    keys |= {"gaps": options.na or None, "kept": options.keep or None}
    _check_file(file, keys, options.header)
    if file.suffix == PARQUET:
        return _parquet(file), Dialect()
    separated, quoted = (keys[key] is not None for key in ("separator", "quote"))
    if file.suffix == ".tsv":
        keys["separator"] = keys["separator"] or "\t"
    written = dialect(**keys, texts=options.category or None)
    lines = lines_of(file, written)
    of_csv = file.suffix != EXCEL
    check_first_line(lines, file, written, separated=separated or not of_csv, header=options.header)
    if of_csv:
        check_separator(file, written, separated=separated, quoted=quoted)
    if lines:
        check_header(lines, file, options.header)
    if lines and options.header is False:
        n_columns = min(len(lines[0].fields), max(map(width, lines)))
        written = replace(written, names=tuple(f"x{place + 1}" for place in range(n_columns)))
    return table_of(lines, written, file), written


def _check_file(file: Path, keys: dict[str, Any], header: bool | None) -> None:
    """Raise SpecError unless the file is there, and its kind has these options."""
    if file.suffix not in DATASETS:
        raise SpecError(
            f"{file}: expected a file whose name ends in {', '.join(DATASETS)}. For a "
            "database, write the entry of the catalog by hand (docs/own-data.md)."
        )
    if not file.is_file():
        raise SpecError(f"{file}: there is no such file.")
    if file.suffix in (PARQUET, EXCEL):
        chosen = [key for key, value in keys.items() if value is not None]
        chosen += ["names"] if header is not None else []
        if wrong := [key for key in chosen if key in OF_CSV or file.suffix == PARQUET]:
            option = FLAGS.get(wrong[0], wrong[0])
            raise SpecError(f"--{option}: this is for a CSV, and {file} says it by itself.")


def _parquet(file: Path) -> Table:
    try:
        return Table(with_index(pd.read_parquet(file)), {}, {})
    except Exception as error:  # of any kind: readers have many
        raise unreadable(file, error) from error


def texts_of(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold texts."""
    return [str(name) for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]


def declared_in(file: Path, frame: pd.DataFrame) -> list[str]:
    """Return the columns of numbers that were categories in pandas before a Parquet file held them.

    Parquet keeps categories of texts alone; those of numbers stand in the notes of pandas.
    """
    if file.suffix != PARQUET:
        return []
    import pyarrow.parquet

    noted = (pyarrow.parquet.read_schema(file).pandas_metadata or {}).get("columns", [])
    categories = {column["name"] for column in noted if column["pandas_type"] == "categorical"}
    return [
        str(name).strip()
        for name, kind in frame.dtypes.items()
        if name in categories
        and pd.api.types.is_numeric_dtype(kind)
        and not pd.api.types.is_bool_dtype(kind)
    ]


def check_words(
    file: Path,
    table: Table,
    texts: dict[str, list[str]],
    written: Dialect,
    rows: TableRows,
    na: Sequence[str],
) -> None:
    """Raise SpecError for texts that may be numbers, and words for gaps that may be values."""
    if fault := fault_of_habit(texts, written):
        if file.suffix == EXCEL:  # which has no options for points and commas
            column = next(n for n, v in texts.items() if fault_of_habit({n: v}, written))
            fault = (
                f"column '{column}' holds texts that look like numbers. Expected numbers in its "
                "cells: make them some in the sheet, or save it as CSV."
            )
        raise SpecError(f"{file}: {fault}")
    if (words := table.words.get(rows.target)) and not rows.labelled_only:
        raise SpecError(_fault_of_words(rows.target, words, na))
    inside = [name for name in table.words if name not in {*rows.drop, rows.group, rows.split}]
    if empty := [fault for name in inside if (fault := _fault_of_empty(table, name, na))]:
        raise SpecError(*(f"{file}: {fault}" for fault in empty))


def _fault_of_empty(table: Table, name: str, na: Sequence[str]) -> str | None:
    """Return that all that a column holds was taken for gaps, where no option asks for that."""
    words = table.words[name]
    kept = flags("--keep", sorted(set(words) - set(na)))
    if not kept or table.frame[name].notna().any():
        return None
    return (
        f"column '{name}' holds nothing but {counted(words)}, taken for gaps. If that is a value: "
        f"{kept}. If not, it is empty: --drop {shlex.quote(name)}."
    )


def _fault_of_words(target: str, words: Counter[str], na: Sequence[str]) -> str:
    """Return that words of the target were taken for gaps, and what else they may be."""
    kept = flags("--keep", [word for word in words if word not in na])
    what = f"the target '{target}' is {counted(words)}, taken for gaps."
    if not kept:
        return f"{what} Expected none; or --labelled-only, which leaves those rows out."
    return (
        f"{what} If that is a class: {kept}. If it is not known there: --labelled-only, which "
        "leaves those rows out."
    )
