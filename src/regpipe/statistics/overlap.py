"""How much less are repeats worth together, where they split the same rows?

Values on splits of the same N rows aren't independent: the variance of their mean over n splits is
(1/n + overlap) s^2 instead of s^2/n, s^2 being the variance among them. What all splits share, s^2
doesn't show. The scores of the single rows do: they are crossed random effects, row x split,

    score of row i in split k = mean + row_i + split_k + (row x split)_ik.

A row's own part counts as often as the row is tested on, by whichever network; over all splits, N
such parts are left. What comes from the rows trained on is shared as far as those are: a sum over
the training rows by n_train/n_test times its variance within the table; what depends on several at
once, or on initial weights and masks, by less. That gives the variance of the mean

    s^2/n + s_B^2/N + kappa (n_train/n_test) s_A^2.

s_B^2, a row's own variance, is the mean product of a row's residuals in two different splits, and
twice the standard error of that at least: few splits may show none that is there. s_A^2
is what the test rows don't explain of s^2; kappa the share of it that is a sum over rows, which
splits at random don't tell (from 20, it is known to +-1). It is taken to be 1, the bound, where
training rows show in s^2 at all, by an F test at 5%, and else 0: s_A^2 then is mostly noise, which
kappa = 1 would multiply. Where rows come in groups, a group takes the row's place.

How well the three parts are known differs, too: s^2 and s_A^2 by n - 1 degrees of freedom, s_B^2 by
as many as there are rows that have a part in it. Where five rows of 178 are told differently, those
are few. F. E. Satterthwaite's rule ("An approximate distribution of estimates of variance
components", 1946) makes one number of them, and the overlap is what makes an interval by n - 1 as
wide as it has to be.

C. Nadeau and Y. Bengio ("Inference for the generalization error", 2003) take n_test/n_train for the
overlap, as if all of s^2 came from the rows tested on; so it is where there are no rows' scores.
How often intervals hold is measured (docs/method.md).

Origins in time are no splits at random: rows tested on are as much alike as they are close, and
what later rows would say, earlier ones don't tell. So all of the variance among origins is taken to
come from the rows trained on, which is the bound above. These lie next to one another: two origins
share 1 - apart/n_train of them. Values of one origin, by several seeds, count as their mean, known
by one degree of freedom less than there are origins.

Sources: B. D. Gallas, "One-shot estimate of MRMC variance: AUC" (2006); W. Chen, B. D. Gallas and
W. A. Yousef, "Classifier variability: accounting for training and testing" (2012); M. Fuchs, R.
Hornung, R. De Bin and A.-L. Boulesteix, "A U-statistic estimator for the variance of
resampling-based error estimators" (2013).
"""

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from regpipe.statistics.intervals import FEWEST

BY_UNIT = "_by_row"  # how the names of their columns end
STEP = 1.1  # between overlaps that differ: the boundaries of each take a second
LEAST = 1e-4
SURE = 2.0  # times its standard error: no row's own variance is taken to be smaller
ENDS = 0.975  # of the intervals for which it is told how wide they have to be
ENDS_IN_TIME = 0.995  # degrees are few: ends of interim analyses, which are surer, lie far off


@dataclass(frozen=True)
class Splits:
    """What repeats share.

    Attributes:
        train_rows: how many rows each is trained on, above 0.
        test_rows: how many of the others it is tested on; 0 where repeats share none.
        one_sample: whether all repeats have the very same rows, and so differ by their seeds alone:
            that is no sample of other rows.
        in_time: whether each tests on the rows that follow those it is trained on.
    """

    train_rows: int
    test_rows: int
    one_sample: bool = False
    in_time: bool = False

    def overlap(
        self, values: np.ndarray, by_unit: np.ndarray | None = None, *, anew: bool = False
    ) -> float:
        """Return the overlap of values, as `intervals.margin` wants it; infinite for one sample.

        Args:
            values: of shape (n,), one for each repeat.
            by_unit: the same of each row (or group), of shape (n, N): the mean of a repeat's is its
                value; NaN where it wasn't tested on. Rows that have a time stand in its order.
                Nothing of a repeat is finite where what its rows say can't be known. None where
                nothing was kept of rows.
            anew: whether a value is up to a draw among the training rows that each split makes
                anew, so that splits at random share nothing of what comes from those.
        """
        if self.one_sample or (self.in_time and by_unit is None):
            return math.inf
        ratio = self.test_rows / self.train_rows
        if not ratio or by_unit is None or not np.isfinite(values).all() or len(values) < 2:
            return ratio
        if not np.isfinite(by_unit).any(axis=1).all():
            return math.inf
        if self.in_time:
            origins = np.isfinite(by_unit).argmax(axis=1)
            return _rounded(overlap_in_time(values, origins, self.train_rows))
        n, variance, shared = len(values), float(np.var(values, ddof=1)), shared_by(by_unit)
        if anew:
            shared = replace(shared, training=0.0)
        if variance == 0 or not shared.units + shared.training > 0:
            return ratio
        return _rounded(shared.widened(variance / n, n) / variance - 1 / n)


@dataclass(frozen=True)
class Shared:
    """The parts of the variance of a mean over splits that no further split takes away.

    Attributes:
        units: what comes from the rows (or groups) tested on.
        training: what comes from those trained on.
        degrees: by how many degrees of freedom the former is known, 1 or more.
    """

    units: float
    training: float
    degrees: float

    def widened(self, of_splits: float, n: int) -> float:
        """Return the variance of the mean of n splits, as if it were known by n - 1 degrees.

        `of_splits` is the part that further splits take away.
        """
        from scipy import stats

        whole = of_splits + self.units + self.training
        known = (of_splits**2 + self.training**2) / (n - 1) + self.units**2 / self.degrees
        wider = stats.t.ppf(ENDS, whole**2 / known) / stats.t.ppf(ENDS, n - 1)
        return float(whole * wider**2)


def shared_by(by_unit: np.ndarray) -> Shared:
    """Return what splits share.

    Args:
        by_unit: of shape (n_splits, n_units), two or more of each; NaN where a unit was trained on.

    >>> tested = np.array([[1.0, 3.0, np.nan, np.nan], [np.nan, 3.0, 1.0, np.nan]])
    >>> round(shared_by(tested).units, 3)
    0.5
    """
    tested = np.isfinite(by_unit)
    n_units, n_test = by_unit.shape[1], tested.sum(axis=1).mean()
    means = np.array([row[there].mean() for row, there in zip(by_unit, tested, strict=True)])
    residuals = np.where(tested, by_unit - means[:, None], 0.0)
    squares, times = np.square(residuals), tested.sum(axis=0)
    products = np.square(residuals.sum(axis=0)) - squares.sum(axis=0)
    pairs = (times * (times - 1)).sum()
    of_unit = max(products.sum() / pairs, 0.0) if pairs else 0.0
    error = math.sqrt(np.square(products).sum()) / pairs if pairs else 0.0
    within = squares.sum() / tested.sum() * n_test / max(n_test - 1, 1)
    by_test = of_unit / n_test * (1 - n_test / n_units) + max(within - of_unit, 0.0) / n_test
    variance = float(means.var(ddof=1))
    by_training = variance - by_test if variance > _least(len(means)) * by_test else 0.0
    agreeing = np.maximum(products, 0.0)
    degrees = float(agreeing.sum() ** 2 / np.square(agreeing).sum()) if agreeing.any() else 1.0
    training = (n_units - n_test) / n_test * by_training
    units = max(float(of_unit), SURE * float(error)) / n_units
    return Shared(units, float(training), degrees)


def overlap_in_time(values: np.ndarray, origins: np.ndarray, n_train: int) -> float:
    """Return the overlap of values on rows that follow an origin; infinite of too few origins.

    Args:
        values: of shape (n,).
        origins: the places of the first rows tested on, of shape (n,).
        n_train: how many rows before them are trained on.
    """
    from scipy import stats

    places, which, times = np.unique(origins, return_inverse=True, return_counts=True)
    n, n_origins = len(values), len(places)
    if n_origins < FEWEST:
        return math.inf
    means = np.bincount(which, values) / times
    apart = np.abs(places[:, None] - places)[~np.eye(n_origins, dtype=bool)]
    alike = float(np.maximum(1 - apart / n_train, 0).mean())
    in_all = np.square(times / n).sum() + alike / (1 - alike)
    wider = stats.t.ppf(ENDS_IN_TIME, n_origins - 1) / stats.t.ppf(ENDS_IN_TIME, n - 1)
    variance = float(np.var(values, ddof=1))
    relative = float(np.var(means, ddof=1)) / variance if variance else 1.0
    return float(relative * in_all * wider**2 - 1 / n)


def _rounded(overlap: float) -> float:
    if math.isinf(overlap):
        return overlap
    return STEP ** math.ceil(math.log(max(overlap, LEAST), STEP))


@cache
def _least(n: int) -> float:
    """Return what the variance among n splits exceeds by chance, one time in 20.

    In multiples of what it is expected to be, which all rows tell much better.
    """
    from scipy import stats  # slow to import

    return float(stats.chi2.ppf(0.95, n - 1) / (n - 1))


INDEPENDENT = Splits(train_rows=1, test_rows=0)
ONE_SAMPLE = Splits(train_rows=1, test_rows=0, one_sample=True)  # the fixed draw, under many seeds


def by_unit_of(column: str) -> str:
    """Return the column of a run table that has a score of each row tested on."""
    return f"{column}{BY_UNIT}"


def without_units(runs: pd.DataFrame) -> pd.DataFrame:
    """Return a run table without these columns."""
    return runs[[name for name in runs if not str(name).endswith(BY_UNIT)]]


def units_of(runs: pd.DataFrame, column: str, suffix: str = "") -> np.ndarray | None:
    """Return a score of each row tested on, of shape (n_fits, n_units); None if it isn't there.

    Of some fits it may not be, as of a draw whose rows are new in each repeat. `suffix` stands
    behind the column's name, as after a merge.
    """
    name = f"{by_unit_of(column)}{suffix}"
    cells = list(runs[name]) if name in runs else []
    there = bool(cells) and all(isinstance(cell, np.ndarray) for cell in cells)
    return np.stack(cells).astype(float) if there else None


def minus(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    """Return the difference of two of these, None where one isn't there."""
    with np.errstate(invalid="ignore"):  # what isn't known of both
        return None if one is None or other is None else one - other
