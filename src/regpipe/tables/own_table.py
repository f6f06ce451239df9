"""The user's own table -> every row that any fit sees, in the frame of `samples`.

Each repeat splits the rows anew, stratified by class, by group, or at an origin in time, and turns
the columns into numbers by its training rows. A column of the table may give each row's side, train
or test: for all repeats, or for the fixed split alone, where the problem has a `split` for fresh
ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import PROTOCOLS, Problem, Protocol, TableRows
from regpipe.language.blocks import N_SPLITS
from regpipe.rows.origins import rolling_origins
from regpipe.rows.samples import KEYS
from regpipe.seeds import derive
from regpipe.tables.columns import Columns, describe
from regpipe.tables.preprocessing import as_inputs, feature_names, make_preprocessor
from regpipe.tables.tidy import rows_of
from regpipe.tables.times import times_of
from regpipe.tables.wording import count_rows

SIDES = {"train", "test"}
FEWEST_GROUPS = 3
PROTOCOL = pd.CategoricalDtype(list(PROTOCOLS))
SPLITS = pd.CategoricalDtype(["train", "test"])


@dataclass(frozen=True)
class Whole:
    """All rows of a table that have a target, before any split.

    Attributes:
        block: the problem's `rows`, with a declaration of each column.
        table: the rows, each column of its kind, in order of their times.
        columns: what they hold.
        inputs: the columns that predict, as `make_preprocessor` takes them.
        target: of shape (n_rows,), classes by their place or numbers, not standardised.
        groups: the number of each row's group, None where rows come alone.
        times: the place of each row's time among all times, None where rows have none.
    """

    block: TableRows
    table: pd.DataFrame
    columns: Columns
    inputs: pd.DataFrame
    target: np.ndarray
    groups: np.ndarray | None
    times: np.ndarray | None


def prepare(table: pd.DataFrame, problem: Problem, name: str) -> Whole:
    """Return the rows of the table of the problem called `name`.

    Raises:
        SpecError: the table can't be used.
    """
    rows, path = problem.own_table, f"{name}.rows"
    assert rows is not None
    table, rows = rows_of(table, rows, path)
    return whole_of(table, rows, describe(table, rows, problem.task, path), path)


def whole_of(table: pd.DataFrame, rows: TableRows, columns: Columns, path: str) -> Whole:
    """Return the rows of a table whose columns are of their kinds, and are known.

    Raises:
        SpecError: the table can't be used.
    """
    table = table.reset_index(drop=True)
    times = None if rows.time is None else times_of(table[rows.time], f"{path}.time")
    if times is not None:
        table = table.iloc[np.argsort(times, kind="stable")].reset_index(drop=True)
        times = np.sort(times)
    inputs = as_inputs(table, columns, path)
    target = encode(table[rows.target], columns)
    return Whole(rows, table, columns, inputs, target, groups_of(table, rows, path), times)


def split_table(
    table: pd.DataFrame, problem: Problem, protocol: Protocol, name: str
) -> pd.DataFrame:
    """Split the rows for each repeat of both protocols, and make numbers of them.

    Args:
        table: all rows, as the catalog holds them.
        problem: its block, with the roles of the columns and the split.
        protocol: how many splits there are.
        name: of the problem, for messages.

    Raises:
        SpecError: the table can't be used, or can't be split so.
    """
    return split_whole(prepare(table, problem, name), problem, protocol, name)


def split_whole(whole: Whole, problem: Problem, protocol: Protocol, name: str) -> pd.DataFrame:
    """Split the rows of a table that is prepared, see `split_table`."""
    names = _names_apart(feature_names(whole.columns))
    beside = {"group": whole.groups, "time": whole.times}
    further = {key: numbers for key, numbers in beside.items() if numbers is not None}
    frames = []
    for keys, trained, tested in _splits(whole, problem, protocol, name):
        preprocessor = make_preprocessor(whole.columns, whole.block.scale)
        numbers = preprocessor.fit(whole.inputs[trained]).transform(whole.inputs)
        y = whole.target
        if "target" in problem.standardise:
            mean, deviation = mean_and_deviation(y[trained], f"{name}.rows")
            y = (y - mean) / deviation
        frame = pd.DataFrame(keys, index=range(len(y))).astype({"protocol": PROTOCOL})
        sides = np.select([trained, tested], ["train", "test"], "")
        split = pd.Series(sides).where(trained | tested).astype(SPLITS)
        features = pd.DataFrame(numbers.astype("float32"), columns=names)
        samples = pd.concat([frame.assign(split=split), features], axis=1)
        frames.append(samples.assign(target=y, **further))
    return pd.concat(frames, ignore_index=True)


def _splits(
    whole: Whole, problem: Problem, protocol: Protocol, name: str
) -> Iterator[tuple[dict[str, Any], np.ndarray, np.ndarray]]:
    """Yield the keys of each repeat, and for each row whether it is trained on, and tested on.

    Origins in time are taken in turn, from the latest on back, which is the fixed split's, too.
    """
    rows, table = whole.block, whole.table
    seeds = [derive(protocol.seed, "fresh data", k) for k in range(protocol.fresh.ceiling)]
    draws = [("fixed", 0, problem.split.random_state or 0)]
    draws += [("fresh", repeat, seed) for repeat, seed in enumerate(seeds)]
    in_time = _sides_in_time(whole.times, problem, name) if whole.times is not None else []
    for key, repeat, seed in draws:
        keys = {"protocol": key, "repeat": repeat, "data_seed": seed}
        if in_time:
            yield keys, *in_time[repeat % len(in_time)]
            continue
        if problem.one_split or (rows.split is not None and key == "fixed"):
            trained = _trained_by_column(table[rows.split], f"{name}.rows.split")
        else:
            trained = _trained_by_seed(table, rows, problem, seed, name)
        yield keys, trained, ~trained


def _sides_in_time(
    times: np.ndarray, problem: Problem, name: str
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return for each origin, the latest first, which rows are trained on, and tested on."""
    size, places = problem.split.train, np.arange(len(times))
    assert size is not None
    n_train = size if isinstance(size, int) else int(size * len(times))
    try:
        origins, n_test = rolling_origins(times, n_train, problem.split.n_splits or N_SPLITS)
    except ValueError as error:
        raise SpecError(
            f"{name}.split: the {len(times)} rows of the table can't be split so in time. {error}"
        ) from error
    return [
        ((origin - n_train <= places) & (places < origin), (origin <= places) & (places < end))
        for origin, end in zip(origins[::-1], origins[::-1] + n_test, strict=True)
    ]


def encode(target: pd.Series, columns: Columns) -> np.ndarray:
    """Return classes by their place, 0, 1, ..., and numbers as float64.

    Of numbers around 1e9, float32 would keep no more than every 64th: scaled first, then cast.
    """
    if columns.classes is None:
        return target.to_numpy(float)
    places = {value: place for place, value in enumerate(columns.classes)}
    return target.map(places).to_numpy(int)


def mean_and_deviation(target: np.ndarray, path: str) -> tuple[float, float]:
    """Return the mean and the standard deviation of a target; 1 where all of it is the same.

    Args:
        target: of shape (n_rows,), float64.
        path: of the problem's rows, for messages.

    Raises:
        SpecError: it varies, and a float64 can't hold by how much.
    """
    if (target == target[0]).all():
        return float(target[0]), 1.0
    deviation = float(target.std())
    if deviation == 0 or not np.isfinite(deviation):
        raise SpecError(
            f"{path}.target: the numbers differ by too little or too much to be scaled "
            f"(standard deviation {deviation:g}). Expected them in another unit."
        )
    return float(target.mean()), deviation


def _trained_by_seed(
    table: pd.DataFrame, rows: TableRows, problem: Problem, seed: int, name: str
) -> np.ndarray:
    """Return for each row whether it is trained on, of a split made anew."""
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    places = np.arange(len(table))
    size = problem.split.train
    try:
        if rows.group is not None:
            splitter = GroupShuffleSplit(1, train_size=size, random_state=seed)
            train, _ = next(splitter.split(places, groups=table[rows.group]))
            if table[rows.group].iloc[train].nunique() < 2:
                raise ValueError("It leaves one group to train on, and some are to be held out.")
        else:
            kept = table[rows.target] if problem.split.stratify else None
            train, _ = train_test_split(places, train_size=size, random_state=seed, stratify=kept)
    except ValueError as error:
        raise SpecError(
            f"{name}.split: the {len(table)} rows of the table can't be split so. {error}"
        ) from error
    return np.isin(places, train)


def groups_of(table: pd.DataFrame, rows: TableRows, path: str) -> np.ndarray | None:
    """Return the number of each row's group, None where rows come alone.

    Raises:
        SpecError: there are too few to train on some, choose by others, and test on further ones.
    """
    if rows.group is None:
        return None
    group = table[rows.group]
    if n := int(group.isna().sum()):
        fault = f"'{group.name}' is missing in {count_rows(n)}. Expected it in all."
        raise SpecError(f"{path}.group: {fault}")
    numbers, names = pd.factorize(group)
    if len(names) < FEWEST_GROUPS:
        raise SpecError(
            f"{path}.group: '{group.name}' names {len(names)} groups. Expected {FEWEST_GROUPS} "
            "or more: to train on, to choose by, and to test on."
        )
    return numbers.astype("int32")


def _trained_by_column(column: pd.Series, path: str) -> np.ndarray:
    """Return for each row whether it is trained on, by a column of `train` and `test`."""
    if n := int(column.isna().sum()):
        raise SpecError(
            f"{path}: '{column.name}' is missing in {count_rows(n)}. Expected it in all."
        )
    sides = column.astype(str).str.strip().str.lower()
    if strange := sorted(set(sides) - SIDES):
        raise SpecError(
            f"{path}: '{column.name}' is '{strange[0]}' in a row. Expected train or test."
        )
    if sides.nunique() < 2:
        raise SpecError(f"{path}: all rows are for {sides.iloc[0]}. Expected train and test.")
    return (sides == "train").to_numpy()


def _names_apart(features: list[str]) -> list[str]:
    """Return a name of its own for each feature, with a `_` where the frame has it already.

    So it has for its keys, and for the category p of a column c beside a column called `c = p`.
    """
    made: list[str] = []
    for place, name in enumerate(features):
        free, others = name, {*KEYS, *made, *features[place + 1 :]} - {name}
        while free in others or free in KEYS or free in made:
            free += "_"
        made.append(free)
    return made
