"""What does a column of a user's own table hold, whatever type it has?"""

from typing import Any

import numpy as np
import pandas as pd

MISSING = "(missing)"  # the category of a row that has none
LARGEST = float(np.finfo(np.float32).max)  # that a network's numbers can be
COMMAED = r"[-+]?\d+(,\d+)*(\.\d+)?"  # a number, with commas somewhere
SIGNS = frozenset({"?", "-", "--", ".", "..", "...", "*"})  # for a gap, as people write them


def is_numeric(column: pd.Series) -> bool:
    """Whether a column holds numbers, or true and false."""
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)


def is_nested(column: pd.Series) -> bool:
    """Whether a column of a Parquet file holds lists, arrays or mappings."""
    return pd.api.types.is_object_dtype(column) and any(
        isinstance(value, list | dict | np.ndarray) for value in column
    )


def is_date(column: pd.Series) -> bool:
    """Whether a column holds dates, or texts that are dates."""
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return True
    values = column.dropna()
    if is_numeric(column) or values.empty:
        return False
    # Four digits in a row or two separators: "May" and "1/2" are no dates here.
    dated = values.astype(str).str.fullmatch(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?")
    return bool(dated.mean() > 0.9)


def has_commas(column: pd.Series) -> bool:
    """Whether a column of texts holds numbers with commas, which an option may explain."""
    if has_long_digits(column):
        return False
    texts = column.dropna().astype(str).str.strip()
    numbers = texts.str.fullmatch(COMMAED).mean() > 0.9
    return bool(numbers and texts.str.contains(",").any())


def has_long_digits(column: pd.Series) -> bool:
    """Whether a column of texts holds whole numbers that a float64 can't hold."""
    if is_numeric(column):
        return False
    texts = column.dropna().astype(str)
    whole = r"[-+]?([0-9]{1,300}|[0-9]{1,3}(,[0-9]{3}){1,99})"
    if texts.empty or not texts.str.fullmatch(whole).all():
        return False
    numbers = texts.str.replace(",", "").map(int)
    return any(int(float(number)) != number for number in numbers)


def strays_of(column: pd.Series) -> tuple[str, ...] | None:
    """Return the texts of a column that holds numbers in most rows, None for any other column."""
    if is_numeric(column):
        return None
    texts = column.dropna().astype(str)
    others = texts[pd.to_numeric(texts, errors="coerce").isna()]
    return tuple(others.unique()) if 0 < len(others) < 0.5 * len(texts) else None


def too_large(column: pd.Series) -> int:
    """Return how many numbers aren't finite as float32."""
    return int((column.astype(float).abs() > LARGEST).sum())


def as_text(column: pd.Series) -> pd.Series:
    """Return categories as text, with a category of its own for those that are missing.

    Blanks around them don't count, and 1.0 is 1: so numbers come where some are missing.
    """
    return column.astype(object).where(column.notna(), MISSING).map(_text)


def _text(value: Any) -> str:
    whole = isinstance(value, float) and value.is_integer()
    return (str(int(value)) if whole else str(value)).strip()
