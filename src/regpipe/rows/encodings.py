"""Other ways to write the numbers of a row, fitted on the rows trained on alone.

`robust`: (x - median) / (q75 - q25), then x / sqrt(1 + (x / 3)^2), which stays within 3 (D.
Holzmüller et al., "Better by default", 2024). `quantile`: what a normal number of the same rank
is, between the values trained on by a straight line. Equal values share their mean rank, and a
constant is 0; scikit-learn's QuantileTransformer takes the first and the last value to -5.2 and
5.2, far from all others where rows are few. `piecewise`: eight numbers, each of which rises from 0
to 1 between two neighbouring quantiles (Y. Gorishniy et al., "On embeddings for numerical features
in tabular deep learning", 2022; there the first and the last one go on beyond the ends).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from regpipe.errors import SpecError
from regpipe.language.foundations import Inputs
from regpipe.rows.arrays import Rows

if TYPE_CHECKING:
    from sklearn.compose import ColumnTransformer

Curve = tuple[np.ndarray, np.ndarray]  # points that it goes through, their x rising

LIMIT = 3.0  # of a robust number
BINS = 8
POINTS = 1000  # of a curve at most, so that many rows make no large file
# What a file of a fitted encoding may hold beside what skops trusts by itself.
TRUSTED = ("regpipe.rows.encodings.Curves", "regpipe.rows.encodings.smooth_clip")


def numbers_of(x: np.ndarray) -> np.ndarray:
    """Return which columns of (n_rows, n_features) have more than two different values."""
    return np.array([len(np.unique(column)) > 2 for column in x.T], dtype=bool)


def width(kind: Inputs, numbers: Sequence[bool]) -> int:
    """Return how many features there are once some are written anew.

    >>> width("piecewise", [True, False]), width("robust", [True, False])
    (9, 2)
    """
    return len(numbers) + (BINS - 1) * sum(numbers) * (kind == "piecewise")


def encoded(rows: Rows, kind: Inputs, numbers: Sequence[bool]) -> Rows:
    """Return the rows with their numbers written in another way; the targets stay.

    Args:
        rows: whose features are vectors.
        kind: which way.
        numbers: which features are written anew, by their places.

    Raises:
        SpecError: the rows aren't vectors.
    """
    if kind == "standard":
        return rows
    if rows.x_train.ndim != 2:
        shape = list(rows.x_train.shape[1:])
        raise SpecError(f"inputs: {kind} is for rows that are vectors, and theirs is {shape}.")
    encoding = make_encoding(kind, numbers).fit(rows.x_train.astype(float))

    def of(x: np.ndarray) -> np.ndarray:
        return encoding.transform(x.astype(float)).astype("float32")

    return replace(rows, x_train=of(rows.x_train), x_val=of(rows.x_val), x_score=of(rows.x_score))


def make_encoding(kind: Inputs, numbers: Sequence[bool]) -> "ColumnTransformer":
    """Return what writes features of shape (n_rows, n_features) anew, not fitted yet.

    First come the numbers, in order, then the other columns as they are. How many there are
    doesn't depend on the rows.

    Args:
        kind: `standard` leaves all as they are, where they are.
        numbers: which features are written anew, by their places.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, RobustScaler

    if kind == "standard":
        return ColumnTransformer([("numbers", "passthrough", list(range(len(numbers))))])
    robust = make_pipeline(RobustScaler(), FunctionTransformer(smooth_clip))
    written = robust if kind == "robust" else Curves(kind)
    columns = np.flatnonzero(numbers).tolist()
    return ColumnTransformer([("numbers", written, columns)], remainder="passthrough")


def smooth_clip(x: np.ndarray) -> np.ndarray:
    """Return numbers between -3 and 3; small ones stay nearly what they are."""
    return x / np.hypot(1.0, x / LIMIT)  # a square would overflow


class Curves:
    """Each column as what one or more curves say of its numbers: a transformer of scikit-learn.

    A curve is straight between the points that it goes through, and constant beyond them. (It has
    no base of scikit-learn's, which takes long to import.)
    """

    def __init__(self, kind: Literal["quantile", "piecewise"]) -> None:
        self.kind = kind

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return what it is made of, for scikit-learn."""
        return {"kind": self.kind}

    def fit(self, x: np.ndarray, y: Any = None) -> Self:
        """Find the curves of each column of (n_rows, n_features)."""
        self.curves_ = [CURVES[self.kind](column) for column in x.T]
        return self

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Return a column for each curve, of shape (n_rows, n_curves)."""
        pairs = zip(x.T, self.curves_, strict=True)
        return np.column_stack([np.interp(column, *one) for column, of in pairs for one in of])


def _normal_scores(column: np.ndarray) -> list[Curve]:
    from scipy.stats import norm

    values, counts = np.unique(column, return_counts=True)
    ranks = np.cumsum(counts) - counts / 2
    some = np.linspace(0, len(values) - 1, min(len(values), POINTS)).round().astype(int)
    return [(values[some], norm.ppf(ranks[some] / len(column)))]


def _ramps(column: np.ndarray) -> list[Curve]:
    """Return a curve for each bin; a bin without a width has a point, and gives 0."""
    edges = np.quantile(column, np.linspace(0, 1, BINS + 1))
    ramps = [np.unique(edges[place : place + 2]) for place in range(BINS)]
    return [(ends, np.arange(len(ends), dtype=float)) for ends in ramps]


CURVES: dict[str, Callable[[np.ndarray], list[Curve]]] = {
    "quantile": _normal_scores,
    "piecewise": _ramps,
}
