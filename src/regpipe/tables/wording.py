"""How values of a table are named in messages, and the remedies that messages offer."""

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


def flags(option: str, words: Iterable[str]) -> str:
    """Return an option with each of the words, as a shell reads it.

    >>> flags("--na", ["?", "none"])
    "--na '?' --na none"
    """
    return " ".join(f"{option} {shlex.quote(word)}" for word in words)


def long_digits(column: pd.Series) -> str:
    """Return what whole numbers that a float64 can't hold are taken for."""
    return (
        f"holds whole numbers of more digits than a float64 keeps, such as {some(column)}, so "
        f"they are texts. If they are amounts, write them in another unit, or as {1.25e20:g} is"
    )


def remedy_of_commas(column: pd.Series) -> str:
    """Return what to do with numbers with commas, and with other texts beside them."""
    texts = column.dropna().astype(str).str.strip()
    are_numbers = texts.str.fullmatch(COMMAED)
    numbers = texts[are_numbers].unique()
    readers = {
        '--thousands ","': number_reader(".", ","),
        '--decimal ","': number_reader(",", None),
    }
    options = [flag for flag, read in readers.items() if all(read(n) is not None for n in numbers)]
    fault = f"holds numbers with commas, such as {some(texts[texts.str.contains(',')])}."
    if not options:
        odd = [n for n in numbers if all(read(n) is None for read in readers.values())]
        return (
            f"{fault} The comma isn't before decimals in all of them, nor before each three digits "
            f"('{[*odd, numbers[0]][0]}'). Expected numbers that are all written in one of these "
            "ways, or without."
        )
    remedy = f"{fault} Expected numbers; of a CSV, say what the comma is: {' or '.join(options)}."
    if are_numbers.all():
        return remedy
    others = texts[~are_numbers].unique()
    gaps = flags("--na", others[:A_FEW])
    return f"{remedy} Beside them stands {listed(others)}: if that is a gap, {gaps}, too."


def remedies(names: Sequence[str], strays: Sequence[str]) -> str:
    """Return how to read texts among numbers: as values, or as gaps where they may be such."""
    # A name that begins with a dash would be read as an option.
    as_values = f"If all are names of something, as codes are: {flags('--category', names[:A_FEW])}"
    if are_codes(strays):
        return f"{as_values} (`categories` in `rows`)."
    gaps = flags("--na", strays[:A_FEW])
    as_gaps = f"If that stands for a gap, of a CSV: {gaps} (`gaps` in the catalog)."
    return as_gaps if set(strays) <= SIGNS else f"{as_gaps} {as_values}."


def are_codes(strays: Iterable[str]) -> bool:
    """Whether texts among numbers are values like those, which a gap would lose."""
    return any(any(letter.isdigit() for letter in stray) for stray in strays)
