"""Problems whose rows are given once and for all: a name in YAML -> features and target.

These tables come with scikit-learn.
"""

from collections.abc import Callable

import pandas as pd


def load_diabetes() -> pd.DataFrame:
    """Return 442 patients: ten measurements, and how far their diabetes went in a year.

    The features are unscaled; the target lies between 25 and 346. See
    `sklearn.datasets.load_diabetes`.
    """
    from sklearn import datasets  # slow to import, and only needed once rows are drawn

    return datasets.load_diabetes(as_frame=True, scaled=False).frame


def load_digits() -> pd.DataFrame:
    """Return 1797 handwritten digits of 8 x 8 pixels, from 0 (white) to 1 (black), row by row.

    The target is the digit. See `sklearn.datasets.load_digits`.
    """
    from sklearn import datasets

    pixels, digit = datasets.load_digits(return_X_y=True)
    names = [f"x{i + 1}" for i in range(pixels.shape[1])]
    return pd.DataFrame(pixels / 16, columns=names).assign(target=digit)


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    "load_diabetes": load_diabetes,
    "load_digits": load_digits,
}
WITHOUT_CLASSES = {"load_diabetes"}
