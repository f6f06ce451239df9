"""Which rows of a table is a score owed to? Kept for every fit, one number for each row tested on.

Repeats that split the same rows aren't independent; how much of what they say is up to the rows
can only be told from the rows' own scores (`statistics.overlap`). In memory they stand in the run
table, an array in each cell of `test_<score>_by_row`; on disk beside it.
"""

from collections.abc import Mapping

import numpy as np

from regpipe.rows.arrays import Rows
from regpipe.statistics.overlap import by_unit_of


def entries(by_row: Mapping[str, np.ndarray], rows: Rows) -> dict[str, np.ndarray]:
    """Return `test_<score>_by_row`, of shape (units of the table,), NaN where trained on.

    A unit is a row, or a group where rows come in groups. Nothing where repeats share no rows.

    Args:
        by_row: each score, of shape (n_rows,) of those tested on.
        rows: which those are.
    """
    if rows.units is None:
        return {}
    return {by_unit_of(f"test_{k}"): rows.units.spread(scores) for k, scores in by_row.items()}
