"""Rows that belong together: of the same person or place, or one after the other in time.

A random split puts them on both sides, and what is tested on is then half known already.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from regpipe.tables.kinds import is_numeric, is_whole
from regpipe.tables.wording import flags, listed

MOST_ROWS = 3000  # that are looked at in groups
MOST_OF_GROUP = 20
FEWEST_GROUPS = 10  # fewer are kinds of rows, unless their name says otherwise
NEAR = 0.1  # of what rows of other groups differ by: what those of one differ by that are alike
ALIKE = 0.5  # the same of the target, and of rows that follow each other in time
CLOSE = 0.7  # the correlation of a target with that of the row before
OF_TIME = re.compile(r"(?i)(^|.*[^a-z])(year|yr|month|date|day|week|hour|time|timestamp|epoch).*")
OF_GROUP = re.compile(
    r"(?i:patient|subject|person|participant|user|customer|client|household|family|animal|device"
    r"|machine|site|session)(?i:[ _.-]?(id|no|nr|number|code))?|(?i:.*[ _.-]id)|.*[a-z]I[Dd]"
)


def notes_on_kinship(
    table: pd.DataFrame, target: str, names: Sequence[str], *, classifies: bool
) -> Iterator[str]:
    """Yield by which columns rows belong together.

    Args:
        table: the rows in the order of the file.
        target: the column to predict.
        names: of the columns that predict.
        classifies: whether the target is a class.
    """
    points = _Points(table, [target, *names])
    time = _time_of(table, points)
    if time:
        yield (
            f"By '{time}', the rows are in order of time. If later ones are to be predicted, a "
            "random split flatters every score, since it trains on rows from just before and after "
            f"those that it tests on: {flags('--time', [time])}."
        )
    for name, like in _groups_of(table, points):
        yield (
            f"Rows of the same '{name}' ({table[name].nunique():,} different ones) {like}. If new "
            "rows will be of others, a random split flatters every score, since it has rows of "
            f"each on both sides: {flags('--group', [name])}."
        )
        return
    if not time and not classifies and (likeness := _likeness_of_neighbours(table, points)) > CLOSE:
        yield (
            f"In the order of the file, rows have nearly the '{target}' of the row before "
            f"(correlation {likeness:.2f}). If neighbours are of one time, place or person, a "
            "random split flatters every score. If a column says which: --time NAME or --group "
            "NAME."
        )


class _Points:
    """Rows as points, of which can be asked how far they are from each other in each column."""

    def __init__(self, table: pd.DataFrame, names: Sequence[str]) -> None:
        self.names = list(names)
        self.numeric = np.array([is_numeric(table[name]) for name in names])
        self.values = np.column_stack([_places(table[name]) for name in names])

    def apart(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Return how far pairs of rows are apart in each column, in the mean."""
        differences = self.values[a] - self.values[b]
        return np.where(self.numeric, differences**2, differences != 0).mean(axis=0)

    def ratios(self, groups: pd.Series) -> dict[str, float]:
        """Return by how much rows of a group differ, over rows of it and of the next group.

        Of measured numbers the next is as near as the same, of names (or numbers that name) not.
        """
        order = _by_groups(groups)
        keys = pd.factorize(groups)[0][order]
        inside = np.flatnonzero(keys[1:] == keys[:-1])
        starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        following = np.searchsorted(starts, np.arange(len(keys)), side="right")
        first = np.flatnonzero(following < len(starts))
        within = self.apart(order[inside], order[inside + 1])
        between = self.apart(order[first], order[starts[following[first]]])
        ratios = np.divide(within, between, out=np.ones_like(within), where=between > 0)
        return dict(zip(self.names, ratios, strict=True))

    def likeness(self, name: str, by: pd.Series) -> float:
        """Return how alike rows are that follow each other: 1 the same, 0 as any two."""
        order = np.argsort(by.to_numpy(), kind="stable")
        mixed = np.random.default_rng(0).permutation(len(order))
        apart = self.apart(order[:-1], order[1:]) / self.apart(mixed[:-1], mixed[1:])
        return float(1 - apart[self.names.index(name)])


def _time_of(table: pd.DataFrame, points: _Points) -> str | None:
    """Return the column by which rows are in order of time, the finest one."""
    target, *names = points.names
    found = []
    for name in names:
        dated = pd.api.types.is_datetime64_any_dtype(table[name])
        if _is_ordered(table[name]):
            of_time = dated or OF_TIME.match(name) is not None
        else:
            of_time = dated and points.likeness(target, table[name]) > ALIKE
        if of_time:
            found.append((dated, table[name].nunique(), name))
    return max(found)[-1] if found else None


def _groups_of(table: pd.DataFrame, points: _Points) -> Iterator[tuple[str, str]]:
    """Yield the columns whose equal rows are alike, and in what."""
    target, *names = points.names
    various = [n for n in names if table[n].value_counts(normalize=True, dropna=False).max() < 0.95]
    for name in names:
        if not _may_group(table[name]):
            continue
        ratios = points.ratios(table[name])
        near = [other for other in various if other != name and ratios[other] < NEAR]
        several = table[name].nunique() >= FEWEST_GROUPS and len(near) >= max(2, len(names) / 10)
        if several and ratios[target] < ALIKE:
            yield name, f"are nearly the same in {listed(near)}"
        elif OF_GROUP.fullmatch(name):
            yield name, "come several times"


def _likeness_of_neighbours(table: pd.DataFrame, points: _Points) -> float:
    """Return how alike the targets of neighbours are, in a file that isn't sorted by a column."""
    if any(_is_ordered(table[name]) for name in points.names):
        return 0.0
    return points.likeness(points.names[0], pd.Series(range(len(table))))


def _places(column: pd.Series) -> np.ndarray:
    """Return the rank of numbers, and a number for each text."""
    if is_numeric(column):
        return column.rank(pct=True).fillna(-1).to_numpy(float)
    return pd.factorize(column)[0].astype(float)


def _may_group(column: pd.Series) -> bool:
    """Whether a column holds three or more texts or whole numbers that mostly come again."""
    if not (is_whole(column) or pd.api.types.is_string_dtype(column)):
        return False
    sizes = column.value_counts()
    return len(sizes) > 2 and bool(sizes[sizes > 1].sum() > len(column) / 2)


def _by_groups(groups: pd.Series) -> np.ndarray:
    """Return the places of some rows, those of a group together in random order."""
    order = np.random.default_rng(0).permutation(len(groups))
    mixed = groups.iloc[order]
    order = order[((mixed.groupby(mixed).cumcount() < MOST_OF_GROUP) & mixed.notna()).to_numpy()]
    mixed = groups.iloc[order]
    chosen = mixed.value_counts().sample(frac=1, random_state=0).cumsum() <= MOST_ROWS
    order = order[mixed.map(chosen).to_numpy(bool)]
    return order[np.argsort(groups.iloc[order].to_numpy(), kind="stable")]


def _is_ordered(column: pd.Series) -> bool:
    """Whether numbers or dates rise, or fall, from the first row to the last."""
    if not (is_numeric(column) or pd.api.types.is_datetime64_any_dtype(column)):
        return False
    different = column.nunique() > 2 and column.notna().all()
    return bool(different and (column.is_monotonic_increasing or column.is_monotonic_decreasing))
