"""Of many comparisons with one baseline, which still count once there are so many?"""

import numpy as np


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return the p values adjusted for their number, of the same shape and order.

    The probability that any true hypothesis among them is rejected is kept: the smallest is
    multiplied by their number n, the next by n - 1, and so on, none falling below one before it.
    One that is NaN, as of few pairs, counts as 1 and stays NaN. (S. Holm, "A simple
    sequentially rejective multiple test procedure", 1979.)

    >>> [float(p) for p in holm(np.array([0.5, 0.01, 0.02]))]
    [0.5, 0.03, 0.04]
    """
    p_values = np.asarray(p_values, float)
    ranked = np.where(np.isnan(p_values), 1.0, p_values)
    order = np.argsort(ranked, kind="stable")
    factors = np.arange(len(ranked), 0, -1)
    adjusted = np.empty(len(ranked))
    adjusted[order] = np.minimum(np.maximum.accumulate(ranked[order] * factors), 1.0)
    return np.where(np.isnan(p_values), np.nan, adjusted)
