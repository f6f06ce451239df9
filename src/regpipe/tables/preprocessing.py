"""Columns of a user's own table -> numbers for a network, by the rows trained on.

Numbers: gaps are filled by the median, and marked in a column of their own; then mean 0 and
standard deviation 1. Categories: a column each, 0 or 1. Which columns and categories there are is a
property of the table; medians, means and deviations come from the rows that are trained on alone.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError, hint
from regpipe.tables.columns import Columns
from regpipe.tables.kinds import as_text
from regpipe.tables.tidy import with_index

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer


def make_preprocessor(columns: Columns, scale: bool = True) -> "ColumnTransformer":
    """Return what turns `as_declared` rows into numbers, not fitted yet.

    Numbers stay as they are where they aren't to `scale`, but for gaps.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import MissingIndicator, SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    numbers = make_pipeline(fill, StandardScaler()) if scale else fill
    values = [list(categories) for categories in columns.categorical.values()]
    encoder = OneHotEncoder(categories=values, handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [
            ("numbers", numbers, list(columns.numeric)),
            ("gaps", MissingIndicator(features="all"), list(columns.gaps)),
            ("categories", encoder, list(columns.categorical)),
        ]
    )


def feature_names(columns: Columns) -> list[str]:
    """Return the names of the numbers, in the order of `make_preprocessor`'s."""
    return [
        *columns.numeric,
        *(f"{name} is missing" for name in columns.gaps),
        *(f"{name} = {value}" for name, values in columns.categorical.items() for value in values),
    ]


def as_declared(table: pd.DataFrame, columns: Columns, path: str) -> pd.DataFrame:
    """Return the columns that predict, numbers as float64 and categories as text.

    Raises:
        SpecError: a column is missing, or doesn't hold numbers where it has to.
    """
    faults = []
    table = with_index(table)
    declared: dict[str, Any] = {}
    for name in (*columns.numeric, *columns.categorical):
        if name not in table:
            faults.append(f"{path}: column '{name}' is missing. {hint(name, map(str, table))}")
        elif name in columns.categorical:
            declared[name] = as_text(table[name]).to_numpy(object)
        else:
            numbers = pd.to_numeric(table[name], errors="coerce")
            strange = table[name][numbers.isna() & table[name].notna()]
            if len(strange):
                faults.append(
                    f"{path}: column '{name}' is '{strange.iloc[0]}' in a row. Expected a number."
                )
            declared[name] = numbers.to_numpy(float, na_value=np.nan)
            if np.isinf(declared[name]).any():
                faults.append(f"{path}: column '{name}' is infinite in a row. Expected a number.")
    if faults:
        raise SpecError(*faults)
    return pd.DataFrame(declared, index=table.index)
