import numpy as np
import pytest
from scipy import stats

from regpipe.statistics.paired import Comparison, assurance, compare, describe, repeats_needed
from regpipe.statistics.plan import Plan

RNG = np.random.default_rng(0)
BASELINE = RNG.normal(0.9, 0.04, 30)
HALF = RNG.normal(0, 0.01, 15)
GAIN = BASELINE + 0.02 + np.array([*HALF, *-HALF])  # not skewed, so that Student's t says all


def compared(a: np.ndarray, b: np.ndarray, **changes: object) -> Comparison:
    options = {"higher_is_better": True, "smallest_difference": 0.01, "confidence": 0.95, **changes}
    return compare(a, b, **options)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_the_interval_is_that_of_the_paired_t_test(confidence: float) -> None:
    found = compared(BASELINE, GAIN, confidence=confidence)
    low, high = stats.ttest_rel(GAIN, BASELINE).confidence_interval(confidence)
    assert (found.ci_low, found.ci_high) == pytest.approx((low, high))
    assert found.mean == pytest.approx((GAIN - BASELINE).mean())


def test_order_and_a_shift_of_both_arms_do_not_matter() -> None:
    order = RNG.permutation(30)
    a, b = compared(BASELINE, GAIN), compared(BASELINE[order] + 5, GAIN[order] + 5)
    assert (a.mean, a.ci_low, a.p_better, a.verdict) == pytest.approx(
        (b.mean, b.ci_low, b.p_better, b.verdict)
    )


def test_exchanging_the_arms_turns_everything_round() -> None:
    a, b = compared(BASELINE, GAIN), compared(GAIN, BASELINE)
    assert (a.mean, a.ci_low, a.p_better) == pytest.approx((-b.mean, -b.ci_high, 1 - b.p_better))
    assert (a.verdict, b.verdict) == ("helps", "hurts")


def test_less_is_better_for_a_loss() -> None:
    found = compared(BASELINE, GAIN, higher_is_better=False)
    assert found.verdict == "hurts"
    assert found.p_better == pytest.approx(1 - compared(BASELINE, GAIN).p_better)


def test_a_tie_counts_half() -> None:
    found = compared(np.zeros(4), np.array([0.0, 0.0, 1.0, -1.0]))
    assert (found.wins, found.ties, found.p_better) == (1, 2, 0.5)


@pytest.mark.parametrize(
    ("differences", "verdict", "decides"),
    [
        (np.array([0.02, 0.03, 0.025, 0.02, 0.03]), "helps", True),
        (np.array([-0.02, -0.03, -0.025, -0.02, -0.03]), "hurts", True),
        (np.array([0.001, -0.001, 0.0, 0.001, -0.001]), "no difference that matters", True),
        (np.zeros(5), "no difference that matters", True),
        (np.array([0.2, -0.19, 0.0, 0.1, -0.1]), "undecided", False),
    ],
)
def test_verdicts(differences: np.ndarray, verdict: str, decides: bool) -> None:
    found = compared(np.zeros(len(differences)), differences)
    assert found.verdict == verdict
    assert (found.repeats_needed is None) == decides


@pytest.mark.parametrize("n", [1, 2, 4])
def test_fewer_than_five_pairs_have_neither_interval_nor_verdict(n: int) -> None:
    for differences in (np.full(n, 1 / 70), np.arange(n) / 70):
        found = compared(np.zeros(n), differences)
        assert (found.verdict, found.repeats_needed) == ("too few", None)
        ends = [found.ci_low, found.p_value, found.p_better_low]
        assert np.isnan(ends).all()
        assert (found.mean, found.lowest) == (differences.mean(), differences.min())


@pytest.mark.parametrize("n", [5, 6, 20])
@pytest.mark.parametrize("sign", [1, -1])
def test_equal_differences_are_judged_by_their_signs(n: int, sign: int) -> None:
    found = compared(np.full(n, 0.9), np.full(n, 0.9) + sign / 70)
    exact = stats.binomtest(n, n).pvalue
    assert found.p_value == pytest.approx(exact) and found.p_value > 0
    assert found.ci_low < found.mean < found.ci_high
    says = "helps" if sign > 0 else "hurts"
    assert found.verdict == ("undecided" if n == 5 else says)
    assert (found.ci_low * found.ci_high > 0) == (exact < 0.05)
    at_p = compared(np.full(n, 0.9), np.full(n, 0.9) + sign / 70, confidence=1 - exact)
    assert min(abs(at_p.ci_low), abs(at_p.ci_high)) == pytest.approx(0, abs=1e-9)


def test_differences_that_are_equal_but_for_rounding_are_equal() -> None:
    baseline = np.array([0.1, 0.2, 0.3, 0.4, 0.6])
    found = compared(baseline, baseline + 0.1 + 0.2)
    assert (found.sd, found.verdict) == (0, "undecided")
    same = compared(baseline + 0.1 + 0.2, baseline + 0.3)
    assert (same.mean, same.verdict, same.p_value) == (0, "no difference that matters", 1)
    assert same.ci_low < 0 < same.ci_high


def test_equal_splits_of_the_same_rows_say_less_than_equal_draws() -> None:
    found = compared(np.zeros(20), np.full(20, 0.03), overlap=3 / 7)
    assert found.verdict == "undecided" and found.p_value > 0.4
    assert compared(np.zeros(20), np.full(20, 0.03), overlap=1.5).verdict == "undecided"


def test_pairs_of_one_sample_say_nothing_about_others() -> None:
    found = compared(BASELINE, GAIN, overlap=np.inf)
    assert found.verdict == "too few" and np.isnan([found.ci_low, found.p_value]).all()
    alone = describe(BASELINE, GAIN, higher_is_better=True)
    assert alone.verdict is None and alone.mean == found.mean and alone.wins == found.wins


def test_all_wins_of_twenty_are_not_certain_to_go_on() -> None:
    found = compared(BASELINE[:20], BASELINE[:20] + 0.01 + 0.001 * np.arange(20))
    exact = stats.binomtest(20, 20).proportion_ci(0.95, "exact")
    assert (found.p_better, found.p_better_high) == (1, 1)
    assert found.p_better_low == pytest.approx(exact.low)


def test_as_many_repeats_as_were_said_to_be_needed_do_decide() -> None:
    """In 80% of those that go on so, whose true means are as uncertain as the first pairs say."""
    n, mean, sd = 30, 0.006, 0.02
    needed = repeats_needed(n, mean=mean, sd=sd, smallest=0.01, confidence=0.95)
    assert needed is not None
    rng, runs = np.random.default_rng(1), 4000
    truth = mean + sd / np.sqrt(n) * rng.standard_t(n - 1, runs)
    further = truth + rng.normal(0, sd / np.sqrt(needed - n), runs)
    means = np.abs(n * mean + (needed - n) * further) / needed
    margin = stats.t.ppf(0.975, needed - 1) * sd / np.sqrt(needed)
    assert np.mean((means > margin) | (means + margin < 0.01)) == pytest.approx(0.8, abs=0.03)


def test_no_number_of_splits_of_the_same_rows_may_be_enough() -> None:
    numbers = {"mean": 0.0, "sd": 0.04, "smallest": 0.01, "confidence": 0.95}
    assert repeats_needed(20, **numbers, overlap=3 / 7) is None
    assert repeats_needed(20, **numbers) is not None


def test_a_narrow_interval_is_sure_to_say_something() -> None:
    assert assurance(30, 0.0, 0.02, smallest=0.01, margin=0.004, pairs=100) == pytest.approx(1)


def test_what_is_no_number_is_a_loss_and_leaves_no_interval() -> None:
    technique = GAIN.copy()
    technique[:10] = np.nan
    found = compared(BASELINE, technique)
    assert (found.pairs, found.verdict, found.repeats_needed) == (30, "undecided", None)
    assert np.isnan([found.mean, found.ci_low, found.ci_high]).all()
    assert found.wins == compared(BASELINE[10:], GAIN[10:]).wins
    assert compared(technique, BASELINE).wins == 30 - found.wins
    assert compared(np.full(3, np.nan), np.full(3, np.inf)).ties == 3


def test_no_or_unpaired_values_are_refused() -> None:
    with pytest.raises(ValueError, match="a pair or more, received none"):
        compared(np.zeros(0), np.zeros(0))
    with pytest.raises(ValueError, match="Expected pairs"):
        compared(np.zeros(3), np.zeros(4))


def test_wins_are_held_against_a_coin() -> None:
    better = np.array([1, 1, 1, 1, 1, 1, 0, -1]) / 100
    assert compared(np.zeros(8), better).p_wins == pytest.approx(2 * (1 + 7) / 2**7)
    assert compared(np.zeros(8), np.zeros(8)).p_wins == 1
    assert np.isnan(compared(np.zeros(8), better, overlap=0.4).p_wins)
    looked = compared(np.zeros(8), better, plan=Plan((8, 16), remembered=False))
    assert looked.p_wins > 2 * (1 + 7) / 2**7
    again = compared(np.zeros(8), better, plan=Plan(asked=1))
    assert again.p_wins == pytest.approx(2 * (1 + 7) / 2**7 / 0.16)
