"""What does a column of a user's own table hold, whatever type it has?"""

import numpy as np
import pandas as pd

MISSING = "(missing)"  # the category of a row that has none
OTHER = "(other)"  # the category of a row whose own is none of the frequent ones
FEWEST_ROWS = 10
MOST_CATEGORIES = 50
FREQUENT = 10  # rows that a category of a column of many has at least
LARGEST = float(np.finfo(np.float32).max)  # that a network's numbers can be


def is_numeric(column: pd.Series) -> bool:
    """Whether a column holds numbers, or true and false."""
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def is_whole(column: pd.Series) -> bool:
    """Whether a column holds whole numbers, gaps aside, and not true and false."""
    if not is_numeric(column) or pd.api.types.is_bool_dtype(column):
        return False
    return not bool((column.dropna() % 1 != 0).any())


def is_nested(column: pd.Series) -> bool:
    """Whether a column of a Parquet file holds lists, arrays or mappings."""
    return pd.api.types.is_object_dtype(column) and any(
        isinstance(value, list | dict | np.ndarray) for value in column
    )


def some_nested(column: pd.Series) -> str:
    """Return one of the lists or mappings that a column holds."""
    return repr(next(value for value in column if isinstance(value, list | dict | np.ndarray)))[:60]


def too_large(column: pd.Series) -> int:
    """Return how many numbers aren't finite as float32."""
    return int((column.astype(float).abs() > LARGEST).sum())
