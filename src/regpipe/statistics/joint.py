"""What is left of verdicts on many techniques, where all that are tried on a problem count?

Of 30 that do nothing, one or two look good by chance. All are compared with one baseline on the
same rows, so their errors go together; how, the repeats tell. The differences of each technique are
standardised, each repeat is multiplied by a normal number, one for all techniques; the sums, over
the root of a chi-squared number by its degrees of freedom, are t values as chance makes them. The
smallest p value of such a draw is what the smallest one found is held against; the next one is held
against the others, and so on. Chi-squared numbers are independent, as if each technique's spread
were its own: that errs on the safe side, and makes up for correlations that few repeats show by
chance. Repeats that only one of two techniques has count as independent, too.

Sources: J. P. Romano and M. Wolf, "Exact and approximate stepdown methods for multiple hypothesis
testing" (2005); P. H. Westfall and S. S. Young, "Resampling-based multiple testing" (1993: p values
in place of t values of unequal degrees of freedom).
"""

from collections.abc import Sequence

import numpy as np

DRAWS = 10_000


def jointly(
    p_values: Sequence[float],
    by_repeat: Sequence[Sequence[float]],
    confidence: float,
    draws: int = DRAWS,
) -> tuple[np.ndarray, float]:
    """Return the p values, corrected for all of them, and how sure each interval has to be.

    So sure, all of them hold together with `confidence`, and so for whichever looks best.

    Args:
        p_values: of shape (n,). One that is NaN, as of few pairs, counts as 1 and stays NaN.
        by_repeat: the differences that each is of, in the order of repeats, which all have from the
            first to their last.
        confidence: of all intervals together, in (0, 1).
        draws: how many are made, the same on every call.

    Examples:
        >>> same = [0.1, 0.3, -0.2, 0.4, 0.2, 0.3, 0.1, 0.0]
        >>> corrected, each = jointly([0.02, 0.02], [same, same], 0.95)
        >>> bool(0.02 < corrected[0] < 0.04), 0.95 < each < 0.975
        (True, True)
    """
    p, n = np.asarray(p_values, float), len(p_values)
    counted = np.where(np.isnan(p), 1.0, p)
    order = np.argsort(counted, kind="stable")
    found = counted[order]
    by_chance = _by_chance([np.asarray(by_repeat[k], float) for k in order], draws)
    least = np.minimum.accumulate(by_chance[:, ::-1], axis=1)[:, ::-1]  # of each and those behind
    seen = (1 + (least <= found).sum(axis=0)) / (draws + 1)
    # No draw is needed to know these ends: nothing is corrected, or for independent techniques.
    stepped = np.clip(seen, found, found * np.arange(n, 0, -1))
    corrected = np.empty(n)
    corrected[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    alpha = 1 - confidence
    each = np.clip(np.quantile(least[:, 0], alpha), alpha / n, alpha)
    return np.where(np.isnan(p), np.nan, corrected), float(1 - each)


def _by_chance(by_repeat: Sequence[np.ndarray], draws: int) -> np.ndarray:
    """Return p values where no technique does anything, of shape (draws, n_techniques)."""
    from scipy import special

    n = np.array([len(values) for values in by_repeat])
    standardised = np.zeros((n.max(), len(n)))
    for column, values in zip(standardised.T, by_repeat, strict=True):
        if np.isfinite(values).all() and np.ptp(values) > 0:
            spread = values - values.mean()
            column[: len(values)] = spread / np.linalg.norm(spread)
    rng, shape = np.random.default_rng(0), (draws, len(n))
    sums = rng.normal(size=(draws, len(standardised))) @ standardised
    sums += rng.normal(size=shape) * ~standardised.any(axis=0)  # of which nothing is known
    freedom = np.maximum(n - 1, 1)
    t = sums / np.sqrt(rng.chisquare(freedom, shape) / freedom)
    return np.asarray(2 * special.stdtr(freedom, -np.abs(t)))
