"""How sure must one look be, for all looks together to be as sure as was asked?

Whoever looks at an interval again and again, and stops once it says something, is wrong more often
than the interval promises. So the interval of each look is wider: after the share t of the repeats
that there can be, errors of alpha t^2 are spent, and whatever made somebody stop, the intervals of
all looks hold together with probability 1 - alpha. (Spending alpha t would decide a little sooner,
but leans on the tails of few and skewed differences, and leaves less for the last look.)

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
    look: int, looks: Sequence[int], confidence: float, overlap: float = 0.0
) -> float:
    """Return the confidence of one look's interval, for all to hold together with `confidence`.

    Args:
        look: the number of repeats at this look, one of `looks`.
        looks: numbers of repeats, rising; at the last of them nobody goes on.
        confidence: of all, in (0, 1).
        overlap: of the rows of repeats, as in `intervals.margin`.

    Raises:
        ValueError: `look` is none of `looks`.

    >>> round(nominal_confidence(50, [50, 100], 0.95), 3)
    0.988
    """
    from scipy import stats

    z = _spending(information(looks, overlap), 1 - confidence)[_place(look, looks)]
    return float(2 * stats.norm.cdf(z) - 1)


def repeated_p_value(
    p_value: float, look: int, looks: Sequence[int], overlap: float = 0.0
) -> float:
    """Return the smallest alpha at which this look would have stopped, given its own p value.

    Args as of `nominal_confidence`; `p_value` is that of a single test with two sides.
    """
    from scipy import stats

    shares, place = information(looks, overlap), _place(look, looks)
    z = np.array([_spending(shares, float(alpha))[place] for alpha in ALPHAS])
    found = stats.norm.isf(max(p_value, ALPHAS[0]) / 2)
    # The logarithm of alpha is nearly a straight line over the square of z.
    logarithm = np.interp(found**2, z[::-1] ** 2, np.log(ALPHAS)[::-1])
    return float(min(max(np.exp(logarithm), p_value), 1.0))


def information(looks: Sequence[int], overlap: float = 0.0) -> tuple[float, ...]:
    """Return the share of the last look's information that each look has.

    That is the inverse of the mean's variance. Where repeats overlap, further ones bring little.

    >>> information([50, 100])
    (0.5, 1.0)
    """
    known = 1 / (1 / np.asarray(looks, float) + overlap)
    return tuple(float(share) for share in known / known[-1])


def boundaries(shares: Sequence[float], spent: Sequence[float]) -> tuple[float, ...]:
    """Return for each look how many standard errors a mean has to be away from 0.

    The sum of n differences is a random walk, of variance `share` at each look. It ends where it
    leaves its boundaries; the density of those that haven't left is integrated from look to look.

    Args:
        shares: of the information, rising, the last one 1.
        spent: the probability that a walk without drift has left by then, rising.
    """
    from scipy import optimize, stats

    found = [float(stats.norm.isf(spent[0] / 2))]
    walk = np.linspace(-1, 1, POINTS) * found[0] * np.sqrt(shares[0])
    density = stats.norm.pdf(walk, scale=np.sqrt(shares[0]))
    for look in range(1, len(shares)):
        share, step = shares[look], np.sqrt(shares[look] - shares[look - 1])
        weight = density * _trapezoids(walk)
        known = (walk, weight, step, np.sqrt(share), spent[look] - spent[look - 1])
        found.append(float(optimize.brentq(_overspent, 1e-4, 20, known)))
        further = np.linspace(-1, 1, POINTS) * found[-1] * np.sqrt(share)
        density = stats.norm.pdf((further[:, None] - walk) / step) @ weight / step
        walk = further
    return tuple(found)


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


def _place(look: int, looks: Sequence[int]) -> int:
    if look not in looks:
        raise ValueError(f"Nobody looks after {look} repeats. Expected one of {list(looks)}.")
    return list(looks).index(look)


def _trapezoids(points: np.ndarray) -> np.ndarray:
    """Return the weights by which evenly spaced values are summed to an integral."""
    weights = np.full(len(points), points[1] - points[0])
    weights[[0, -1]] /= 2
    return weights
