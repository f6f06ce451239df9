"""When is each row of a user's own table?"""

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.tables.kinds import is_numeric
from regpipe.tables.wording import count_rows, some


def times_of(column: pd.Series, path: str) -> np.ndarray:
    """Return the place of each row's time among all times of the column, from 0.

    Args:
        column: numbers or dates, of shape (n_rows,).
        path: of the key that names it, for messages.

    Raises:
        SpecError: it has gaps, or holds something else.

    >>> times_of(pd.Series([2012.5, 2011, 2012.5], name="year"), "rows.time")
    array([1, 0, 1], dtype=int32)
    """
    if not (is_numeric(column) or pd.api.types.is_datetime64_any_dtype(column)):
        raise SpecError(f"{path}: '{column.name}' holds {some(column)}. Expected numbers or dates.")
    if n := int(column.isna().sum()):
        fault = f"'{column.name}' is missing in {count_rows(n)}. Expected it in all."
        raise SpecError(f"{path}: {fault}")
    return np.unique(column.to_numpy(), return_inverse=True)[1].astype("int32")
