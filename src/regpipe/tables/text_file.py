"""A file with a table -> each field of it as text, or an error of one line.

The same function reads for `new-problem` and for every run, by the same `Dialect`: so both see the
same table. Lines are neither filled up nor cut off: one with too many or too few fields is refused,
since its fields may belong to other columns. What the texts mean is `typed`'s to say.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import fsspec
import pandas as pd

from regpipe.errors import SpecError, not_utf8, reason_of
from regpipe.tables.bounds import MOST_BYTES, check_bytes, check_workbook
from regpipe.tables.dialect import Dialect, name_of

EXCEL = frozenset({".xlsx", ".xlsm"})
UNNAMED = "Unnamed: "  # and its place, is a column without a name, as for pandas
END = "\x1fend"  # put behind the last line, where a quote that is never closed swallows it


@dataclass(frozen=True)
class Line:
    """A line with something on it.

    Attributes:
        number: of the line in the file, from 1 on (where it ends, if a field holds line breaks).
        fields: as they stand, with blanks around them.
    """

    number: int
    fields: list[str]


def read_texts(file: Path, written: Dialect) -> pd.DataFrame:
    """Return the table of a CSV or an Excel file: texts without blanks around them, and gaps.

    Raises:
        SpecError: the file can't be read, or not as one table.
    """
    return texts_of(lines_of(file, written), written, file)


def texts_of(lines: Sequence[Line], written: Dialect, file: Path) -> pd.DataFrame:
    """Return the table that the lines of a file make.

    Raises:
        SpecError: they make none.
    """
    if not lines:
        raise SpecError(empty(file, written))
    names, rows = header(lines, written, file)
    _check_widths(rows, names, file, named=written.names is not None)
    # Surplus fields are empty.
    columns = {
        name: [row.fields[place].strip() or None for row in rows]
        for place, name in enumerate(names)
    }
    return pd.DataFrame(columns, dtype="str")


def empty(file: Path, written: Dialect) -> str:
    """Return what to say of a file without a line."""
    n = written.skip
    lines = "line that is" if n == 1 else f"{n} lines that are"
    return f"{file}: this file is empty{f' behind the {lines} skipped' if n else ''}."


def lines_of(file: Path, written: Dialect) -> list[Line]:
    """Return the lines of a file that aren't blank, but for those to skip.

    Raises:
        SpecError: the file can't be read.
    """
    try:
        if is_excel(file):
            return _cells(file, written)
        # As a whole, so that the message names the place of a byte that can't be decoded.
        text = bytes_of(file).decode(written.encoding).removeprefix("\ufeff")
        if "\0" in text:
            raise SpecError(
                f"{file}: read as {written.encoding}, it holds NUL characters. Expected a file of "
                "text, or its encoding (--encoding)."
            )
        return lines_in(text, written, file)
    except SpecError:
        raise
    except UnicodeDecodeError as error:
        raise SpecError(f"{file}: {not_utf8(error)}") from error
    except ImportError as error:
        raise SpecError(f"{file}: {error} (pip install -e '.[tables]')") from error
    except Exception as error:  # of any kind: readers have many
        raise unreadable(file, error) from error


def lines_in(text: str, written: Dialect, file: Path) -> list[Line]:
    """Return the lines of a text that aren't blank, but for those to skip."""
    below = StringIO(text, newline="")
    for _ in range(written.skip):
        below.readline()
    return list(_split(below, written, file))


def bytes_of(file: Path) -> bytes:
    """Return what a file holds, unpacked if its name says that it is packed.

    Raises:
        SpecError: several files are packed in it, or none, or a very large one.
    """
    if file.suffix.lower() == ".zip":
        with ZipFile(file) as packed:
            names = [n for n in packed.namelist() if not n.startswith("__MACOSX") and n[-1] != "/"]
            if len(names) != 1:
                raise SpecError(f"{file}: {len(names)} files are packed in it. Expected one.")
            check_bytes(packed.getinfo(names[0]).file_size, file)
            return packed.read(names[0])
    with fsspec.open(str(file), "rb", compression="infer") as opened:
        raw = bytes(opened.read(MOST_BYTES + 1))
    check_bytes(len(raw), file)
    return raw


def is_excel(file: Path) -> bool:
    """Whether a file is one of a spreadsheet."""
    return file.suffix.lower() in EXCEL


def unreadable(file: Path, error: Exception, what: str = "this file can't be read") -> SpecError:
    """Return the error for a file, with the first line of a reader's own error."""
    return SpecError(f"{file}: {what}. {reason_of(error)}")


def header(lines: Sequence[Line], written: Dialect, file: Path) -> tuple[list[str], list[Line]]:
    """Return the names of the columns and the lines below them.

    An unnamed column is called `Unnamed: 0` by its place, as pandas does; unnamed ones at the end
    are none, since there a separator ends each line.

    Raises:
        SpecError: a name stands twice.
    """
    if written.names is not None:
        return list(written.names), list(lines)
    first = [name_of(field) for field in lines[0].fields[: width(lines[0])]]
    names = [name or f"{UNNAMED}{place}" for place, name in enumerate(first)]
    if again := [name for place, name in enumerate(names) if name in names[:place]]:
        raise SpecError(
            f"{file}: '{again[0]}' names more than one column. Expected different names."
        )
    return names, list(lines[1:])


def width(line: Line) -> int:
    """Return how many fields a line has, without empty ones at its end."""
    return max((n for n, field in enumerate(line.fields, 1) if field.strip()), default=0)


def begin(line: Line) -> int:
    """Return how many empty fields a line begins with."""
    return next(n for n, field in enumerate(line.fields) if field.strip())


def _split(opened: StringIO, written: Dialect, file: Path) -> Iterator[Line]:
    read: list[str] = []  # the lines since the last one that was yielded
    reader = _reader(_kept(chain(opened, [END]), read), written)
    begun = written.skip + 1
    for fields in reader:
        if fields == [END]:
            return
        if fields and fields[-1].endswith(END):
            raise SpecError(
                f"{file}: a quote {written.quote} is opened in line {begun} and never closed."
            )
        if len(read) > 1 and not _quoted_well(read, written):
            raise SpecError(
                f"{file}: a quote {written.quote} is opened in line {begun}, and one in line "
                f"{written.skip + reader.line_num} would close it, though no separator follows. "
                "Expected a second quote in its own line; or double it, if it is part of the text."
            )
        if len(fields) > 1 or (fields and fields[0].strip()):
            yield Line(written.skip + reader.line_num, fields)
        begun = written.skip + reader.line_num + 1
        read.clear()


def _kept(lines: Iterable[str], read: list[str]) -> Iterator[str]:
    """Yield lines, and append them to a list."""
    for line in lines:
        read.append(line)
        yield line


def _reader(lines: Iterable[str], written: Dialect, *, strict: bool = False) -> Any:
    separator, quote = written.separator, written.quote
    return csv.reader(
        lines, delimiter=separator, quotechar=quote, skipinitialspace=True, strict=strict
    )


def _quoted_well(lines: Sequence[str], written: Dialect) -> bool:
    """Whether what a quote opens ends at a separator, blanks aside.

    Else two quotes that have nothing to do with each other would make one field of all lines
    between them.
    """
    quote, separator = re.escape(written.quote), re.escape(written.separator)
    text = re.sub(rf"{quote}[ \t]+(?={separator}|[\r\n]|$)", written.quote, "".join(lines))
    try:
        return bool(list(_reader(StringIO(text, newline=""), written, strict=True)))
    except csv.Error:
        return False


def _cells(file: Path, written: Dialect) -> list[Line]:
    """Return the lines of a sheet, each cell as text, from the first column that holds anything."""
    check_workbook(file)
    with pd.ExcelFile(file) as book:
        if written.sheet is not None and written.sheet not in book.sheet_names:
            there = ", ".join(map(str, book.sheet_names))
            raise SpecError(f"{file}: no sheet is called '{written.sheet}'. Expected: {there}.")
        cells = pd.read_excel(
            book, sheet_name=written.sheet or 0, header=None, dtype=object, na_filter=False
        )
    texts = cells.map(lambda cell: "" if pd.isna(cell) else str(cell))
    lines = [Line(place + 1, list(row)) for place, row in enumerate(texts.to_numpy(object))]
    used = [line for line in lines[written.skip :] if width(line)]
    empty = min((begin(line) for line in used), default=0)
    return [Line(line.number, line.fields[empty:]) for line in used]


def _check_widths(rows: Sequence[Line], names: Sequence[str], file: Path, *, named: bool) -> None:
    """Raise SpecError unless each line has a field for each column, and no further one."""
    expected = len(names)
    uneven = [row for row in rows if len(row.fields) != expected]
    wrong = [row for row in uneven if len(row.fields) < expected or width(row) > expected]
    if not wrong:
        return
    row = wrong[0]
    n_fields = width(row) if width(row) > expected else len(row.fields)
    names_are = f"{expected} are named" if named else f"the first line names {expected}"
    further = f", and so it is in {len(wrong) - 1:,} further lines" if len(wrong) > 1 else ""
    what = f"{file}: line {row.number} has {n_fields} fields, and {names_are}{further}."
    if n_fields < expected:
        raise SpecError(f"{what} Expected a separator for each field, also for empty ones.")
    if any("\\" in field for field in row.fields):
        raise SpecError(
            f'{what} Expected as many. (A quote in a text is doubled in a CSV, "", and doesn\'t '
            "stand behind a backslash.)"
        )
    if len(wrong) == len(rows) and {width(row) for row in rows} == {expected + 1} and not named:
        places = [str(place + 1) for place in range(len(rows))]
        if [row.fields[0].strip() for row in rows] == places:
            raise SpecError(
                f"{what} The first column has no name (it counts the rows, as R writes them). "
                "Expected one: begin the first line with `row` and a separator, and leave the "
                "column out: --drop row."
            )
        raise SpecError(
            f"{what} One column has no name, and which can't be told (R writes none for the "
            "first). Expected a name for each in the first line."
        )
    raise SpecError(f"{what} Expected as many; a text that holds a separator stands in quotes.")
