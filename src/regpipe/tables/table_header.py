"""Is the first line of a file one of names, and what separates its fields?"""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import islice, zip_longest
from pathlib import Path

from regpipe.errors import SpecError
from regpipe.tables.cells import GAP_WORDS
from regpipe.tables.dialect import Dialect, number_reader
from regpipe.tables.kinds import SIGNS
from regpipe.tables.table_file import Line, text_of

SEPARATORS = {";": "';'", "\t": "$'\\t'", ",": "','", "|": "'|'", " ": "' '"}  # as a shell has them
QUOTES = {'"': "'\"'", "'": '"\'"'}
CALLED = {",": "a comma", "\t": "a tab"}  # what a file's ending stands for
FIRST = 50  # lines, by which a file is judged
SHOWN = 3

_number = number_reader(".", None)


def check_separator(file: Path, written: Dialect, *, separated: bool, quoted: bool) -> None:
    """Raise SpecError if another separator, or quote, cuts the first lines of a CSV evenly.

    Args:
        file: its path.
        written: how it would be read.
        separated: whether the separator is the user's choice.
        quoted: whether the quote is.
    """
    opened = StringIO(text_of(file, written), newline="")
    lines = [line for line in islice(opened, FIRST) if line.strip()]
    even = _even_width(lines, written.separator, written.quote) is not None
    called = CALLED.get(written.separator, f"'{written.separator}'")
    typed = SEPARATORS.get(written.separator, called)
    separators = [written.separator] if separated else [written.separator, *SEPARATORS]
    for quote in [written.quote] if quoted or even else [written.quote, *QUOTES]:
        for separator in separators:
            flags = f" --separator {SEPARATORS[separator]}" * (separator != written.separator)
            flags += f" --quote {QUOTES[quote]}" * (quote != written.quote)
            if not flags or (separator in ", " and even):
                continue
            if n_fields := _even_width(lines, separator, quote):
                raise SpecError(
                    f"{file}: so read, each line has as many fields, {n_fields}:{flags}. "
                    f"The first is {lines[0].strip()[:60]!r}. (If {called} "
                    f"separates: --separator {typed}.)"
                )


def _even_width(lines: Sequence[str], separator: str, quote: str) -> int | None:
    """Return how many fields each of the lines has, None where they differ or have one alone."""
    read = csv.reader(lines, delimiter=separator, quotechar=quote, skipinitialspace=True)
    widths = [len(fields) for fields in read]
    # The last may be cut off, within a text of several lines.
    different = set(widths[:-1] if len(lines) == FIRST else widths)
    return widths[0] if len(different) == 1 and widths[0] > 1 else None


def check_first_line(
    lines: Sequence[Line], file: Path, written: Dialect, *, separated: bool, header: bool | None
) -> None:
    """Raise SpecError if a file begins with what is no line of its table, as a comment or a title.

    Args:
        lines: of the file.
        file: its path.
        written: how they were read.
        separated: whether the separator is known.
        header: whether the first line names the columns; None if the user doesn't say.
    """
    texts = [written.separator.join(line.fields) for line in lines[:FIRST]]
    if texts and (match := re.fullmatch(r'"?sep=(.?)"?', texts[0].strip(), re.IGNORECASE)):
        sign = match[1]
        flag = f", and say --separator {SEPARATORS[sign]}" if sign in {*SEPARATORS} - {","} else ""
        raise SpecError(
            f"{file}: the first line, {texts[0].strip()!r}, is for Excel, and no line of the "
            f"table. Expected the names there: remove that line{flag}."
        )
    cuts = [[line.fields for line in lines[:FIRST]]]
    if not separated:
        others = (sign for sign in SEPARATORS if sign not in {" ", written.separator})
        cuts += [[text.split(sign) for text in texts] for sign in others]
    for cut in cuts:
        n = _lead(cut, header)
        if not n:
            continue
        which = "the first line" if n == 1 else f"the first {n} lines"
        shown = texts[0].strip(" ,;\t")[:60]
        comment = texts[0].lstrip().startswith("#")
        raise SpecError(
            f"{file}: {which}, {shown!r}, can't be of the table, whose "
            f"lines have {len(cut[n])} fields. Expected its names first: remove "
            + ("that line" if n == 1 else "those lines")
            + " (or the # alone, if names follow it)." * comment
            + "." * (not comment)
        )


def _lead(cut: Sequence[Sequence[str]], header: bool | None) -> int:
    """Return how many lines stand above those with as many fields each; 0 if others haven't."""
    if len(cut) < 3 or (expected := len(cut[-1])) < 2:
        return 0
    n = 0
    while n < len(cut) - 2 and _is_odd(cut[n], expected, header):
        n += 1
    if not n or any(len(fields) != expected for fields in cut[n:]):
        return 0
    first = cut[0][0].strip()
    if expected > 2 or " " in first or first.startswith("#"):
        return n
    # Of two columns, it may be the name of the second, which the first lacks.
    return n * all(_number(field.strip()) is None for field in cut[n])


def _is_odd(fields: Sequence[str], expected: int, header: bool | None) -> bool:
    """Whether a line has a single text, in its first field, or is a comment of another width."""
    first = fields[0].strip()
    if len(fields) == expected and (header is False or _number(first) is not None):
        return False
    alone = bool(first) and not any(field.strip() for field in fields[1:])
    return alone or (first.startswith("#") and len(fields) != expected)


def _stand_alone(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    """Whether most fields of a line are in no other line at their place, as names aren't."""
    names = [(place, name) for place, name in enumerate(first) if name]
    if any(_number(name) is not None for _, name in names) or not others:
        return False
    alone = [
        all(len(fields) <= place or fields[place] != name for fields in others)
        for place, name in names
    ]
    return sum(alone) > len(alone) / 2


def check_header(lines: Sequence[Line], file: Path, header: bool | None) -> None:
    """Raise SpecError if the first line doesn't look like what it is taken for.

    Args:
        lines: of the file.
        file: its path.
        header: whether the first line names the columns; None if the user doesn't say.
    """
    first, *below = [[field.strip() for field in line.fields] for line in lines]
    columns = list(zip_longest(*below, fillvalue=""))[: len(first)]
    if header is False:
        if named := _names_of_numbers(first, columns):
            raise SpecError(
                f"--no-header: the first line looks like names: '{named[0]}' stands over "
                "numbers. Expected a row there; or leave --no-header out."
            )
        return
    again = [line for line, fields in zip(lines[1:], below, strict=True) if fields == first]
    others = [fields for fields in below if fields != first]
    if again and (
        _names_of_numbers(first, [set(c) - {n} for n, c in zip(first, columns, strict=False)])
        or _stand_alone(first, others)
    ):
        raise SpecError(
            f"{file}: the names of the first line stand again in line {again[0].number}"
            + f", and in {len(again) - 1:,} more" * (len(again) > 1)
            + ". Expected them once."
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
        f"{file}: the first line {why}, {shown}, so it looks like a row, not like names. If "
        "it is a row: --no-header, and the columns are x1, x2, ... (--target last is the last "
        "of them, --target 3 the third). If those are names: --header."
    )


def _names_of_numbers(first: Sequence[str], columns: Sequence[Iterable[str]]) -> list[str]:
    """Return what stands over all columns of numbers, if none of it is a number or a gap."""
    names = []
    for name, column in zip(first, columns, strict=False):
        values = {value for value in column if not _is_gap(value)}
        if not values or any(_number(value) is None for value in values):
            continue
        if _is_gap(name) or _number(name) is not None:
            return []
        names.append(name)
    return names


def _is_gap(value: str) -> bool:
    return not value or value in SIGNS or value.lower() in GAP_WORDS
