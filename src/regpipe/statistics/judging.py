"""May a published number be judged by this run, and with what outcome?"""

from regpipe.language.metrics import METRICS
from regpipe.statistics.verdicts import SAME, direction

ROUNDING = 0.0005  # published numbers have three decimals
FEW_SEEDS = 5  # below, a range is next to nothing

NOT_CONTRADICTED = "not contradicted"
NOT_REPRODUCED = "not reproduced"
TOO_FEW = "too few seeds"
NOT_COMPARABLE = "not comparable"
STAND_IN = "stand-in: can't tell"
JUDGED = (NOT_CONTRADICTED, NOT_REPRODUCED)

HOLDS, SMALLER, FAILS, UNDECIDED = "holds", "holds, smaller", "does not hold", "undecided"
FATES = (HOLDS, SMALLER, FAILS, UNDECIDED)


def ranges_over(low: float, high: float, number: float, rounding: float = ROUNDING) -> bool:
    """Return whether a number lies between two others, give or take its rounding.

    What diverged, whose ends are NaN, ranges over nothing.
    """
    return low - rounding <= number <= high + rounding


def reproduction(inside: bool, seeds: int, departure: str | None, stand_in: str | None) -> str:
    """Return what becomes of a number beside the seeds of the published draw.

    Args:
        inside: whether they range over it.
        seeds: how many there are.
        departure: in what the run isn't as published; None where it is.
        stand_in: why the rows aren't those that were published; None where they are.
    """
    if stand_in:
        return STAND_IN
    if departure:
        return NOT_COMPARABLE
    if inside:
        return NOT_CONTRADICTED
    return NOT_REPRODUCED if seeds >= FEW_SEEDS else TOO_FEW


def interpolates(number: str, published: float) -> bool:
    """Return whether a number only shows that a network learnt the rows it was trained on by heart.

    Nearly every network of these sizes does, with a technique or without.

    >>> interpolates("train accuracy", 1.0), interpolates("test accuracy", 1.0)
    (True, False)
    """
    side, _, metric = number.partition(" ")
    if side != "train" or metric not in METRICS:
        return False
    perfect = 1.0 if METRICS[metric].higher_is_better else 0.0
    return abs(published - perfect) <= ROUNDING


def holds(
    claimed: float, verdict: str, low: float, high: float, higher_is_better: bool = True
) -> str:
    """Return what becomes of a published difference, a gain or a loss, on fresh draws.

    It `holds` where they find its direction, or that it makes no difference where none was
    published; it `holds, smaller` where they find its direction and the published size lies beyond
    the interval. It `does not hold` where they find the opposite, or no difference, and the
    published size lies outside of the interval. Else it is `undecided`: where they decide nothing,
    where they are too few, and where the published size is one that the interval allows.

    Args:
        claimed: the published difference, technique minus baseline; of numbers of three decimals.
        verdict: of the difference on fresh draws.
        low: lower end of its interval; NaN where there is none.
        high: upper end of it.
        higher_is_better: of the metric.

    >>> holds(0.029, "helps", 0.002, 0.012), holds(-0.043, SAME, -0.01, 0.002)
    ('holds, smaller', 'does not hold')
    >>> holds(0.005, SAME, -0.004, 0.009), holds(0.0, SAME, -0.004, 0.009)
    ('undecided', 'holds')
    """
    if not higher_is_better:
        claimed, low, high = -claimed, -high, -low
    found: str | None = direction(verdict)
    if claimed < 0:
        claimed, low, high = -claimed, -high, -low
        found = {"helps": "hurts", "hurts": "helps"}.get(found or "")
    rounding = 2 * ROUNDING  # a difference of two rounded numbers
    outside = claimed - rounding > high or claimed + rounding < low
    if found == "helps" and claimed > 0:
        return SMALLER if claimed - rounding > high else HOLDS
    if verdict == SAME and claimed == 0:
        return HOLDS
    return FAILS if (found or verdict == SAME) and outside else UNDECIDED
