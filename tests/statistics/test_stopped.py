import numpy as np
import pytest
from scipy import stats

from regpipe.statistics.paired import Comparison, compare
from regpipe.statistics.plan import ALONE, Plan
from regpipe.statistics.stopped import unbiased

PLAN = Plan((20, 30, 40, 50, 60), remembered=False)
SMALLEST = 0.3


def compared(differences: np.ndarray, plan: Plan) -> Comparison:
    return compare(
        np.zeros(len(differences)), differences, higher_is_better=True,
        smallest_difference=SMALLEST, confidence=0.95, plan=plan,
    )  # fmt: skip


def told(true: float, plan: Plan, seed: int) -> tuple[float, float]:
    """Return the mean at which a run stopped, and the size that is told."""
    assert plan.analyses
    differences = np.random.default_rng(seed).normal(true, 1, plan.analyses[-1])
    for n in plan.analyses:
        found = compared(differences[:n], plan)
        if found.verdict != "undecided":
            break
    return found.mean, unbiased(found, plan, SMALLEST, 0.95)


@pytest.mark.parametrize("true", [0.5, 0.8])
def test_what_stops_early_looks_too_good_and_is_told_smaller(true: float) -> None:
    means, sizes = np.array([told(true, PLAN, seed) for seed in range(300)]).T
    error = 1 / np.sqrt(30) / np.sqrt(300)
    assert means.mean() > true + 1.5 * error
    assert sizes.mean() == pytest.approx(true, abs=2 * error)


def test_nothing_is_taken_off_where_nothing_could_stop() -> None:
    half = stats.norm.ppf((np.arange(30) + 0.5) / 30)
    for plan in (ALONE, Plan(asked=1)):
        found = compared(0.5 + half, plan)
        assert unbiased(found, plan, SMALLEST, 0.95) == found.mean
    same = compared(np.full(20, 0.5), PLAN)
    assert unbiased(same, PLAN, SMALLEST, 0.95) == same.mean


def test_gains_and_losses_are_told_alike() -> None:
    half = stats.norm.ppf((np.arange(20) + 0.5) / 20)
    up, down = (compared(sign * (0.9 + half), PLAN) for sign in (1, -1))
    gain, loss = (unbiased(found, PLAN, SMALLEST, 0.95) for found in (up, down))
    assert 0 < gain < up.mean and loss == pytest.approx(-gain, abs=0.01)
