"""The fits of an arm: their rows, their weights, and what their rows have in common."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.language import Problem
from regpipe.rows.arrays import Rows, rows_of
from regpipe.rows.sources import is_table
from regpipe.statistics.overlap import INDEPENDENT, Splits

PROTOCOLS = ("fixed", "fresh")
Weights = Mapping[str, np.ndarray]
Repeats = dict[str, int]  # by protocol


def draw_of(draws: list[Rows], repeat: int) -> Rows:
    """Return the rows of a repeat; every repeat of `fixed` has the same."""
    return draws[repeat if len(draws) > 1 else 0]


def weights_of(weights: Weights, protocol: str, repeat: int) -> dict[str, np.ndarray]:
    """Return the weights of a fit by their paths."""
    prefix = f"{protocol}/"
    return {k.removeprefix(prefix): v[repeat] for k, v in weights.items() if k.startswith(prefix)}


def each_fit(
    arm: Arm, weights: Weights, fits: pd.DataFrame, samples: pd.DataFrame
) -> Iterator[tuple[dict[Any, Any], Rows, dict[str, np.ndarray]]]:
    """Yield (its row of `fits`, rows, weights) of every fit."""
    draws = {protocol: rows_of(samples, protocol, arm) for protocol in PROTOCOLS}
    for fit in fits.to_dict("records"):
        protocol, repeat = fit["protocol"], fit["repeat"]
        yield fit, draw_of(draws[protocol], repeat), weights_of(weights, protocol, repeat)


def splits_of(problem: Problem, runs: pd.DataFrame) -> Splits:
    """Return what the fresh repeats of a problem share.

    `runs` is the run table of an arm that holds no rows out.
    """
    first = runs.iloc[0]
    return _splits(problem, int(first["train_rows"]), int(first["test_rows"]))


def splits(problem: Problem, rows: Rows) -> Splits:
    """Return the same, given the rows of a repeat of which none are held out."""
    return _splits(problem, len(rows.x_train), len(rows.x_score))


def _splits(problem: Problem, train_rows: int, test_rows: int) -> Splits:
    if not is_table(problem.rows):
        return INDEPENDENT
    own = problem.own_table
    if own is None:
        return Splits(train_rows, test_rows)
    return Splits(train_rows, test_rows, own.group is None, one_sample=problem.one_split)
