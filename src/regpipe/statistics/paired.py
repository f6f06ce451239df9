"""How much better is one of two paired samples, and is that luck?"""

import math
from dataclasses import dataclass, replace

import numpy as np

from regpipe.statistics.difference import mean_difference
from regpipe.statistics.intervals import FEWEST, share_interval
from regpipe.statistics.intervals import margin as margin_of
from regpipe.statistics.plan import ALONE, Plan
from regpipe.statistics.verdicts import SAME, TRIFLE, Verdict, decide, direction
from regpipe.strict import Number

NEVER = 10**9  # repeats that will never be made
ASSURANCE = 0.8  # the probability of a verdict that a planned number of repeats is to have
NAN = float("nan")
# What a comparison says of other rows than its own.
OF_OTHERS = (
    *("ci_low", "ci_high", "effect", "p_value", "p_better_low", "p_better_high", "p_wins"),
)


@dataclass(frozen=True)
class Comparison:
    """A technique against its baseline, by pairs.

    What isn't known is NaN: the mean where a value isn't finite (leaving such pairs out would
    compare survivors), and everything about other rows than these (intervals, p value) where there
    are fewer than `FEWEST` pairs, or where all pairs have the same rows.

    Attributes:
        pairs: how many pairs were compared.
        mean: the mean of technique minus baseline.
        sd: the standard deviation of the differences.
        lowest: the lowest difference.
        highest: the highest difference.
        ci_low: lower end of the mean's confidence interval.
        ci_high: upper end of the mean's confidence interval.
        effect: the mean in standard deviations of the differences, above 0 where the technique is
            the better one; NaN where all differences are the same.
        p_value: of the hypothesis that the mean is 0, see `difference`.
        p_better: the share of pairs in which the technique is the better one, a tie being half. A
            value that isn't finite is worse than any other.
        p_better_low: lower end of that share's interval.
        p_better_high: upper end of it.
        wins: in how many pairs the technique is the better one.
        ties: in how many pairs both are equal.
        p_wins: p value of the hypothesis that it wins as often as it loses, ties aside, by the
            exact binomial test, which no skew and no outlier misleads; NaN for pairs that overlap.
        verdict: see `verdicts.decide`; `too few` where there is no interval; None where none is
            asked for, as of many seeds on one draw.
        repeats_needed: see `repeats_needed`, where the verdict is `undecided`; else None.
        overlap: of the pairs, see `intervals.margin`: 0 where they are independent.
    """

    pairs: int
    mean: Number
    sd: Number
    lowest: Number
    highest: Number
    ci_low: Number
    ci_high: Number
    effect: Number
    p_value: Number
    p_better: Number
    p_better_low: Number
    p_better_high: Number
    wins: int
    ties: int
    p_wins: Number
    verdict: Verdict | None
    repeats_needed: int | None
    overlap: Number


def compare(
    baseline: np.ndarray,
    technique: np.ndarray,
    *,
    higher_is_better: bool,
    smallest_difference: float,
    confidence: float,
    overlap: float = 0.0,
    plan: Plan = ALONE,
) -> Comparison:
    """Compare pairs that share data and seed.

    The interval is that of `difference.mean_difference`. Pairs on splits of the same rows aren't
    independent of one another: their `overlap` is that of `intervals.margin`.

    Args:
        baseline: values of shape (n_pairs,).
        technique: values of shape (n_pairs,), in the same order.
        higher_is_better: whether a larger value is the better one.
        smallest_difference: a mean difference below this is of no interest; above 0.
        confidence: of the interval, in (0, 1).
        overlap: 0 for independent pairs, n_test / n_train for splits of the same rows, infinite for
            pairs on one and the same sample.
        plan: by which it is asked. Where there are interim analyses, or other plans, the interval
            is wider and the p value larger, so that both hold for all of them together.

    Raises:
        ValueError: the shapes differ, there is no pair, or their number is none of the plan's
            analyses.
    """
    described = describe(baseline, technique, higher_is_better=higher_is_better)
    n = described.pairs
    if n < FEWEST or math.isinf(overlap):
        return replace(described, verdict="too few")
    at = plan.confidence(n, confidence, overlap)
    differences = np.asarray(technique, float) - np.asarray(baseline, float)
    estimate = mean_difference(differences, smallest_difference, at, overlap)
    better_low, better_high = share_interval(described.p_better, n, at, overlap)
    mean, sd, p = estimate.mean, estimate.sd, estimate.p_value
    p_wins = NAN if overlap else _p_of_wins(described)
    p, p_wins = (p if math.isnan(p) else plan.p_value(p, n, overlap) for p in (p, p_wins))
    low, high = estimate.low, estimate.high
    decision = decide(low, high, smallest_difference, higher_is_better=higher_is_better)
    needed = None
    if decision == "undecided" and sd > 0:
        again = plan.next.level(confidence)
        needed = repeats_needed(n, mean, sd, smallest_difference, again, overlap)
    return replace(
        described,
        mean=mean,
        sd=sd,
        ci_low=low,
        ci_high=high,
        effect=(1 if higher_is_better else -1) * mean / sd if sd else NAN,
        p_value=p,
        p_better_low=better_low,
        p_better_high=better_high,
        p_wins=p_wins,
        verdict=decision,
        repeats_needed=needed,
        overlap=overlap,
    )


def describe(baseline: np.ndarray, technique: np.ndarray, *, higher_is_better: bool) -> Comparison:
    """Return what pairs were like, and nothing about others: no interval, no verdict.

    Args and errors as of `compare`.
    """
    if baseline.shape != technique.shape:
        raise ValueError(f"Expected pairs, received {baseline.shape} and {technique.shape} values.")
    n = len(baseline)
    if not n:
        raise ValueError("Expected a pair or more, received none.")
    won = _won(baseline, technique, higher_is_better)
    differences = np.asarray(technique, float) - np.asarray(baseline, float)
    finite = bool(np.isfinite(differences).all())
    return Comparison(
        pairs=n,
        mean=float(differences.mean()) if finite else NAN,
        sd=float(differences.std(ddof=1)) if finite and n > 1 else NAN,
        lowest=float(differences.min()) if finite else NAN,
        highest=float(differences.max()) if finite else NAN,
        p_better=float(won.mean()),
        wins=int((won == 1).sum()),
        ties=int((won == 0.5).sum()),
        verdict=None,
        repeats_needed=None,
        **dict.fromkeys((*OF_OTHERS, "overlap"), NAN),
    )


def repeats_needed(
    n: int, mean: float, sd: float, smallest: float, confidence: float, overlap: float = 0.0
) -> int | None:
    """Return how many pairs, the n that are there among them, give a verdict with 80% assurance.

    The mean that all of them will have is uncertain by those to come (A. O'Hagan, J. W. Stevens and
    M. J. Campbell, "Assurance in clinical trial design", 2005). The spread is taken to stay as it
    was. None where no number would do, as on splits of the same rows.

    >>> repeats_needed(30, mean=0.006, sd=0.02, smallest=0.01, confidence=0.95)
    51
    """

    def enough(pairs: int) -> bool:
        margin = margin_of(sd, pairs, confidence, overlap)
        return assurance(n, mean, sd, smallest, margin, pairs) >= ASSURANCE

    if not enough(NEVER):
        return None
    too_few, needed = n, n + 1
    while not enough(needed):
        too_few, needed = needed, 2 * needed
    while needed - too_few > 1:
        middle = (too_few + needed) // 2
        if enough(middle):
            needed = middle
        else:
            too_few = middle
    return needed


def assurance(n: int, mean: float, sd: float, smallest: float, margin: float, pairs: int) -> float:
    """Return how probable a verdict of `pairs` pairs is, of which n are there.

    Args:
        n: how many there are, two or more.
        mean: theirs.
        sd: standard deviation of their differences, above 0.
        smallest: as in `verdicts.decide`.
        margin: half the width of the interval of all pairs.
        pairs: how many those are, more than n.
    """
    from scipy import stats

    of_all = stats.t(n - 1, loc=mean, scale=sd * math.sqrt(1 / n - 1 / pairs))
    one_side = of_all.sf(margin) + of_all.cdf(-margin)
    inside = smallest - margin
    if inside <= 0:
        return float(one_side)
    return float(min(one_side + of_all.cdf(inside) - of_all.cdf(-inside), 1.0))


def goes_on(comparison: Comparison, smallest: float, confidence: float, plan: Plan) -> bool:
    """Whether further pairs are wanted after an interim analysis, and could decide.

    They aren't where it doesn't matter. A direction is decided where it is among all questions on
    the same rows, see `Plan.family`.
    """
    verdict = comparison.verdict or ""
    if verdict == SAME or verdict.endswith(TRIFLE):
        return False
    told = direction(verdict) is not None
    if told and comparison.p_value < (1 - confidence) / plan.family:
        return False
    level = plan.level(confidence, plan.family if told else 1)
    return not is_out_of_reach(comparison, smallest, level)


def is_out_of_reach(comparison: Comparison, smallest: float, confidence: float) -> bool:
    """Whether no number of further pairs would decide, if mean and spread stayed as they are.

    The margin has to fall below |mean| (to exclude 0) or below smallest - |mean| (to lie inside the
    smallest difference). On splits of the same rows it doesn't fall without end.
    """
    if math.isnan(comparison.mean):
        return True
    enough = max(abs(comparison.mean), smallest - abs(comparison.mean))
    return margin_of(comparison.sd, NEVER, confidence, comparison.overlap) >= enough


def _p_of_wins(described: Comparison) -> float:
    from scipy import stats

    decided = described.pairs - described.ties
    return float(stats.binomtest(described.wins, decided).pvalue) if decided else 1.0


def _won(baseline: np.ndarray, technique: np.ndarray, higher_is_better: bool) -> np.ndarray:
    """Return 1 for each pair in which the technique is the better one, 0.5 for a tie, else 0."""
    signed = [np.asarray(v, float) * (1 if higher_is_better else -1) for v in (baseline, technique)]
    bare, with_it = (np.where(np.isfinite(v), v, -np.inf) for v in signed)
    return np.where(with_it > bare, 1.0, np.where(with_it == bare, 0.5, 0.0))
