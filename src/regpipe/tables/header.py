"""Does the first line of a table name its columns, or is it a row?"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from pathlib import Path

from regpipe.errors import SpecError
from regpipe.tables.numbers import number_reader
from regpipe.tables.text_file import Line
from regpipe.tables.words import GAP_WORDS, SIGNS

SHOWN = 3

_number = number_reader(".", None)


def has_names(lines: Sequence[Line], file: Path, said: bool | None) -> bool:
    """Return whether the first line names the columns.

    Args:
        lines: of the file.
        file: its path.
        said: what the user says; None for nothing.

    Raises:
        SpecError: it may be either, or isn't what the user says, or stands there twice.
    """
    first, *below = [[field.strip() for field in line.fields] for line in lines]
    columns = list(zip_longest(*below, fillvalue=""))[: len(first)]
    if said is False:
        if named := _names_of_numbers(first, columns):
            raise SpecError(
                f"--no-header: the first line looks like names: '{named[0]}' stands over "
                "numbers. Expected a row there; or leave --no-header out."
            )
        return False
    _check_once(first, below, columns, lines, file)
    if said:
        return True
    numbers = [name for name in first if _number(name) is not None]
    if _count_up(first, numbers) or not (numbers or _values(first, columns, 1)):
        return True
    if not numbers and _names_of_numbers(first, columns):
        return True
    if _must_be_values(numbers) or _values(first, columns, 2):
        return False
    why = "holds numbers" if numbers else "holds values of the rows below it"
    shown = ", ".join(f"'{name}'" for name in (numbers or _values(first, columns, 1))[:SHOWN])
    raise SpecError(
        f"{file}: the first line {why}, {shown}, so it may be a row, or names. If it is a row: "
        "--no-header, and the columns are x1, x2, ... (--target last is the last of them, "
        "--target 3 the third). If those are names: --header."
    )


def _check_once(
    first: list[str],
    below: Sequence[list[str]],
    columns: Sequence[Iterable[str]],
    lines: Sequence[Line],
    file: Path,
) -> None:
    """Raise SpecError if a line of names stands once more among the rows."""
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


def _count_up(first: Sequence[str], numbers: Sequence[str]) -> bool:
    """Whether the first line counts the columns from 0 or 1 on, as pandas does."""
    return len(first) == len(numbers) > 2 and any(
        list(numbers) == [str(place + begin) for place in range(len(first))] for begin in (0, 1)
    )


def _must_be_values(numbers: Sequence[str]) -> bool:
    """Whether numbers can't be names: one isn't whole, is below 0, or stands there twice."""
    return len(set(numbers)) < len(numbers) or any(not number.isdigit() for number in numbers)


def _values(first: Sequence[str], columns: Sequence[Sequence[str]], times: int) -> list[str]:
    """Return what of the first line stands so often below it, at its place."""
    return [
        name
        for name, column in zip(first, columns, strict=False)
        if not _is_gap(name) and column.count(name) >= times
    ]


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
