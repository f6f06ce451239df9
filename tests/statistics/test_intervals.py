import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regpipe.statistics.intervals import (
    FEWEST,
    margin,
    mean_interval,
    p_value,
    share_interval,
    skewness_of,
)


def test_without_overlap_and_skewness_it_is_students() -> None:
    half = np.random.default_rng(1).normal(size=10)
    values = 3 + np.array([*half, *-half])
    expected = stats.t.interval(0.9, 19, values.mean(), stats.sem(values))
    assert mean_interval(values, 0.9) == pytest.approx((values.mean(), *expected))


def hall(t: float, skewness: float, n: int) -> float:
    """The transformation as it stands in the paper, with a = 1/3 and b = 1/6."""
    a, b, root = 1 / 3, 1 / 6, np.sqrt(n)
    return t + (a * skewness * t**2 + b * skewness) / root + (a * skewness) ** 2 * t**3 / (3 * n)


@pytest.mark.parametrize("sign", [1, -1])
def test_an_interval_is_lengthened_to_where_values_are_skewed(sign: int) -> None:
    rng = np.random.default_rng(2)
    values = sign * rng.exponential(size=25)
    quantile, skewness = stats.t.ppf(0.975, 24), stats.skew(values)
    mean, low, high = mean_interval(values, 0.95)
    se = stats.sem(values)
    far, near = (high - mean, mean - low) if sign > 0 else (mean - low, high - mean)
    assert near == pytest.approx(quantile * se)  # Hall's would be shorter
    assert hall(-sign * far / se, skewness, 25) == pytest.approx(-sign * quantile)
    assert far > near


def test_the_p_value_is_where_an_end_of_the_interval_reaches_0() -> None:
    rng = np.random.default_rng(6)
    for shift in (0.3, 1.3, -0.2, -1.8):
        values = rng.exponential(size=20) - 1 + shift
        numbers = values.mean(), values.std(ddof=1), 20
        p = p_value(*numbers, skewness=skewness_of(values))
        assert p >= p_value(*numbers)
        _, low, high = mean_interval(values, 1 - p)
        assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("low", [0.0, -15.0])
def test_few_skewed_values_say_no_nonsense(low: float) -> None:
    """Hall's end turned round would be 19 standard errors away, below all that was ever seen."""
    values = np.array([low, 8.1, 9.4, 11.4, 5.2, 10.3, 7.7, 6.1])
    reached = []
    for confidence in (0.9, 0.99, 0.998, 0.9999):
        mean, end, _ = mean_interval(values, confidence)
        reached.append((mean - end) / stats.sem(values) / stats.t.ppf((1 + confidence) / 2, 7))
        p = p_value(mean - end, values.std(ddof=1), 8, skewness=skewness_of(values))
        assert p == pytest.approx(1 - confidence)
    assert reached == sorted(reached)
    assert 1 < reached[0] and reached[-1] < 2.6


@pytest.mark.parametrize(("n", "least"), [(10, 0.93), (20, 0.94), (30, 0.94)])
def test_intervals_of_skewed_values_hold(n: int, least: float) -> None:
    """Student's hold in 90.2, 91.9 and 92.9% (20,000 samples)."""
    rng = np.random.default_rng(8)
    found = [mean_interval(rng.exponential(size=n), 0.95)[1:] for _ in range(2000)]
    held = np.mean([low <= 1 <= high for low, high in found])
    assert held > least


def test_overlap_is_nadeaus_and_bengios_correction() -> None:
    # sd^2 (1/n + n_test/n_train), n = 10 splits of 30% / 70%
    expected = stats.t.ppf(0.975, 9) * 2.0 * np.sqrt(1 / 10 + 0.3 / 0.7)
    assert margin(2.0, 10, 0.95, overlap=0.3 / 0.7) == pytest.approx(expected)


def test_the_p_value_is_that_of_the_paired_t_test() -> None:
    from autorank import autorank

    rng = np.random.default_rng(1)
    baseline = rng.normal(0.9, 0.04, 30)
    arms = pd.DataFrame({"a": baseline, "b": baseline + rng.normal(0.01, 0.03, 30)})
    differences = arms["b"] - arms["a"]
    found = p_value(differences.mean(), differences.std(ddof=1), 30)
    assert found == pytest.approx(stats.ttest_1samp(differences, 0).pvalue)
    theirs = autorank(arms, alpha=0.05, verbose=False, force_mode="parametric")
    assert found == pytest.approx(theirs.pvalue)
    assert p_value(1e3, 1e-3, 200) > 0


def test_overlapping_splits_are_judged_as_baycomp_does() -> None:
    """Its correlated t: P(mean < 0) with runs x folds values, whose correlation is n_test / n."""
    import baycomp

    differences = np.random.default_rng(2).normal(0.02, 0.03, 50)
    zero = np.zeros(50)
    left, _ = baycomp.two_on_single(zero, differences, runs=5)  # 5 times 10 folds
    two_sided = p_value(differences.mean(), differences.std(ddof=1), 50, overlap=1 / 9)
    assert two_sided == pytest.approx(2 * min(left, 1 - left), rel=0.02)


@pytest.mark.parametrize("n", [5, 10, 20, 30])
def test_a_share_has_exact_limits(n: int) -> None:
    for k in range(n + 1):
        exact = stats.binomtest(k, n).proportion_ci(0.95, "exact")
        assert share_interval(k / n, n, 0.95) == pytest.approx((exact.low, exact.high))


def test_a_share_of_splits_of_the_same_rows_is_less_sure() -> None:
    alone, shared = share_interval(0.8, 20, 0.95), share_interval(0.8, 20, 0.95, overlap=3 / 7)
    assert shared[0] < alone[0] < 0.8 < alone[1] < shared[1] < 1


@pytest.mark.parametrize("truth", [0.5, 0.9, 0.95, 0.98])
def test_intervals_of_shares_hold_as_often_as_they_say(truth: float) -> None:
    """Counted exactly, over all numbers of wins: a bootstrap's hold in 16% at 0.98 of 10."""
    for n in (10, 20, 30):
        wins = np.arange(n + 1)
        ends = np.array([share_interval(k / n, n, 0.95) for k in wins])
        holds = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
        assert stats.binom.pmf(wins, n, truth)[holds].sum() >= 0.95


def test_too_few_values_and_those_of_one_sample_have_no_interval() -> None:
    values = np.array([0.1, 0.3, 0.2, 0.5, 0.4])
    assert np.isfinite(mean_interval(values, 0.95)).all()
    for few in (mean_interval(values[: FEWEST - 1], 0.95), mean_interval(values, 0.95, np.inf)):
        assert np.isnan(few[1:]).all() and np.isfinite(few[0])


def test_of_equal_values_nothing_says_how_far_others_lie() -> None:
    mean, low, high = mean_interval(np.full(20, 0.98), 0.95)
    assert mean == pytest.approx(0.98) and np.isnan([low, high]).all()
