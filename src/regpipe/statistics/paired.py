"""How much better is one of two paired samples, and is that luck?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regpipe.statistics.intervals import bootstrap_interval, p_value
from regpipe.statistics.intervals import margin as margin_of
from regpipe.statistics.spending import nominal_confidence, repeated_p_value

NEVER = 10**9  # repeats that nobody will make
NAN = float("nan")
Verdict = Literal["helps", "hurts", "no difference", "undecided"]


@dataclass(frozen=True)
class Comparison:
    """What pairs say of a technique against its baseline.

    Attributes:
        pairs: how many pairs were compared.
        mean: the mean of technique minus baseline; NaN where a value isn't finite, as after a fit
            that diverged. (Leaving such pairs out would compare survivors.)
        ci_low: lower end of the mean's confidence interval, NaN likewise.
        ci_high: upper end of the mean's confidence interval, NaN likewise.
        boot_low: lower end of the mean's bootstrap interval, NaN likewise.
        boot_high: upper end of it, NaN likewise.
        effect: the mean in standard deviations of the differences, above 0 where the technique is
            the better one; NaN likewise, and where all differences are the same.
        p_value: of the hypothesis that the mean is 0, by Student's t; NaN likewise.
        p_better: the share of pairs in which the technique is the better one, a tie being half. A
            value that isn't finite is worse than any other.
        p_better_low: lower end of that share's bootstrap interval.
        p_better_high: upper end of it.
        wins: in how many pairs the technique is the better one.
        ties: in how many pairs both are equal.
        verdict: see `verdict`.
        repeats_needed: how many pairs would decide, where the verdict is `undecided`; None also
            where no number would.
    """

    pairs: int
    mean: float
    ci_low: float
    ci_high: float
    boot_low: float
    boot_high: float
    effect: float
    p_value: float
    p_better: float
    p_better_low: float
    p_better_high: float
    wins: int
    ties: int
    verdict: Verdict
    repeats_needed: int | None


def compare(
    baseline: np.ndarray,
    technique: np.ndarray,
    *,
    higher_is_better: bool,
    smallest_difference: float,
    confidence: float,
    overlap: float = 0.0,
    looks: Sequence[int] | None = None,
) -> Comparison:
    """Compare pairs that share data and seed.

    The interval is Student's t for paired differences. Pairs on splits of the same rows aren't
    independent of one another: their `overlap` is that of `intervals.margin`.

    Args:
        baseline: values of shape (n_pairs,).
        technique: values of shape (n_pairs,), in the same order.
        higher_is_better: whether a larger value is the better one.
        smallest_difference: a mean difference below this interests nobody; above 0.
        confidence: of the interval, in (0, 1).
        overlap: 0 for independent pairs, n_test / n_train for splits of the same rows.
        looks: where somebody looks again and again, and stops once it is decided: at which numbers
            of pairs. The interval is then wider and the p value larger, so that both hold for all
            looks together, see `spending`.

    Raises:
        ValueError: the shapes differ, there are fewer than two pairs, or their number is none at
            which somebody looks.
    """
    if baseline.shape != technique.shape:
        raise ValueError(f"Expected pairs, received {baseline.shape} and {technique.shape} values.")
    n = len(baseline)
    if n < 2:
        raise ValueError(f"An interval needs two pairs or more, received {n}.")
    if looks is not None:
        confidence = nominal_confidence(n, looks, confidence, overlap)
    won = _won(baseline, technique, higher_is_better)
    better_low, better_high = bootstrap_interval(won, confidence, overlap)
    differences = np.asarray(technique, float) - np.asarray(baseline, float)
    known = bool(np.isfinite(differences).all())
    mean, sd = (float(differences.mean()), float(differences.std(ddof=1))) if known else (NAN, NAN)
    margin = margin_of(sd, n, confidence, overlap)
    boot = bootstrap_interval(differences, confidence, overlap) if known else (NAN, NAN)
    alone = p_value(mean, sd, n, overlap)
    says = verdict(mean, margin, smallest_difference, higher_is_better)
    needed = None
    if known and says == "undecided":
        needed = repeats_needed(n, mean, sd, smallest_difference, confidence, overlap)
    return Comparison(
        pairs=n,
        mean=mean,
        ci_low=mean - margin,
        ci_high=mean + margin,
        boot_low=boot[0],
        boot_high=boot[1],
        effect=(mean if higher_is_better else -mean) / sd if sd else NAN,
        p_value=alone if looks is None else repeated_p_value(alone, n, looks, overlap),
        p_better=float(won.mean()),
        p_better_low=max(better_low, 0.0),
        p_better_high=min(better_high, 1.0),
        wins=int((won == 1).sum()),
        ties=int((won == 0.5).sum()),
        verdict=says,
        repeats_needed=needed,
    )


def verdict(mean: float, margin: float, smallest: float, higher_is_better: bool) -> Verdict:
    """Return `helps` or `hurts` where the interval mean +- margin excludes 0.

    Else return `no difference` where it lies inside +- smallest, else `undecided`.

    >>> verdict(0.02, 0.01, 0.01, higher_is_better=True)
    'helps'
    >>> verdict(0.001, 0.004, 0.01, higher_is_better=True)
    'no difference'
    """
    if abs(mean) > margin:
        return "helps" if (mean > 0) == higher_is_better else "hurts"
    return "no difference" if abs(mean) + margin < smallest else "undecided"


def repeats_needed(
    n: int, mean: float, sd: float, smallest: float, confidence: float, overlap: float = 0.0
) -> int | None:
    """Return about how many pairs would decide, if mean and spread stayed as they are.

    None where no number would, as on splits of the same rows. The margin shrinks as pairs are
    added, and has to fall below |mean| (to exclude 0) or below smallest - |mean| (to lie inside the
    smallest difference), whichever comes first.

    >>> repeats_needed(30, mean=0.0, sd=0.04, smallest=0.01, confidence=0.95)
    64
    """
    enough = max(abs(mean), smallest - abs(mean))
    if margin_of(sd, NEVER, confidence, overlap) >= enough:
        return None
    too_few, needed = n, n + 1
    while margin_of(sd, needed, confidence, overlap) >= enough:
        too_few, needed = needed, 2 * needed
    while needed - too_few > 1:
        middle = (too_few + needed) // 2
        if margin_of(sd, middle, confidence, overlap) < enough:
            needed = middle
        else:
            too_few = middle
    return needed


def _won(baseline: np.ndarray, technique: np.ndarray, higher_is_better: bool) -> np.ndarray:
    """Return 1 for each pair in which the technique is the better one, 0.5 for a tie, else 0."""
    signed = [np.asarray(v, float) * (1 if higher_is_better else -1) for v in (baseline, technique)]
    bare, with_it = (np.where(np.isfinite(v), v, -np.inf) for v in signed)
    return np.where(with_it > bare, 1.0, np.where(with_it == bare, 0.5, 0.0))
