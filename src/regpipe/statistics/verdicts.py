"""What is said of a difference, in a word: is there one, and does it matter?

Two questions, one interval. It excludes 0: there is a difference, in this direction. It lies inside
the smallest difference of interest, on both sides: it doesn't matter. (J. K. Kruschke, "Rejecting
or accepting parameter values in Bayesian estimation", 2018; D. Lakens, A. M. Scheel and P. M.
Isager, "Equivalence testing for psychological research", 2018.)
"""

from typing import Literal, get_args

Verdict = Literal[
    "helps",
    "helps, too little to matter",
    "no difference that matters",
    "undecided",
    "too few",
    "hurts, too little to matter",
    "hurts",
]
Direction = Literal["helps", "hurts"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)  # the better first
SAME: Verdict = "no difference that matters"
TRIFLE = ", too little to matter"


def decide(low: float, high: float, smallest: float, *, higher_is_better: bool) -> Verdict:
    """Return the verdict on a mean difference.

    Args:
        low: lower end of its interval.
        high: upper end of it.
        smallest: a difference below this is of no interest; above 0.
        higher_is_better: whether a larger value is the better one.

    Examples:
        >>> decide(0.01, 0.03, 0.01, higher_is_better=True)
        'helps'
        >>> decide(-0.003, -0.001, 0.01, higher_is_better=True)
        'hurts, too little to matter'
        >>> decide(-0.003, 0.005, 0.01, higher_is_better=True)
        'no difference that matters'
    """
    inside = -smallest < low and high < smallest
    if low <= 0 <= high or not low <= high:  # NaN is neither
        return SAME if inside else "undecided"
    if (low > 0) == higher_is_better:
        return "helps, too little to matter" if inside else "helps"
    return "hurts, too little to matter" if inside else "hurts"


def direction(verdict: str) -> Direction | None:
    """Return whether it helps or hurts, by much or little; None where that isn't said.

    >>> direction("hurts, too little to matter"), direction("undecided")
    ('hurts', None)
    """
    words: tuple[Direction, ...] = get_args(Direction)
    return next((word for word in words if verdict.startswith(word)), None)
