"""Can a technique still win, or are further repeats of it wasted?

It is given up before the last repeat where it hurts, where it makes no difference, or where it
hardly has a chance to help in the end. Nothing is said to help before the end, so what is said
there holds with the confidence that was asked for, as if nothing had been given up (`Plan.ended`).
What is said of a technique that was given up has the wider interval of an interim analysis, see
`spending`.

Source: D. J. Spiegelhalter, L. S. Freedman and P. R. Blackburn, "Monitoring clinical trials:
conditional or predictive power?" (1986).
"""

import math

from regpipe.statistics.intervals import margin
from regpipe.statistics.paired import Comparison
from regpipe.statistics.verdicts import direction

FUTILE = 0.05  # a smaller chance to help isn't waited for


def can_win(
    comparison: Comparison,
    last: int,
    *,
    higher_is_better: bool,
    confidence: float,
) -> bool:
    """Whether a technique may be said to help after the last pair.

    That is its chance to be, by the pairs so far and nothing else (a flat prior): `FUTILE` or more.

    Args:
        comparison: of the pairs so far, at an interim analysis.
        last: how many pairs there will be at most.
        higher_is_better: of the metric.
        confidence: of the interval in the end, in (0, 1).
    """
    if comparison.verdict != "undecided" and direction(comparison.verdict or "") != "helps":
        return False
    gain = comparison.mean if higher_is_better else -comparison.mean
    needed = margin(comparison.sd, last, confidence, comparison.overlap)
    return chance_above(needed, gain, comparison.sd, comparison.pairs, last) >= FUTILE


def chance_above(needed: float, mean: float, sd: float, n: int, last: int) -> float:
    """Return how probable it is that the mean of `last` values is above `needed`.

    Args:
        needed: the mean that is needed.
        mean: that of the first n of them; all that is known of the others.
        sd: standard deviation of the values.
        n: two or more.
        last: n or more.

    >>> round(chance_above(0.5, 0.5, 1.0, 10, 20), 2), chance_above(0.5, 0.4, 1.0, 20, 20)
    (0.5, 0.0)
    """
    from scipy import stats

    spread = sd * math.sqrt(1 / n - 1 / last)
    if not spread:
        return float(mean > needed)
    return float(stats.t.sf(needed, n - 1, loc=mean, scale=spread))
