"""Columns of a user's own table -> numbers for a network, by the rows trained on.

Numbers: gaps are filled by the median, and marked in a column of their own; then mean 0 and
standard deviation 1. Dates: numbers likewise, see `dates.numbers_of`. Categories: a column each, 0
or 1. Which columns and categories there are is a property of the table; medians, means and
deviations come from the rows that are trained on alone.
"""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.tables.columns import Columns
from regpipe.tables.dates import numbers_of
from regpipe.tables.kinds import LARGEST, MISSING, OTHER, too_large
from regpipe.tables.wording import count_rows

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer


def make_preprocessor(columns: Columns, scale: bool = True) -> "ColumnTransformer":
    """Return what turns the rows of `as_inputs` into numbers, not fitted yet.

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
            ("numbers", numbers, _numbers(columns)),
            ("gaps", MissingIndicator(features="all"), _with_gaps(columns)),
            ("categories", encoder, list(columns.categorical)),
        ]
    )


def feature_names(columns: Columns) -> list[str]:
    """Return the names of the numbers, in the order of `make_preprocessor`'s."""
    return [
        *_numbers(columns),
        *(f"{name} is missing" for name in columns.gaps),
        *(f"{name} = {value}" for name, values in columns.categorical.items() for value in values),
    ]


def features_by_column(columns: Columns) -> dict[str, list[int]]:
    """Return the places of the numbers that each column became, as `feature_names` has them."""
    owners = [
        *columns.numeric,
        *(name for name, parts in columns.dates.items() for _ in parts),
        *columns.gaps,
        *(name for name, values in columns.categorical.items() for _ in values),
    ]
    return {
        name: [place for place, owner in enumerate(owners) if owner == name]
        for name in columns.predict
    }


def as_inputs(table: pd.DataFrame, columns: Columns, path: str) -> pd.DataFrame:
    """Return the columns that predict: numbers, and those of dates, as float64, categories as text.

    Args:
        table: rows of the kinds that are declared.
        columns: what they are.
        path: of the rows, for messages.

    Raises:
        SpecError: a number is infinite, or beyond what a float32 can hold.
    """
    faults, inputs = [], {}
    for name in columns.numeric:
        inputs[name] = table[name].to_numpy(float)
        if n := int(np.isinf(inputs[name]).sum()):
            faults.append(
                f"{path}: column '{name}' is infinite in {count_rows(n)}. Expected a number."
            )
        elif n := too_large(table[name]):
            faults.append(
                f"{path}: column '{name}' is beyond {LARGEST:.2g} in {count_rows(n)}. Expected "
                "smaller numbers."
            )
    for name, parts in columns.dates.items():
        numbers = numbers_of(table[name])
        inputs |= {f"{name}: {part}": numbers[part] for part in parts}
    for name, categories in columns.categorical.items():
        texts = table[name].fillna(MISSING).astype(object)
        if OTHER in categories:
            texts = texts.where(texts.isin(categories), OTHER)
        inputs[name] = texts.to_numpy()
    if faults:
        raise SpecError(*faults)
    return pd.DataFrame(inputs, index=table.index)


def _numbers(columns: Columns) -> list[str]:
    dated = [f"{name}: {part}" for name, parts in columns.dates.items() for part in parts]
    return [*columns.numeric, *dated]


def _with_gaps(columns: Columns) -> list[str]:
    """Return a column for each that has gaps; of a date all numbers have the same."""
    return [f"{n}: {columns.dates[n][0]}" if n in columns.dates else n for n in columns.gaps]
