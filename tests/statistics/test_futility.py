"""A technique is given up where it can hardly win any more, and only there."""

import numpy as np
import pytest

from regpipe.statistics.futility import FUTILE, can_win, chance_above
from regpipe.statistics.paired import Comparison, compare
from regpipe.statistics.plan import Plan

ANALYSES = (10, 15, 20)


def compared(differences: np.ndarray, overlap: float = 0.0) -> Comparison:
    return compare(
        np.zeros(len(differences)),
        differences,
        higher_is_better=True,
        smallest_difference=0.01,
        confidence=0.95,
        overlap=overlap,
        plan=Plan(ANALYSES, remembered=False),
    )


def goes_on(differences: np.ndarray, higher: bool = True, overlap: float = 0.0) -> bool:
    return can_win(
        compared(differences, overlap),
        ANALYSES[-1],
        higher_is_better=higher,
        confidence=0.95,
    )


def spread_around(mean: float) -> np.ndarray:
    return mean + 0.02 * np.linspace(-1, 1, 10)


def test_what_helps_goes_on_and_what_hurts_or_makes_no_difference_does_not() -> None:
    assert compared(spread_around(0.05)).verdict == "helps" and goes_on(spread_around(0.05))
    assert compared(spread_around(-0.05)).verdict == "hurts" and not goes_on(spread_around(-0.05))
    small = spread_around(0.0) / 10
    assert compared(small).verdict == "no difference that matters" and not goes_on(small)


def test_what_is_undecided_goes_on_where_it_may_still_help() -> None:
    assert compared(spread_around(0.008)).verdict == "undecided" and goes_on(spread_around(0.008))
    worse = spread_around(-0.008)
    assert compared(worse).verdict == "undecided" and not goes_on(worse)
    lower_is_better = compare(
        np.zeros(10), worse, higher_is_better=False, smallest_difference=0.01, confidence=0.95
    )
    assert lower_is_better.verdict == "undecided"
    assert can_win(lower_is_better, 20, higher_is_better=False, confidence=0.95)


def test_splits_that_share_rows_are_given_up_sooner_since_more_of_them_tell_little() -> None:
    gain = spread_around(0.008)
    assert goes_on(gain) and not goes_on(gain, overlap=0.43)


def test_what_diverged_is_given_up() -> None:
    assert not goes_on(np.array([np.nan, *spread_around(0.05)[1:]]))


def test_the_chance_is_how_often_it_happens_where_nothing_is_known_beforehand() -> None:
    rng, n, last = np.random.default_rng(1), 10, 20
    gains = rng.uniform(-1, 1.5, (6_000, 1))
    values = gains + rng.normal(0, 1, (6_000, last))
    chances = np.array(
        [chance_above(0.25, row.mean(), row.std(ddof=1), n, last) for row in values[:, :n]]
    )
    happened = values.mean(axis=1) > 0.25
    for low, high in ((0.0, FUTILE), (FUTILE, 0.3), (0.3, 0.7), (0.7, 1.0)):
        these = (chances >= low) & (chances < high)
        assert happened[these].mean() == pytest.approx(chances[these].mean(), abs=0.04)


def test_in_the_end_an_interval_is_as_wide_as_if_nothing_had_been_given_up() -> None:
    plan, once = Plan(ANALYSES, asked=2), Plan(asked=2)
    assert plan.ended(20) == once and once.ended(7) == once
    assert plan.ended(10) == plan
