"""Is the first line of a file one of names, and what separates its fields?"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import islice, zip_longest
from pathlib import Path

from regpipe.errors import SpecError
from regpipe.problems.cells import GAP_WORDS
from regpipe.problems.columns import SIGNS
from regpipe.problems.dialect import Dialect, number_reader
from regpipe.problems.table_file import Line, text_of

SEPARATORS = {";": "';'", "\t": "$'\\t'", ",": "','", "|": "'|'", " ": "' '"}  # as a shell has them
QUOTES = {'"': "'\"'", "'": '"\'"'}
LOOKED_AT = 50  # lines
SHOWN = 3

_number = number_reader(".", None)


def check_separator(file: Path, written: Dialect, *, separated: bool, quoted: bool) -> None:
    """Raise SpecError if another separator, or quote, cuts the first lines of a CSV evenly.

    Args:
        file: its path.
        written: how it would be read.
        separated: whether the user says what separates its fields.
        quoted: whether the user says what stands around them.
    """
    opened = StringIO(text_of(file, written), newline="")
    lines = [line for line in islice(opened, LOOKED_AT) if line.strip()]
    even = len(widths := _widths(lines, written.separator, written.quote)) == 1 and max(widths) > 1
    separators = [written.separator] if separated else [written.separator, *SEPARATORS]
    for quote in [written.quote] if quoted or even else [written.quote, *QUOTES]:
        for separator in separators:
            asked = f" --separator {SEPARATORS[separator]}" * (separator != written.separator)
            asked += f" --quote {QUOTES[quote]}" * (quote != written.quote)
            if not asked or (separator in ", " and even):
                continue
            found = _widths(lines, separator, quote)
            if len(found) == 1 and max(found) > 1:
                raise SpecError(
                    [
                        f"{file}: so read, each line has as many fields, {max(found)}:{asked}. "
                        f"The first is {lines[0].strip()[:60]!r}. (If a comma separates: "
                        "--separator ','.)"
                    ]
                )


def _widths(lines: Sequence[str], separator: str, quote: str) -> set[int]:
    """Return how many fields the lines have."""
    read = csv.reader(lines, delimiter=separator, quotechar=quote, skipinitialspace=True)
    found = [len(fields) for fields in read]
    # The last may be cut off, within a text of several lines.
    return set(found[:-1] if len(lines) == LOOKED_AT else found)


def check_header(lines: Sequence[Line], file: Path, header: bool | None) -> None:
    """Raise SpecError if the first line doesn't look like what it is taken for.

    Args:
        lines: of the file.
        file: its path.
        header: whether the user says that the first line names the columns; None for nothing said.
    """
    first, *below = [[field.strip() for field in line.fields] for line in lines]
    columns = list(zip_longest(*below, fillvalue=""))[: len(first)]
    if header is False:
        if named := _names_of_numbers(first, columns):
            raise SpecError(
                [
                    f"--no-header: the first line looks like names: '{named[0]}' stands over "
                    "numbers. Expected a row there; or leave --no-header out."
                ]
            )
        return
    again = [line for line, fields in zip(lines[1:], below, strict=True) if fields == first]
    if again and _names_of_numbers(
        first, [set(c) - {n} for n, c in zip(first, columns, strict=False)]
    ):
        raise SpecError(
            [
                f"{file}: the names of the first line stand again in line {again[0].number}. "
                "Expected them once."
            ]
        )
    if header:
        return
    numbers = [name for name in first if _number(name) is not None]
    values = [name for name, column in zip(first, columns, strict=False) if name and name in column]
    if not numbers and not values:
        return
    why = "holds numbers" if numbers else "holds values of the rows below it"
    shown = ", ".join(f"'{name}'" for name in (numbers or values)[:SHOWN])
    raise SpecError(
        [
            f"{file}: the first line {why}, {shown}, so it looks like a row, not like names. If "
            "it is a row: --no-header, and the columns are x1, x2, ... (--target last is the last "
            "of them, --target 3 the third). If those are names: --header."
        ]
    )


def _names_of_numbers(first: Sequence[str], columns: Sequence[Iterable[str]]) -> list[str]:
    """Return what stands over all columns of numbers, if none of it is a number or a gap."""
    found = []
    for name, column in zip(first, columns, strict=False):
        values = {value for value in column if not _is_gap(value)}
        if not values or any(_number(value) is None for value in values):
            continue
        if _is_gap(name) or _number(name) is not None:
            return []
        found.append(name)
    return found


def _is_gap(value: str) -> bool:
    return not value or value in SIGNS or value.lower() in GAP_WORDS
