"""What a problem's `rows` block means: a generator and its arguments, or a table."""

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError, unknown
from regpipe.language import Problem, Split, TableRows
from regpipe.language.blocks import TABLE
from regpipe.language.reading import parse
from regpipe.rows.bundled import TABLES, WITHOUT_CLASSES
from regpipe.rows.generators import GENERATORS

N_TRAIN = "n_train"  # a generator that takes it draws the rows to be trained on differently


def is_table(rows: dict[str, Any]) -> bool:
    """Whether the rows are given once and for all, and each repeat splits them anew."""
    return TABLE in rows or next(iter(rows)) in TABLES


def published_seed(problem: Problem) -> int:
    """Return the seed of the draw, or of the table's split, that `fixed` stands for."""
    if is_table(problem.rows):
        return problem.split.random_state or 0
    return next(iter(problem.rows.values()))["random_state"]


def draw(rows: dict[str, dict[str, Any]], split: Split, random_state: int) -> pd.DataFrame:
    """Draw the rows of a repeat, those to be trained on first.

    Raises:
        SpecError: a value is out of the generator's range.
    """
    takes = inspect.signature(GENERATORS[next(iter(rows))]).parameters
    changes = {N_TRAIN: split.train} if N_TRAIN in takes else {}
    return _draw(rows, random_state=random_state, **changes)


def draw_scoring(rows: dict[str, dict[str, Any]], n_samples: int, seed: int) -> pd.DataFrame:
    """Draw new rows, distributed as those that are tested on."""
    return _draw(rows, n_samples=n_samples, random_state=seed)


def check_rows(name: str, problem: Problem) -> None:
    """Raise SpecError unless `rows` names a source and its arguments, and `split` suits it."""
    path, rows = f"{name}.rows", problem.rows
    if TABLE in rows:
        _check_own_table(name, problem)
        return
    sources = [*GENERATORS, *TABLES]
    for source in rows:
        if source not in sources:
            raise unknown(path, "generator or table of rows", source, sources)
    if len(rows) != 1:
        raise SpecError(
            f"{path}: expected one generator or table, received {', '.join(rows) or rows}."
        )
    source, arguments = next(iter(rows.items()))
    if not isinstance(arguments, dict):
        raise SpecError(f"{path}.{source}: expected arguments, received {arguments!r}.")
    if problem.split.train is None:
        raise SpecError(f"{name}.split.train: this key is missing.")
    if problem.autoencoder and source in WITHOUT_CLASSES:
        raise SpecError(
            f"{name}.autoencoder: a probe on the code has to tell classes, and the rows of "
            f"{source} have none. Expected other rows, or no such key."
        )
    if source in TABLES:
        if arguments:
            raise SpecError(f"{path}.{source}: expected no arguments, received {arguments}.")
        return
    _check_arguments(f"{path}.{source}", source, arguments)
    _check_split(name, problem.split, arguments["n_samples"])


def _check_own_table(name: str, problem: Problem) -> None:
    path, split = f"{name}.rows", problem.split
    rows = parse(TableRows, problem.rows, path)
    faults = []
    if problem.task == "reconstruction":
        faults.append(f"{name}.task: expected binary, multiclass or regression for such a table.")
    if problem.kind.classifies and rows.classes is not None:
        if problem.task == "binary" and len(rows.classes) != 2:
            faults.append(f"{path}.classes: expected two of them, received {rows.classes}.")
    elif rows.classes is not None:
        faults.append(f"{path}.classes: the target of a regression has none.")
    if problem.input_shape is not None or "features" in problem.standardise:
        faults.append(
            f"{name}: the columns of a table are scaled, and are a vector. Expected neither "
            "`input_shape` nor `standardise: [features]`."
        )
    if rows.split is not None and split.random_state is not None:
        faults.append(
            f"{name}.split.random_state: the column '{rows.split}' says which rows the fixed split "
            "trains on. Expected one of both."
        )
    if rows.split is not None and split.stratify and split.train is None:
        faults.append(
            f"{name}.split.stratify: the column '{rows.split}' splits all repeats. Expected false, "
            "or `train`, by which fresh repeats are split anew."
        )
    if rows.split is None and split.train is None:
        faults.append(f"{name}.split.train: this key is missing.")
    faults += _faults_of_time(name, rows, split)
    if split.stratify and (rows.group is not None or not problem.kind.classifies):
        why = "rows of a group stay together" if rows.group else "there are no classes"
        faults.append(f"{name}.split.stratify: {why}. Expected false.")
    if faults:
        raise SpecError(*faults)


def _faults_of_time(name: str, rows: TableRows, split: Split) -> Iterator[str]:
    """Yield what doesn't go together with rows that have a time, or without."""
    path = f"{name}.rows"
    if rows.time is None:
        if split.n_splits is not None:
            yield f"{name}.split.n_splits: this is for rows that have a `time`. Expected none."
        return
    if rows.split is not None:
        yield f"{path}.split: `time` says which rows each split trains on. Expected one of both."
    if rows.group is not None:
        yield (
            f"{path}.group: a group whose rows go on in time would be on both sides of an origin. "
            "Expected one of both: rows of equal `time` stay together, so a column that has the "
            "same time in all rows of a group, such as its last one, does for both."
        )
    if split.stratify:
        yield f"{name}.split.stratify: rows have a `time`, which splits them. Expected false."
    if split.random_state is not None:
        yield f"{name}.split.random_state: the fixed split is the latest in `time`. Expected none."


def _draw(rows: dict[str, dict[str, Any]], **changes: Any) -> pd.DataFrame:
    name, arguments = next(iter(rows.items()))
    try:
        x, y = GENERATORS[name](**{**arguments, **changes})
    except ValueError as error:
        raise SpecError(f"rows.{name}: {error}") from error
    features = {f"x{i + 1}": column for i, column in enumerate(x.T)}
    return pd.DataFrame({**features, "target": y})


def _check_arguments(path: str, generator: str, arguments: dict[str, Any]) -> None:
    parameters = dict(inspect.signature(GENERATORS[generator]).parameters)
    parameters.pop(N_TRAIN, None)  # which comes from the split
    for argument in arguments:
        if argument not in parameters:
            raise unknown(path, f"argument of {generator}", argument, parameters)
    for argument, parameter in parameters.items():
        if parameter.default is parameter.empty and argument not in arguments:
            raise SpecError(f"{path}.{argument}: this key is missing.")
    for argument, value in arguments.items():
        _check_value(f"{path}.{argument}", parameters[argument].annotation, value)


def _check_split(name: str, split: Split, n_samples: int) -> None:
    faults = []
    if not isinstance(split.train, int):
        faults.append(
            f"{name}.split.train: expected a number of rows, the first of each draw, received "
            f"{split.train}. (A share is for tables.)"
        )
    elif split.train >= n_samples:
        faults.append(
            f"{name}.split.train: {n_samples} rows of which {split.train} are trained on leave "
            "none to test on. Expected it to be smaller than n_samples."
        )
    if split.stratify or split.random_state is not None:
        faults.append(
            f"{name}.split: `stratify` and `random_state` are for tables; a draw's first rows are "
            "trained on."
        )
    if faults:
        raise SpecError(*faults)


def _check_value(path: str, kind: type, value: Any) -> None:
    accepted: Any = (int, float) if kind is float else kind
    if isinstance(value, bool) or not isinstance(value, accepted) or not 0 <= value < np.inf:
        raise SpecError(
            f"{path}: expected a number ({kind.__name__}) of 0 or more, received {value!r}."
        )
