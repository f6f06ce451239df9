import numpy as np
import pytest
from scipy import stats

from regpipe.statistics.paired import Comparison, compare, repeats_needed

RNG = np.random.default_rng(0)
BASELINE = RNG.normal(0.9, 0.04, 30)
GAIN = BASELINE + RNG.normal(0.02, 0.01, 30)


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
        (np.array([0.02, 0.03, 0.025]), "helps", True),
        (np.array([-0.02, -0.03, -0.025]), "hurts", True),
        (np.array([0.001, -0.001, 0.0]), "no difference", True),
        (np.zeros(3), "no difference", True),
        (np.array([0.2, -0.19, 0.0]), "undecided", False),
    ],
)
def test_verdicts(differences: np.ndarray, verdict: str, decides: bool) -> None:
    found = compared(np.zeros(len(differences)), differences)
    assert found.verdict == verdict
    assert (found.repeats_needed is None) == decides


def test_as_many_repeats_as_were_said_to_be_needed_do_decide() -> None:
    differences = np.tile([0.06, -0.05], 15)
    first = compared(np.zeros(30), differences)
    assert first.verdict == "undecided" and first.repeats_needed is not None
    pairs = 2 * (first.repeats_needed // 2 + 1)
    assert compared(np.zeros(pairs), np.tile([0.06, -0.05], pairs // 2)).verdict != "undecided"
    fewer = 2 * int(0.4 * first.repeats_needed)
    assert compared(np.zeros(fewer), np.tile([0.06, -0.05], fewer // 2)).verdict == "undecided"


@pytest.mark.parametrize("n", [2, 3, 10, 30])
def test_what_is_needed_does_not_depend_on_how_many_there_were(n: int) -> None:
    """By hand: t(0.975, 63) * 0.04 / sqrt(64) = 0.00999."""
    assert repeats_needed(n, mean=0.0, sd=0.04, smallest=0.01, confidence=0.95) == 64
    assert repeats_needed(n, mean=0.01, sd=0.04, smallest=0.01, confidence=0.95) == 64
    assert repeats_needed(70, mean=0.0, sd=0.04, smallest=0.01, confidence=0.95) == 71


def test_fits_that_diverged_are_losses_and_leave_no_interval() -> None:
    technique = GAIN.copy()
    technique[:10] = np.nan
    found = compared(BASELINE, technique)
    assert (found.pairs, found.verdict, found.repeats_needed) == (30, "undecided", None)
    assert np.isnan([found.mean, found.ci_low, found.ci_high]).all()
    assert found.wins == compared(BASELINE[10:], GAIN[10:]).wins
    assert compared(technique, BASELINE).wins == 30 - found.wins
    assert compared(np.full(3, np.nan), np.full(3, np.inf)).ties == 3


def test_too_few_or_unpaired_values_are_refused() -> None:
    with pytest.raises(ValueError, match="two pairs or more, received 1"):
        compared(np.zeros(1), np.zeros(1))
    with pytest.raises(ValueError, match="Expected pairs"):
        compared(np.zeros(3), np.zeros(4))
