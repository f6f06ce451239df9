"""How sure is a mean?"""

import math

import numpy as np


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
