"""The texts of a column -> numbers, true and false, or texts, and what was taken for a gap."""

from collections import Counter
from collections.abc import Callable, Sequence

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
        known = [value for value in values if value not in gaps and value not in words]
        for read in (number, lambda text: TRUTHS.get(text.lower())):
            if (found := _all_read(known, read)) is not None:
                places = [value not in gaps and value not in words for value in values]
                if _loses_digits(found, whole=all(places)):
                    break
                taken = Counter(value for value in values if value and value in gaps | words)
                return _filled(found, places, name), taken
    taken = Counter(value for value in values if value and value in gaps)
    kept = [None if value in gaps else value for value in values]
    return pd.Series(kept, name=name, dtype="str"), taken


def _is_gap(value: str, written: Dialect, number: Callable[[str], float | None]) -> bool:
    """Whether a value is empty, or a word (or the same number as one) that stands for a gap."""
    if not value or value in written.gaps:
        return True
    found = number(value) if written.gaps else None
    return found is not None and any(found == number(word) for word in written.gaps)


def _all_read(
    texts: Sequence[str], read: Callable[[str], int | float | bool | None]
) -> list[int | float | bool] | None:
    """Return what all texts are read as, None if one can't be."""
    found = []
    for text in texts:
        value = read(text)
        if value is None:
            return None
        found.append(value)
    return found


def _loses_digits(found: Sequence[int | float | bool], *, whole: bool) -> bool:
    """Whether whole numbers have to be float64, `whole` saying that none is missing, and can't."""
    if not all(type(value) is int for value in found):
        return False
    if whole and all(abs(value) < EXACT for value in found):
        return False  # int64
    return any(int(float(value)) != value for value in found)


def _filled(found: list[int | float | bool], places: list[bool], name: str) -> pd.Series:
    """Return a column with the values at their places, and gaps elsewhere."""
    if all(places) and found:
        if any(type(value) is float or abs(value) >= EXACT for value in found):
            return pd.Series(np.array(found, float), name=name)
        return pd.Series(found, name=name)
    if found and type(found[0]) is bool:
        values = iter(found)
        return pd.Series([next(values) if p else None for p in places], name=name, dtype=object)
    numbers = np.full(len(places), np.nan)
    numbers[np.array(places, bool)] = found
    return pd.Series(numbers, name=name)
