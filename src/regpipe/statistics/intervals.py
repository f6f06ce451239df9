"""How sure is a mean?"""

import math

import numpy as np

FEWEST = 5  # values, below which there is no interval: it would be honest, and hardly an answer
FEW_REPEATS = 10  # below, a t interval is hardly an answer
NEARLY_NONE = 1e-6  # skewness, over the root of n
STEEP = 0.25  # of Hall's cube, below which its tangent stands for it


def margin(sd: float, n: int, confidence: float, overlap: float = 0.0) -> float:
    """Return half the width of the mean's confidence interval, by Student's t alone.

    The variance of the mean is (1/n + overlap) sd^2. Between values that are independent of one
    another, `overlap` is 0. Values on splits of the same rows aren't: there it is n_test / n_train
    (C. Nadeau and Y. Bengio, "Inference for the generalization error", 2003).

    Args:
        sd: standard deviation of the values.
        n: how many there are, two or more.
        confidence: of the interval, in (0, 1).
        overlap: 0 or more; infinite between values of one and the same sample of rows.
    """
    from scipy import stats  # slow to import, and only needed once something was trained

    return float(stats.t.ppf((1 + confidence) / 2, n - 1)) * standard_error(sd, n, overlap)


def ends(quantile: float, skewness: float, n: int) -> tuple[float, float]:
    """Return how many standard errors the ends of a mean's interval lie below and above it.

    The t of skewed values isn't Student's. Hall's transformation takes their skewness from it (P.
    Hall, "On the removal of skewness by transformation", 1992), and turned round it gives an end
    for each side. The further one counts, Hall's or Student's: where tails are merely heavy, a
    skewness that is seen by chance would make intervals too short. Hall's is a cube, which is flat
    at 0: turned round, it would reach 20 standard errors far where few values are very skewed.
    Near there its tangent takes its place, which is at most 2.5 times Student's.

    Args:
        quantile: Student's.
        skewness: of the values.
        n: how many there are.

    >>> ends(2.0, 0.0, 30)
    (2.0, 2.0)
    >>> [round(end, 2) for end in ends(2.0, 1.5, 30)]
    [2.0, 2.62]
    >>> [round(end, 1) for end in ends(4.8, -0.65, 8)]
    [8.8, 4.8]
    """
    below, above = (_untransformed(sign * quantile, skewness, n) for sign in (1, -1))
    return max(quantile, below), max(quantile, -above)


def p_value(mean: float, sd: float, n: int, overlap: float = 0.0, skewness: float = 0.0) -> float:
    """Return the p value of a mean under the hypothesis that it is 0, two sides.

    It is the alpha at which an end of the mean's interval, see `ends`, reaches 0; above 0 however
    far the mean lies from there. Args as of `margin` and `ends`; `sd` is above 0.
    """
    from scipy import stats

    t, sign = mean / standard_error(sd, n, overlap), math.copysign(1, mean)
    least = max(min(abs(t), sign * _transformed(t, skewness, n)), 0.0)
    return float(max(2 * stats.t.sf(least, n - 1), np.finfo(float).tiny))


def skewness_of(values: np.ndarray) -> float:
    """Return the skewness of values of shape (n,), 0 where all are equal."""
    spread = values - values.mean()
    second = float(np.mean(spread**2))
    return float(np.mean(spread**3)) / second**1.5 if second > 0 else 0.0


def _transformed(t: float, skewness: float, n: int) -> float:
    """Return a t from which the skewness of its n values is taken, as far as it is known."""
    g = skewness / math.sqrt(n)
    if abs(g) < NEARLY_NONE:
        return t
    root = 1 + g * t / 3
    steep = math.cbrt(STEEP)
    cube = root**3 if root > steep else STEEP + 3 * steep**2 * (root - steep)
    return (cube - 1) / g + g / 6


def _untransformed(transformed: float, skewness: float, n: int) -> float:
    """Return the t that becomes this."""
    g = skewness / math.sqrt(n)
    if abs(g) < NEARLY_NONE:
        return transformed
    cube, steep = 1 + g * (transformed - g / 6), math.cbrt(STEEP)
    root = math.cbrt(cube) if cube > STEEP else steep + (cube - STEEP) / (3 * steep**2)
    return 3 / g * (root - 1)


def effective(n: int, overlap: float = 0.0) -> float:
    """Return how many independent values are worth as much as n that overlap.

    >>> effective(20), round(effective(20, overlap=3 / 7), 1)
    (20.0, 2.1)
    """
    return n / (1 + n * overlap)


def share_interval(
    share: float, n: int, confidence: float, overlap: float = 0.0
) -> tuple[float, float]:
    """Return both ends of a share's interval: never [1, 1], and it holds at least that often.

    They are exact binomial limits (C. J. Clopper and E. S. Pearson, "The use of confidence or
    fiducial limits", 1934), from as many values as those that overlap are worth. A value that is
    half may be counted as half a success: that varies less than the binomial, and is safe.

    Args:
        share: of n values, in [0, 1].
        n: how many there are.
        confidence: of the interval, in (0, 1).
        overlap: as in `margin`.

    Examples:
        >>> [round(end, 3) for end in share_interval(1.0, 20, 0.95)]
        [0.832, 1.0]
    """
    from scipy import stats

    n_independent, tail = effective(n, overlap), (1 - confidence) / 2
    yes, no = share * n_independent, (1 - share) * n_independent
    low = stats.beta.ppf(tail, yes, no + 1) if yes else 0.0
    high = stats.beta.ppf(1 - tail, yes + 1, no) if no else 1.0
    return float(low), float(high)


def mean_interval(
    values: np.ndarray, confidence: float, overlap: float = 0.0
) -> tuple[float, float, float]:
    """Return the mean of values of shape (n,) and both ends of its interval, see `ends`.

    The ends are NaN where there are fewer than `FEWEST` values, where all are of one sample, and
    where all are equal: then nothing says how far others may lie.

    Examples:
        >>> mean_interval(np.array([1.0, 2.0, 3.0]), 0.95)
        (2.0, nan, nan)
    """
    from scipy import stats

    mean, n = float(np.mean(values)), len(values)
    if n < FEWEST or math.isinf(overlap) or np.ptp(values) == 0:
        return mean, float("nan"), float("nan")
    se = standard_error(float(np.std(values, ddof=1)), n, overlap)
    skewness = 0.0 if overlap else skewness_of(values)  # of splits, it isn't that of their mean
    below, above = ends(float(stats.t.ppf((1 + confidence) / 2, n - 1)), skewness, n)
    return mean, mean - below * se, mean + above * se


def standard_error(sd: float, n: int, overlap: float = 0.0) -> float:
    """Return the standard error of a mean; args as of `margin`."""
    return sd * math.sqrt(1 / n + overlap)
