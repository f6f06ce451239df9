"""How sure must one interim analysis be, for all of them together to be as sure as was asked?

An interval that is computed again and again, until it decides, is wrong more often than it
promises. So the interval of each analysis is wider: after the share t of the repeats that there can
be, errors of alpha t^2 are spent, and whatever the reason to stop, the intervals of all analyses
hold together with probability 1 - alpha. (Spending alpha t would decide a little sooner, but leans
on the tails of few and skewed differences, and leaves less for the last analysis.)

Sources: K. K. G. Lan and D. L. DeMets, "Discrete sequential boundaries for clinical trials" (1983:
spending); K. Kim and D. L. DeMets, "Design and analysis of group sequential tests based on the type
I error spending rate function" (1987: powers of t); P. Armitage, C. K. McPherson and B. C. Rowe,
"Repeated significance tests on accumulating data" (1969: the integrals); C. Jennison and B. W.
Turnbull, "Interim analyses: the repeated confidence interval approach" (1989).
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

POWER = 2.0  # of t
POINTS = 301  # of a density; with 801, boundaries differ by less than 0.0002
ALPHAS = np.array(
    [*np.geomspace(1e-12, 0.01, 11)[:-1], *np.geomspace(0.01, 0.999, 15)]
)  # between which p values are interpolated


def nominal_confidence(
    n: int, analyses: Sequence[int] | None, confidence: float, overlap: float = 0.0
) -> float:
    """Return the confidence of one analysis' interval, for all to hold together with `confidence`.

    Args:
        n: the number of repeats at this interim analysis, one of `analyses`.
        analyses: numbers of repeats, rising; the last of them is the end. None where the number
            was set beforehand: there is one interval.
        confidence: of all, in (0, 1).
        overlap: of the rows of repeats, as in `intervals.margin`.

    Raises:
        ValueError: `n` is none of `analyses`.

    >>> round(nominal_confidence(50, [50, 100], 0.95), 3)
    0.988
    """
    if not analyses:
        return confidence
    from scipy import stats

    z = _spending(information(analyses, overlap), 1 - confidence)[_place(n, analyses)]
    return float(2 * stats.norm.cdf(z) - 1)


def repeated_p_value(
    p_value: float, n: int, analyses: Sequence[int], overlap: float = 0.0
) -> float:
    """Return the smallest alpha at which this analysis would have decided, by its own p value.

    Args as of `nominal_confidence`; `p_value` is that of a single test with two sides.
    """
    from scipy import stats

    shares, place = information(analyses, overlap), _place(n, analyses)
    z = np.array([_spending(shares, float(alpha))[place] for alpha in ALPHAS])
    own = stats.norm.isf(max(p_value, ALPHAS[0]) / 2)
    # The logarithm of alpha is nearly a straight line over the square of z.
    logarithm = np.interp(own**2, z[::-1] ** 2, np.log(ALPHAS)[::-1])
    return float(min(max(np.exp(logarithm), p_value), 1.0))


def information(analyses: Sequence[int], overlap: float = 0.0) -> tuple[float, ...]:
    """Return the share of the last analysis' information that each analysis has.

    That is the inverse of the mean's variance. Where repeats overlap, further ones bring little.

    >>> information([50, 100])
    (0.5, 1.0)
    """
    inverse = 1 / np.asarray(analyses, float) + overlap
    return tuple(float(share) for share in inverse[-1] / inverse)


def boundaries(shares: Sequence[float], spent: Sequence[float]) -> tuple[float, ...]:
    """Return for each analysis how many standard errors a mean has to be away from 0.

    The sum of n differences is a random walk, of variance `share` at each analysis. It ends where
    it leaves its boundaries; the density of those that haven't left is integrated from one to the
    next.

    Args:
        shares: of the information, rising, the last one 1.
        spent: the probability that a walk without drift has left by then, rising.
    """
    from scipy import optimize, stats

    bounds = [float(stats.norm.isf(spent[0] / 2))]
    walk = np.linspace(-1, 1, POINTS) * bounds[0] * np.sqrt(shares[0])
    density = stats.norm.pdf(walk, scale=np.sqrt(shares[0]))
    for k in range(1, len(shares)):
        share, step = shares[k], np.sqrt(shares[k] - shares[k - 1])
        weight = density * _trapezoids(walk)
        arguments = (walk, weight, step, np.sqrt(share), spent[k] - spent[k - 1])
        bounds.append(float(optimize.brentq(_overspent, 1e-4, 20, arguments)))
        further = np.linspace(-1, 1, POINTS) * bounds[-1] * np.sqrt(share)
        density = stats.norm.pdf((further[:, None] - walk) / step) @ weight / step
        walk = further
    return tuple(bounds)


def _overspent(
    z: float, walk: np.ndarray, weight: np.ndarray, step: float, size: float, spent: float
) -> float:
    """Return how much more than `spent` of the walks leave, z standard errors away from 0."""
    from scipy import stats

    return float(2 * np.sum(weight * stats.norm.sf((z * size - walk) / step))) - spent


@cache
def _spending(shares: tuple[float, ...], alpha: float) -> tuple[float, ...]:
    """Return the boundaries where errors of alpha t^2 are spent."""
    return boundaries(shares, [alpha * share**POWER for share in shares])


def _place(n: int, analyses: Sequence[int]) -> int:
    if n not in analyses:
        raise ValueError(
            f"No interim analysis after {n} repeats. Expected one of {list(analyses)}."
        )
    return list(analyses).index(n)


def _trapezoids(points: np.ndarray) -> np.ndarray:
    """Return the weights by which evenly spaced values are summed to an integral."""
    weights = np.full(len(points), points[1] - points[0])
    weights[[0, -1]] /= 2
    return weights
