"""How sure is a mean?"""

import math

import numpy as np

RESAMPLES = 9_999


def margin(sd: float, n: int, confidence: float, overlap: float = 0.0) -> float:
    """Return half the width of the mean's confidence interval, by Student's t.

    The variance of the mean is (1/n + overlap) sd^2. Between values that are independent of one
    another, `overlap` is 0. Values on splits of the same rows aren't: there it is n_test / n_train
    (C. Nadeau and Y. Bengio, "Inference for the generalization error", 2003).

    Args:
        sd: standard deviation of the values.
        n: how many there are, two or more.
        confidence: of the interval, in (0, 1).
        overlap: 0 or more.
    """
    from scipy import stats  # slow to import, and only needed once something was trained

    return float(stats.t.ppf((1 + confidence) / 2, n - 1)) * sd * math.sqrt(1 / n + overlap)


def bootstrap_interval(
    values: np.ndarray, confidence: float, overlap: float = 0.0
) -> tuple[float, float]:
    """Return both ends of the mean's bootstrap interval, the same on every call.

    They are percentiles of resampled means, further out than the confidence says by as much as
    Student's t is beyond the normal distribution: those at the confidence itself hold too seldom
    where values are few. (T. Hesterberg, "What teachers should know about the bootstrap", 2015,
    the expanded percentile interval.) Values on splits of the same rows say less than as many
    independent ones: for those, both ends are moved away from the mean as `margin` is widened.

    Args:
        values: of shape (n,), two or more.
        confidence: of the interval, in (0, 1).
        overlap: as in `margin`.
    """
    from scipy import stats

    n = len(values)
    beyond = math.sqrt(n / (n - 1)) * stats.t.ppf((1 + confidence) / 2, n - 1)
    found = stats.bootstrap(
        (values,),
        np.mean,
        confidence_level=float(2 * stats.norm.cdf(beyond) - 1),
        method="percentile",
        n_resamples=RESAMPLES,
        rng=np.random.default_rng(0),
        batch=1000,
    ).confidence_interval
    mean, wider = float(np.mean(values)), math.sqrt(1 + n * overlap)
    return mean + wider * (found.low - mean), mean + wider * (found.high - mean)


def p_value(mean: float, sd: float, n: int, overlap: float = 0.0) -> float:
    """Return the p value of a mean under the hypothesis that it is 0, by Student's t, two sides.

    Args as of `margin`.
    """
    from scipy import stats

    error = sd * math.sqrt(1 / n + overlap)
    if error == 0:
        return 0.0 if mean else 1.0
    return float(2 * stats.t.sf(abs(mean) / error, n - 1))


def mean_interval(
    values: np.ndarray, confidence: float, overlap: float = 0.0
) -> tuple[float, float, float]:
    """Return the mean of values of shape (n,) and both ends of its interval.

    >>> mean_interval(np.array([1.0, 2.0, 3.0]), 0.95)[0]
    2.0
    """
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    half = margin(sd, len(values), confidence, overlap)
    return mean, mean - half, mean + half
