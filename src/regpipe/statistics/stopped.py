"""How large is a difference at which a run stopped, without the luck that made it stop?

A technique that looks good stops early, so the mean at which it stopped is too large on average.
The true difference is taken to be the one of which runs that stop by the same rule would show, on
average, what this one shows (J. Whitehead, "On the bias of maximum likelihood estimation following
a sequential test", 1986). Such runs are drawn: the mean after each analysis is a random walk, see
`spending`, whose spread is the one that was seen.
"""

import math

import numpy as np

from regpipe.statistics.intervals import standard_error
from regpipe.statistics.paired import Comparison
from regpipe.statistics.plan import Plan
from regpipe.statistics.spending import information

RUNS = 20_000  # drawn, the same on every call
STEPS = 4  # towards the true difference; each leaves a small part of what is amiss


def unbiased(comparison: Comparison, plan: Plan, smallest: float, confidence: float) -> float:
    """Return the mean difference, without what stopping early adds to it.

    Args:
        comparison: at the analysis at which it stopped.
        plan: by which it did.
        smallest: a mean difference below this is of no interest; above 0.
        confidence: of all plans, in (0, 1).
    """
    found, sd, overlap = comparison.mean, comparison.sd, comparison.overlap
    if plan.analyses is None or not sd > 0 or not math.isfinite(overlap):
        return found
    shares = np.array(information(plan.analyses, overlap))
    errors = standard_error(sd, plan.analyses[-1], overlap) / np.sqrt(shares)
    own, among_all = (_margins(plan, confidence, overlap, n) * errors for n in (1, plan.family))
    steps = np.sqrt(np.diff(shares, prepend=0.0))
    walks = np.random.default_rng(0).normal(size=(RUNS, len(shares))) * steps
    noise = walks.cumsum(axis=1) / np.sqrt(shares) * errors
    true = found
    for _ in range(STEPS):
        means = np.abs(true + noise)
        stops = (means > among_all) | (means < smallest - own)
        stops[:, -1] = True
        at = stops.argmax(axis=1)
        true = found - float(noise[np.arange(RUNS), at].mean())
    return true


def _margins(plan: Plan, confidence: float, overlap: float, family: int) -> np.ndarray:
    """Return how many standard errors away from 0 each analysis decides."""
    from scipy import stats

    assert plan.analyses
    at = [plan.confidence(n, confidence, overlap, family) for n in plan.analyses]
    return np.asarray(stats.t.ppf((1 + np.array(at)) / 2, np.array(plan.analyses) - 1))
