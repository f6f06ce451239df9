"""The texts of a column -> numbers, true and false, or texts, and what was taken for a gap."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import compress

import numpy as np
import pandas as pd

from regpipe.tables.dialect import Dialect, number_reader

# Among numbers these are no values (in small letters). Among texts they are words like others, and
# a category or a class: what they stand for there is for the user to say.
GAP_WORDS = frozenset(
    {"na", "n/a", "#n/a", "#n/a n/a", "#na", "<na>", "nan", "-nan", "null", "none"}
    | {"1.#ind", "-1.#ind", "1.#qnan", "-1.#qnan"}
)
TRUTHS = {"true": True, "false": False}
EXACT = 2**63  # from here on, a whole number is a float64


def column_of(texts: Sequence[str], written: Dialect, name: str) -> tuple[pd.Series, Counter[str]]:
    """Return a column, and how often each word was taken for a gap.

    A column whose values are all numbers holds numbers, of int64 or float64; one of true and false
    alone is a bool; any other holds texts. So do whole numbers that would have to be float64 and
    that it can't hold, as identities of 20 digits: different ones would become the same. Blanks
    around a value don't count.

    Args:
        texts: of the fields, in the order of the rows.
        written: how.
        name: of the column.
    """
    values = [text.strip() for text in texts]
    number = number_reader(written.decimal, written.thousands)
    gaps = {value for value in set(values) if _is_gap(value, written, number)}
    if name not in written.texts:
        words = {value for value in set(values) if value.lower() in GAP_WORDS} - set(written.kept)
        missing = gaps | words
        present = [value not in missing for value in values]
        for read in (number, lambda text: TRUTHS.get(text.lower())):
            if (parsed := _parse(compress(values, present), read)) is not None:
                if _loses_digits(parsed, whole=all(present)):
                    break
                counts = Counter(value for value in values if value and value in missing)
                return _filled(parsed, present, name), counts
    counts = Counter(value for value in values if value and value in gaps)
    kept = [None if value in gaps else value for value in values]
    return pd.Series(kept, name=name, dtype="str"), counts


def _is_gap(value: str, written: Dialect, number: Callable[[str], float | None]) -> bool:
    """Whether a value is empty, or a word (or the same number as one) that stands for a gap."""
    if not value or value in written.gaps:
        return True
    as_number = number(value) if written.gaps else None
    return as_number is not None and any(as_number == number(word) for word in written.gaps)


def _parse(
    texts: Iterable[str], read: Callable[[str], int | float | bool | None]
) -> list[int | float | bool] | None:
    """Return the value of each text, None if one has none."""
    values = []
    for text in texts:
        if (value := read(text)) is None:
            return None
        values.append(value)
    return values


def _loses_digits(values: Sequence[int | float | bool], *, whole: bool) -> bool:
    """Whether whole numbers have to be float64, `whole` saying that none is missing, and can't."""
    if not all(type(value) is int for value in values):
        return False
    if whole and all(abs(value) < EXACT for value in values):
        return False  # int64
    return any(int(float(value)) != value for value in values)


def _filled(values: list[int | float | bool], present: list[bool], name: str) -> pd.Series:
    """Return a column with the values where they are present, and gaps elsewhere."""
    if all(present) and values:
        if any(type(value) is float or abs(value) >= EXACT for value in values):
            return pd.Series(np.array(values, float), name=name)
        return pd.Series(values, name=name)
    if values and type(values[0]) is bool:
        rest = iter(values)
        return pd.Series([next(rest) if p else None for p in present], name=name, dtype=object)
    numbers = np.full(len(present), np.nan)
    numbers[np.array(present, bool)] = values
    return pd.Series(numbers, name=name)
