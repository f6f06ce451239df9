"""Columns that name the rows, and columns that say the same as another one."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from regpipe.tables.kinds import is_numeric, is_whole
from regpipe.tables.wording import listed, option_for

FEWEST = 20  # rows, of which different values say something
MOST = 2 / 3  # of the rows: more different texts than that are names
NAMED = re.compile(r"(?i:(.*[^A-Za-z])?(id|uuid|guid|key|no|nr|number))|[A-Z]?ID|.*[a-z]I[Dd]")


def names_of_rows(table: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """Return the columns that hold another value in most rows or in all, as names do."""
    return [name for name in names if _names_rows(table[name].dropna(), str(name))]


def notes_on_names(names: Sequence[str]) -> Iterator[str]:
    """Yield what to do with columns that name the rows."""
    if names:
        yield (
            f"Another value in most rows or in all, as names and numbers of rows are: "
            f"{listed(names)}. New rows will have others, so nothing can be learnt from them: "
            f"{option_for('--drop', names)}."
        )


def notes_on_twins(table: pd.DataFrame, names: Sequence[str]) -> Iterator[str]:
    """Yield which columns say the same in all rows, value by value."""
    same: dict[bytes, list[str]] = {}
    for name in names:
        places = pd.factorize(table[name])[0]
        if places.max() > 0:
            same.setdefault(places.tobytes(), []).append(name)
    twins = [group for group in same.values() if len(group) > 1 and _says_same(table[group])]
    # A number keeps its order, of which a text says nothing.
    texts = {name for name in names if not is_numeric(table[name])}
    ordered = [sorted(group, key=texts.__contains__) for group in twins]
    if ordered:
        pairs = ", ".join(" and ".join(f"'{name}'" for name in group) for group in ordered)
        others = [name for group in ordered for name in group[1:]]
        yield f"The same in other words: {pairs}. One is enough: {option_for('--drop', others)}."


def _names_rows(values: pd.Series, name: str) -> bool:
    if len(values) < FEWEST:
        return False
    if pd.api.types.is_string_dtype(values) or (is_whole(values) and NAMED.fullmatch(name)):
        return bool(values.nunique() > MOST * len(values))
    return is_whole(values) and values.is_unique and _spread(values) < len(values) ** 2 / 12


def _spread(values: pd.Series) -> float:
    """Return how far the middle half of some numbers reaches.

    Of n measured whole numbers with this spread about n^2 / 4 / spread pairs are equal by chance:
    if that is 3 or more and there are none, they were given out one by one.
    """
    low, high = np.quantile(values, [0.25, 0.75])
    return float(high - low)


def _says_same(columns: pd.DataFrame) -> bool:
    """Whether it is no accident that values go together: they come again, or lie on a line."""
    if columns.iloc[:, 0].nunique() <= len(columns) / 2:
        return True
    if not all(is_numeric(column) for _, column in columns.items()):
        return False
    return bool((columns.astype(float).corr().abs() > 1 - 1e-9).all(axis=None))
