"""How much better is one of two paired samples, and is that luck?"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from regpipe.statistics.intervals import margin as margin_of

NEVER = 10**9  # repeats that nobody will make
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
        p_better: the share of pairs in which the technique is the better one, a tie being half. A
            value that isn't finite is worse than any other.
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
    p_better: float
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

    Raises:
        ValueError: the shapes differ, or there are fewer than two pairs.
    """
    if baseline.shape != technique.shape:
        raise ValueError(f"Expected pairs, received {baseline.shape} and {technique.shape} values.")
    n = len(baseline)
    if n < 2:
        raise ValueError(f"An interval needs two pairs or more, received {n}.")
    goodness = [_goodness(values, higher_is_better) for values in (baseline, technique)]
    wins, ties = int((goodness[1] > goodness[0]).sum()), int((goodness[1] == goodness[0]).sum())
    differences = np.asarray(technique, float) - np.asarray(baseline, float)
    if not np.isfinite(differences).all():
        nan = float("nan")
        return Comparison(n, nan, nan, nan, (wins + ties / 2) / n, wins, ties, "undecided", None)
    mean, sd = float(differences.mean()), float(differences.std(ddof=1))
    margin = margin_of(sd, n, confidence, overlap)
    says = verdict(mean, margin, smallest_difference, higher_is_better)
    undecided = says == "undecided"
    return Comparison(
        pairs=n,
        mean=mean,
        ci_low=mean - margin,
        ci_high=mean + margin,
        p_better=(wins + ties / 2) / n,
        wins=wins,
        ties=ties,
        verdict=says,
        repeats_needed=(
            repeats_needed(n, mean, sd, smallest_difference, confidence, overlap)
            if undecided
            else None
        ),
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


def _goodness(values: np.ndarray, higher_is_better: bool) -> np.ndarray:
    """Return numbers of which a larger one is better; what isn't finite is the worst."""
    signed = np.asarray(values, float) * (1 if higher_is_better else -1)
    return np.where(np.isfinite(signed), signed, -np.inf)
