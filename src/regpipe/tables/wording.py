"""How values of a table are named to people, and what they are told to do about them."""

import shlex
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from regpipe.tables.dialect import number_reader
from regpipe.tables.kinds import COMMAED, SIGNS

A_FEW = 5  # values that a message shows


def count_rows(n: int) -> str:
    """Return how many rows there are, in words."""
    return "1 row" if n == 1 else f"{n:,} rows"


def some(column: pd.Series) -> str:
    """Name two values of a column, or the only one."""
    return listed(column.dropna().unique()[:2])


def listed(values: Iterable[Any]) -> str:
    """Name some values, a few of them at most."""
    shown = [f"'{value}'" for value in values]
    return ", ".join(shown[:A_FEW]) + (f" and {len(shown) - A_FEW} more" * (len(shown) > A_FEW))


def long_digits(column: pd.Series) -> str:
    """Say what whole numbers that a float64 can't hold are taken for."""
    return (
        f"holds whole numbers of more digits than a float64 keeps, such as {some(column)}, so "
        f"they are texts. If they are amounts, write them in another unit, or as {1.25e20:g} is"
    )


def remedy_of_commas(column: pd.Series) -> str:
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
    found = f"holds numbers with commas, such as {some(known[known.str.contains(',')])}."
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
    return f"{told} Beside them stands {listed(others)}: if that is a gap, {words}, too."


def remedies(names: Sequence[str], strays: Sequence[str]) -> str:
    """Say how to read texts among numbers: as values, or as gaps where they may be such."""
    # A name that begins with a dash would be read as an option.
    kept = " ".join(f"--category {shlex.quote(name)}" for name in names[:A_FEW])
    as_values = f"If all are names of something, as codes are: {kept}"
    if are_codes(strays):
        return f"{as_values} (`categories` in `rows`)."
    words = " ".join(f"--na {shlex.quote(stray)}" for stray in strays[:A_FEW])
    as_gaps = f"If that stands for a gap, of a CSV: {words} (`gaps` in the catalog)."
    return as_gaps if set(strays) <= SIGNS else f"{as_gaps} {as_values}."


def are_codes(strays: Iterable[str]) -> bool:
    """Whether texts among numbers are values like those, which a gap would lose."""
    return any(any(letter.isdigit() for letter in stray) for stray in strays)
