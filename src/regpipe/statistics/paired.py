"""How much better is one of two paired samples, and is that luck?"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

Verdict = Literal["helps", "hurts", "no difference", "undecided"]


@dataclass(frozen=True)
class Comparison:
    """What pairs say of a technique against its baseline.

    Attributes:
        pairs: how many pairs were compared (those with a value that isn't finite are left out).
        mean: the mean of technique minus baseline.
        ci_low: lower end of the mean's confidence interval.
        ci_high: upper end of the mean's confidence interval.
        p_better: the share of pairs in which the technique is the better one, a tie being half.
        verdict: see `verdict`.
        repeats_needed: how many pairs would decide, where the verdict is `undecided`.
    """

    pairs: int
    mean: float
    ci_low: float
    ci_high: float
    p_better: float
    verdict: Verdict
    repeats_needed: int | None


def compare(
    baseline: np.ndarray,
    technique: np.ndarray,
    *,
    higher_is_better: bool,
    smallest_difference: float,
    confidence: float,
) -> Comparison:
    """Compare pairs that share data and seed and are otherwise independent of one another.

    The interval is Student's t for paired differences.

    Args:
        baseline: values of shape (n_pairs,).
        technique: values of shape (n_pairs,), in the same order.
        higher_is_better: whether a larger value is the better one.
        smallest_difference: a mean difference below this interests nobody; above 0.
        confidence: of the interval, in (0, 1).

    Raises:
        ValueError: the shapes differ, or fewer than two pairs are finite.
    """
    if baseline.shape != technique.shape:
        raise ValueError(f"Expected pairs, received {baseline.shape} and {technique.shape} values.")
    differences = np.asarray(technique, float) - np.asarray(baseline, float)
    differences = differences[np.isfinite(differences)]
    n = len(differences)
    if n < 2:
        raise ValueError(f"An interval needs two finite pairs or more, received {n}.")
    mean = float(differences.mean())
    margin = float(stats.t.ppf((1 + confidence) / 2, n - 1) * stats.sem(differences))
    gains = differences if higher_is_better else -differences
    better = float(np.mean((gains > 0) + 0.5 * (gains == 0)))
    says = verdict(mean, margin, smallest_difference, higher_is_better)
    needed = repeats_needed(n, mean, margin, smallest_difference) if says == "undecided" else None
    return Comparison(n, mean, mean - margin, mean + margin, better, says, needed)


def verdict(mean: float, margin: float, smallest: float, higher_is_better: bool) -> Verdict:
    """Return `helps` or `hurts` where the interval mean +- margin excludes 0, else `no difference`
    where it lies inside +- smallest, else `undecided`.

    >>> verdict(0.02, 0.01, 0.01, higher_is_better=True)
    'helps'
    >>> verdict(0.001, 0.004, 0.01, higher_is_better=True)
    'no difference'
    """
    if abs(mean) > margin:
        return "helps" if (mean > 0) == higher_is_better else "hurts"
    return "no difference" if abs(mean) + margin < smallest else "undecided"


def repeats_needed(n: int, mean: float, margin: float, smallest: float) -> int:
    """Return about how many pairs would decide, if mean and spread stayed as they are.

    The margin shrinks with the square root of n, and has to fall below |mean| (to exclude 0) or
    below smallest - |mean| (to lie inside the smallest difference), whichever is the easier.

    >>> repeats_needed(30, 0.005, 0.010, 0.01)
    120
    """
    enough = max(abs(mean), smallest - abs(mean))
    return math.ceil(round(n * (margin / enough) ** 2, 6))
