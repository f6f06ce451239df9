"""How values of a table are named in messages, and the remedies that messages offer."""

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from regpipe.tables.words import SIGNS

A_FEW = 5  # values that a message shows
LONGEST = 60  # letters of each


def count_rows(n: int) -> str:
    """Return how many rows there are, in words."""
    return "1 row" if n == 1 else f"{n:,} rows"


def some(column: pd.Series) -> str:
    """Name two values of a column, or the only one."""
    return listed(column.dropna().unique()[:2])


def listed(values: Iterable[Any]) -> str:
    """Name some values, a few of them at most, and the beginning of a long one.

    >>> listed(["a", "b" * 100])
    "'a', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…'"
    """
    texts = map(str, values)
    shown = [f"'{t}'" if len(t) <= LONGEST else f"'{t[:LONGEST]}…'" for t in texts]
    return ", ".join(shown[:A_FEW]) + (f" and {len(shown) - A_FEW} more" * (len(shown) > A_FEW))


def flags(option: str, words: Iterable[str]) -> str:
    """Return an option with each of the words, as a shell reads it.

    >>> flags("--na", ["?", "none"])
    "--na '?' --na none"
    """
    return " ".join(f"{option} {shlex.quote(word)}" for word in words)


def option_for(option: str, names: Sequence[str]) -> str:
    """Return an option with each of some names, a few of them at most, for the user to type."""
    return flags(option, names[:A_FEW]) + " ..." * (len(names) > A_FEW)


def few(texts: Sequence[str], most: int = A_FEW) -> str:
    """Join some texts, a few of them at most."""
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" * (len(texts) > most))


def counted(words: Counter[str]) -> str:
    """Return each word with the number of its rows."""
    return " and ".join(f"'{word}' in {count_rows(n)}" for word, n in sorted(words.items()))


def remedies(names: Sequence[str], strays: Sequence[str]) -> str:
    """Return how to read texts among numbers: as values, or as gaps where they may be such."""
    # A name that begins with a dash would be read as an option.
    as_values = (
        f"If all are names of something, as codes are: {flags('--category', names[:A_FEW])}."
    )
    as_gaps = f"If that stands for a gap: {flags('--na', strays[:A_FEW])}."
    if are_codes(strays):
        return f"{as_values} If it is a slip: correct it in the file."
    return as_gaps if set(strays) <= SIGNS else f"{as_gaps} {as_values}"


def are_codes(strays: Iterable[str]) -> bool:
    """Whether texts among numbers are values like those, which a gap would lose."""
    return any(any(letter.isdigit() for letter in stray) for stray in strays)
