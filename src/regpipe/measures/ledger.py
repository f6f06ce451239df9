"""Which rows of a table is a score owed to? Kept for every fit, one number for each row tested on.

Repeats that split the same rows aren't independent; how much of what they say is up to the rows
can only be told from the rows' own scores (`statistics.overlap`). In memory they stand in the run
table, an array in each cell of `test_<score>_by_row`; on disk beside it.
"""

from collections.abc import Mapping

import numpy as np

from regpipe.language.metrics import METRICS
from regpipe.rows.arrays import Rows
from regpipe.statistics.overlap import by_unit_of

FEWEST_OF_CLASS = 2  # rows


def entries(by_row: Mapping[str, np.ndarray], rows: Rows) -> dict[str, np.ndarray]:
    """Return `test_<score>_by_row`, of shape (units of the table,), NaN where trained on.

    A unit is a row, or a group where rows come in groups. Nothing where repeats share no rows. Of a
    metric in which classes count alike, all are infinite where one has a single row to be tested
    on, or none: how much its score is up to that row, nothing tells.

    Args:
        by_row: each score, of shape (n_rows,) of those tested on.
        rows: which those are.
    """
    if rows.units is None:
        return {}
    spread = {name: rows.units.spread(scores) for name, scores in by_row.items()}
    by_class = [name for name in spread if METRICS[name].by_class]
    if by_class and _has_a_rare_class(rows):
        spread |= dict.fromkeys(by_class, np.full(rows.units.of, np.inf, "float32"))
    return {by_unit_of(f"test_{name}"): scores for name, scores in spread.items()}


def _has_a_rare_class(rows: Rows) -> bool:
    classes = np.union1d(rows.y_train, rows.y_score)
    return bool((np.sum(rows.y_score == classes, axis=0) < FEWEST_OF_CLASS).any())
