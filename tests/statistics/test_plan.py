import numpy as np
import pytest
from scipy import stats

from regpipe.statistics.paired import Comparison, compare, goes_on
from regpipe.statistics.plan import ALONE, Plan

RNG = np.random.default_rng(3)


def compared(differences: np.ndarray, plan: Plan, overlap: float = 0.0) -> Comparison:
    return compare(
        np.zeros(len(differences)), differences, higher_is_better=True, smallest_difference=0.01,
        confidence=0.95, overlap=overlap, plan=plan,
    )  # fmt: skip


def spread(mean: float, sd: float, n: int = 20) -> np.ndarray:
    """Differences of exactly this mean and standard deviation, not skewed."""
    half = stats.norm.ppf((np.arange(n) + 0.5) / n)
    return np.asarray(mean + sd * half / half.std(ddof=1))


def test_all_that_is_ever_spent_is_what_was_asked_for() -> None:
    assert sum(Plan(asked=k).part for k in range(40)) == pytest.approx(1)
    assert ALONE.level(0.95) == pytest.approx(0.95)
    assert ALONE.level(0.95, family=10) == pytest.approx(0.995)
    assert Plan(asked=1).level(0.9) == pytest.approx(1 - 0.1 * 0.16)


def test_the_p_value_is_below_alpha_where_the_interval_leaves_0_out() -> None:
    for asked in range(3):
        for plan in (Plan(asked=asked), Plan((20, 40), asked=asked)):
            level = plan.confidence(20, 0.95)
            t = stats.t.ppf((1 + level) / 2, 19)
            for factor, says in ((0.99, False), (1.01, True)):
                found = compared(spread(factor * t / np.sqrt(20), 1.0), plan)
                assert (found.ci_low > 0) == says and (found.p_value < 0.05) == says


def false_verdicts(plans: list[tuple[int, Plan]], runs: int = 6000) -> float:
    """Return how often any plan says something of differences that do nothing."""
    wrong = np.zeros(runs, bool)
    draws = np.random.default_rng(0).normal(size=(runs, max(n for n, _ in plans)))
    for n, plan in plans:
        means, sds = draws[:, :n].mean(axis=1), draws[:, :n].std(axis=1, ddof=1)
        t = stats.t.ppf((1 + plan.confidence(n, 0.95)) / 2, n - 1)
        wrong |= np.abs(means) > t * sds / np.sqrt(n)
    return float(wrong.mean())


def test_whoever_asks_again_is_not_wrong_more_often() -> None:
    peeking = [(30, ALONE), (100, ALONE), (200, ALONE)]
    remembered = [(n, Plan(asked=k)) for k, (n, _) in enumerate(peeking)]
    assert false_verdicts(peeking) > 0.08
    assert false_verdicts(remembered) < 0.05 + 2 * np.sqrt(0.05 * 0.95 / 6000)


def test_in_a_family_it_goes_on_until_it_is_decided_there() -> None:
    few, many = (Plan((20, 40), family=n, remembered=False) for n in (1, 30))
    clear = compared(spread(0.9, 1.0), few)
    assert clear.verdict == "helps" and 0.05 / 30 < clear.p_value < 0.05
    assert goes_on(clear, 0.01, 0.95, many) and not goes_on(clear, 0.01, 0.95, few)
    assert not goes_on(compared(spread(2.0, 1.0), many), 0.01, 0.95, many)


def test_what_does_not_matter_is_not_gone_on_with() -> None:
    plan = Plan((20, 40), family=30)
    for mean, verdict in ((0.0, "no difference"), (0.003, "helps, too little")):
        found = compared(spread(mean, 0.002), plan)
        assert found.verdict and found.verdict.startswith(verdict)
        assert not goes_on(found, 0.01, 0.95, plan)


def test_splits_that_cannot_decide_end() -> None:
    plan = Plan((20, 40), family=30)
    assert goes_on(compared(spread(0.005, 0.05), plan), 0.01, 0.95, plan)
    assert not goes_on(compared(spread(0.005, 0.05), plan, 3 / 7), 0.01, 0.95, plan)
    alone = Plan((20, 40), family=30, remembered=False)
    told = compared(spread(0.0085, 0.0045), alone, 3 / 7)
    assert told.verdict == "helps" and told.p_value > 0.05 / 30
    assert not goes_on(told, 0.01, 0.95, alone)
