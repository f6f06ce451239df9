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
from regpipe.tables.reading_notes import counted
from regpipe.tables.table_file import EXCEL, Table, lines_of, table_of, width
from regpipe.tables.table_header import check_first_line, check_header, check_separator
from regpipe.tables.tidy import with_index

PARQUET = ".parquet"
TABLE = "regpipe.kedro_side.datasets.TableDataset"
DATASETS = {  # of the catalog, by a file's ending
    ".csv": TABLE,
    ".tsv": TABLE,
    PARQUET: "pandas.ParquetDataset",
    EXCEL: TABLE,
}
CALLED = {"gaps": "na", "kept": "keep", "names": "no-header"}  # options that aren't called the same
OF_CSV = ("encoding", "separator", "quote", "decimal", "thousands")


@dataclass(frozen=True)
class Options:
    """What a person says of a table beside its target, as the command line takes it.

    Attributes:
        task: as inferred from the target, if not given.
        title: of the problem; made of the name, if not given.
        drop: columns to leave out.
        group: a column whose rows stay together.
        split: a column that says `train` or `test`.
        train: the share, or from 1 on the number, of the rows to train on.
        labelled_only: whether to leave out rows whose target is missing.
        header: whether the first line names the columns; if not given, it does, and a first line
            that looks like a row is refused. Without, the columns are x1, x2, ...
        encoding: of a CSV, if not UTF-8.
        separator: of a CSV, if not a comma.
        quote: of a CSV, what stands around fields that hold a separator, if not `"`.
        decimal: what stands before the decimals in a CSV, if not a point.
        thousands: what stands between thousands in a CSV, if anything.
        na: words that stand for a gap in every column.
        keep: words that are values, also among numbers, where `NA`, `None` and the like are gaps.
        category: columns whose numbers are names, as those of codes.
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
        SpecError: it can't be read, or not by what is said of it.
    """
    said = {key: getattr(options, key) for key in OF_CSV}
    said |= {"gaps": options.na or None, "kept": options.keep or None}
    _check_file(file, said, options.header)
    if file.suffix == PARQUET:
        return _parquet(file), Dialect()
    separated, quoted = (said[key] is not None for key in ("separator", "quote"))
    if file.suffix == ".tsv":
        said = {**said, "separator": said["separator"] or "\t"}
    written = dialect(**said, texts=options.category or None)
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


def _check_file(file: Path, said: dict[str, Any], header: bool | None) -> None:
    """Raise SpecError unless the file is there, and what is said of it can be said of its kind."""
    if file.suffix not in DATASETS:
        raise SpecError(
            [
                f"{file}: expected a file whose name ends in {', '.join(DATASETS)}. For a "
                "database, write the entry of the catalog by hand (docs/own-data.md)."
            ]
        )
    if not file.is_file():
        raise SpecError([f"{file}: there is no such file."])
    if file.suffix in (PARQUET, EXCEL):
        given = [key for key, value in said.items() if value is not None]
        given += ["names"] if header is not None else []
        if meant := [key for key in given if key in OF_CSV or file.suffix == PARQUET]:
            option = CALLED.get(meant[0], meant[0])
            raise SpecError([f"--{option}: this is for a CSV, and {file} says it by itself."])


def _parquet(file: Path) -> Table:
    try:
        return Table(with_index(pd.read_parquet(file)), {}, {})
    except Exception as error:  # whatever a reader has to say about a file
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise SpecError([f"{file}: this file can't be read. {reason}"]) from error


def texts_of(frame: pd.DataFrame) -> list[str]:
    """Return the columns that hold texts."""
    return [str(name) for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]


def declared_in(file: Path, frame: pd.DataFrame) -> list[str]:
    """Return the columns of numbers that were categories in pandas before a Parquet file held them.

    Parquet keeps categories of texts alone; of others, only what pandas notes beside them tells.
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
    found: Table,
    judged: dict[str, list[str]],
    written: Dialect,
    rows: TableRows,
    na: Sequence[str],
) -> None:
    """Raise SpecError for texts that may be numbers, and words for gaps that may be values."""
    if fault := fault_of_habit(judged, written):
        told = f"{file}: {fault}"
        if file.suffix == EXCEL:  # of which nothing is said about points and commas
            column = next(n for n, v in judged.items() if fault_of_habit({n: v}, written))
            told = (
                f"{file}: column '{column}' holds texts that look like numbers. Expected numbers "
                "in its cells: make them some in the sheet, or save it as CSV."
            )
        raise SpecError([told])
    if (lost := found.words.get(rows.target)) and not rows.labelled_only:
        raise SpecError([_fault_of_words(rows.target, lost, na)])
    inside = [name for name in found.words if name not in {*rows.drop, rows.group, rows.split}]
    if empty := [fault for name in inside if (fault := _fault_of_empty(found, name, na))]:
        raise SpecError([f"{file}: {fault}" for fault in empty])


def _fault_of_empty(found: Table, name: str, na: Sequence[str]) -> str | None:
    """Say that all that a column holds was taken for gaps, where the user didn't say so."""
    words = found.words[name]
    kept = " ".join(f"--keep {shlex.quote(word)}" for word in sorted(words) if word not in na)
    if not kept or found.frame[name].notna().any():
        return None
    return (
        f"column '{name}' holds nothing but {counted(words)}, taken for gaps. If that is a value: "
        f"{kept}. If not, it is empty: --drop {shlex.quote(name)}."
    )


def _fault_of_words(target: str, words: Counter[str], na: Sequence[str]) -> str:
    """Say that words of the target were taken for gaps, and what else they may be."""
    told = counted(words)
    said = [word for word in words if word in na]
    kept = " ".join(f"--keep {shlex.quote(word)}" for word in words if word not in na)
    what = f"the target '{target}' is {told}, taken for gaps."
    if len(said) == len(words):
        return f"{what} Expected none; or --labelled-only, which leaves those rows out."
    return (
        f"{what} If that is a class: {kept}. If it is not known there: --labelled-only, which "
        "leaves those rows out."
    )
