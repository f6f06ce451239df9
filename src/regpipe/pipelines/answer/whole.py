"""All rows of a table as a repeat of its own, which has none left to be tested on."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.language import Problem, Protocol, TableRows
from regpipe.pipelines.fits import Repeat, repeats_of
from regpipe.rows.arrays import Rows
from regpipe.seeds import derive
from regpipe.statistics.winners import WHOLE
from regpipe.tables import own_table
from regpipe.tables.columns import Columns
from regpipe.tables.preprocessing import make_preprocessor


@dataclass(frozen=True)
class Prepared:
    """All rows of a table, made into numbers.

    Attributes:
        rows: to train on; they stand for those to test on, too.
        columns: what they hold.
        preprocessing: the fitted `ColumnTransformer`.
        block: the problem's `rows`, with a declaration of each column.
        mean: of the target, where it is standardised; else 0.
        deviation: likewise; else 1.
    """

    rows: Rows
    columns: Columns
    preprocessing: Any
    block: TableRows
    mean: float
    deviation: float


def prepare(table: pd.DataFrame, problem: Problem, name: str) -> Prepared:
    """Return all rows of the table of the problem called `name`."""
    whole = own_table.prepare(table, problem, name)
    preprocessing = make_preprocessor(whole.columns, whole.block.scale).fit(whole.inputs)
    x = preprocessing.transform(whole.inputs).astype("float32")
    scaled = "target" in problem.standardise
    mean, deviation = (
        own_table.mean_and_deviation(whole.target, f"{name}.rows") if scaled else (0.0, 1.0)
    )
    y = ((whole.target - mean) / deviation).astype("float32")[:, None]
    rows = Rows(0, x, y, x, y, x, y, whole.groups, times=whole.times)
    return Prepared(rows, whole.columns, preprocessing, whole.block, mean, deviation)


def whole_repeat(prepared: Prepared, protocol: Protocol) -> Repeat:
    """Return the repeat that trains on all rows of a table."""
    n = len(prepared.rows.x_train)
    rows = replace(prepared.rows, room=(n, n))
    return Repeat(WHOLE, 0, rows, derive(protocol.seed, "export"))


def repeats_and_whole(
    samples: pd.DataFrame, table: pd.DataFrame, base: Arm, protocol: Protocol, most: int
) -> list[Repeat]:
    """Return the fresh repeats, `most` of them at most, and behind them the one of all rows.

    All have room for as many rows, so that they share each compile.
    """
    fresh = repeats_of(base, samples, protocol, "fresh", most)
    prepared = prepare(table, base.problem_block, base.problem)
    whole = whole_repeat(prepared, protocol)
    alike = [replace(one, rows=replace(one.rows, room=whole.rows.room)) for one in fresh]
    return [*alike, whole]
