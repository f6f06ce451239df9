"""How large is the mean of paired differences, and how sure is that?

By Student's t, lengthened where differences are skewed (`intervals.ends`). It has no answer where
all of them are equal: their spread is 0 then, as if they were certain. There, the signs decide: n
of n are above 0 by chance with probability 2^(1 - n), both sides together. The interval around
their mean is the one that goes with this p value: as wide as if the mean lay as many standard
errors away from 0 (O. S. Miettinen, "Estimability and estimation in case-referent studies", 1976,
test-based limits). Where all are 0, the interval is that of the same differences and a further one,
of the smallest size that interests anyone.
"""

import math
from dataclasses import dataclass

import numpy as np

from regpipe.statistics.intervals import (
    FEWEST,
    effective,
    margin,
    mean_interval,
    p_value,
    skewness_of,
)

EQUAL = 1e-9  # times the smallest difference of interest (or the mean): differences so close
NAN = float("nan")


@dataclass(frozen=True)
class Difference:
    """A mean difference.

    Attributes:
        mean: of the differences, NaN where one isn't finite.
        sd: their standard deviation, 0 where all are equal, NaN likewise or for a single one.
        low: lower end of the mean's interval; NaN likewise, and where there are fewer than `FEWEST`
            differences, or all are of one sample of rows.
        high: upper end of it.
        p_value: of the hypothesis that the mean is 0, above 0; NaN likewise.
    """

    mean: float
    sd: float
    low: float
    high: float
    p_value: float


def mean_difference(
    differences: np.ndarray, smallest: float, confidence: float, overlap: float = 0.0
) -> Difference:
    """Return the mean of paired differences, and how sure it is.

    Args:
        differences: of shape (n,), one or more.
        smallest: a mean difference below this is of no interest; above 0.
        confidence: of the interval, in (0, 1).
        overlap: as in `intervals.margin`.

    Examples:
        >>> mean_difference(np.array([0.01, 0.02, 0.03]), 0.01, 0.95).p_value
        nan
        >>> round(mean_difference(np.full(5, 0.01), 0.01, 0.95).p_value, 4)
        0.0625
    """
    n = len(differences)
    if not np.isfinite(differences).all():
        return Difference(NAN, NAN, NAN, NAN, NAN)
    mean, sd = float(np.mean(differences)), float(np.std(differences, ddof=1)) if n > 1 else NAN
    equal = np.ptp(differences) <= EQUAL * max(smallest, abs(mean))
    if equal:
        mean, sd = 0.0 if abs(mean) <= EQUAL * smallest else mean, 0.0 if n > 1 else NAN
    if n < FEWEST or math.isinf(overlap):
        return Difference(mean, sd, NAN, NAN, NAN)
    if not equal:
        _, low, high = mean_interval(differences, confidence, overlap)
        skewness = 0.0 if overlap else skewness_of(differences)
        return Difference(mean, sd, low, high, p_value(mean, sd, n, overlap, skewness))
    if mean:
        half, p = _of_signs(mean, effective(n, overlap), confidence)
    else:
        one_more = smallest / math.sqrt(n + 1)  # the deviation of n times 0 and once smallest
        half, p = margin(one_more, n, confidence, overlap), 1.0
    return Difference(mean, sd, mean - half, mean + half, p)


def _of_signs(mean: float, n: float, confidence: float) -> tuple[float, float]:
    """Return margin and p value where n differences are all on one side; no margin for one."""
    from scipy import stats

    p = float(np.clip(2.0 ** (1 - n), np.finfo(float).tiny, 1.0))
    errors = stats.norm.isf(p / 2)  # that the mean lies away from 0
    z = stats.norm.isf((1 - confidence) / 2)
    return (abs(mean) * float(z / errors) if errors > 0 else NAN), p
