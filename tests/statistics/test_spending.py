import math

import numpy as np
import pytest
from scipy import stats

from regpipe.statistics.intervals import margin
from regpipe.statistics.spending import (
    boundaries,
    information,
    nominal_confidence,
    repeated_p_value,
)

ANALYSES = [20, 50, 100, 200]


def test_the_boundaries_are_those_that_are_published() -> None:
    """Of five analyses, for the two spending functions of Lan and DeMets (1983)."""
    shares = np.linspace(0.2, 1, 5)
    pocock = 0.05 * np.log(1 + (math.e - 1) * shares)
    assert boundaries(shares, pocock) == pytest.approx(
        (2.4380, 2.4268, 2.4101, 2.3966, 2.3859), abs=0.0005
    )
    fleming = 4 - 4 * stats.norm.cdf(stats.norm.isf(0.0125) / np.sqrt(shares))
    assert boundaries(shares, fleming) == pytest.approx(
        (4.8769, 3.3569, 2.6803, 2.2898, 2.0310), abs=0.0005
    )


def test_errors_are_spent_by_the_square_of_the_share() -> None:
    """At the first of two analyses, after half of the repeats, a quarter of the errors."""
    assert 1 - nominal_confidence(50, [50, 100], 0.95) == pytest.approx(0.05 / 4)
    assert 1 - nominal_confidence(20, ANALYSES, 0.95) == pytest.approx(0.05 / 100)


def test_a_single_analysis_is_the_interval_that_everybody_knows() -> None:
    assert nominal_confidence(30, [30], 0.95) == pytest.approx(0.95)
    assert repeated_p_value(0.03, 30, [30]) == pytest.approx(0.03, rel=0.02)


@pytest.mark.parametrize("overlap", [0.0, 0.4])
def test_under_repeated_analyses_the_intervals_hold_as_often_as_was_asked(overlap: float) -> None:
    """Random walks: a mean of n normal numbers that share a part, as splits of a table do."""
    rng, runs = np.random.default_rng(1), 40_000
    shared = rng.normal(0, math.sqrt(overlap), (runs, 1)) if overlap else 0.0
    sums = np.cumsum(rng.normal(size=(runs, ANALYSES[-1])), axis=1)[:, np.array(ANALYSES) - 1]
    means = sums / ANALYSES + shared
    widths = np.array(
        [
            stats.norm.ppf((1 + nominal_confidence(n, ANALYSES, 0.9, overlap)) / 2)
            * math.sqrt(1 / n + overlap)
            for n in ANALYSES
        ]
    )
    assert (np.abs(means) > widths).any(axis=1).mean() == pytest.approx(0.1, abs=0.006)


def test_further_splits_of_the_same_rows_bring_little() -> None:
    assert information([50, 100]) == (0.5, 1.0)
    first, last = information([50, 100], overlap=1.0)
    assert last == 1 and first == pytest.approx((1 / 1.02) / (1 / 1.01))


@pytest.mark.parametrize("n", ANALYSES)
def test_p_value_and_interval_say_the_same(n: int) -> None:
    """An interval that ends at 0 goes with a p value of alpha."""
    alone = 1 - nominal_confidence(n, ANALYSES, 0.95)
    assert repeated_p_value(alone, n, ANALYSES) == pytest.approx(0.05, rel=0.01)
    values = [repeated_p_value(p, n, ANALYSES) for p in (1e-9, 1e-4, 0.01, 0.2, 1.0)]
    assert values == sorted(values) and 0 < values[0] and values[-1] <= 1


def test_there_is_no_analysis_in_between() -> None:
    with pytest.raises(ValueError, match="No interim analysis after 30 repeats. Expected one of"):
        nominal_confidence(30, ANALYSES, 0.95)


def test_the_last_analysis_pays_for_those_before_it() -> None:
    alone = margin(1.0, 200, 0.95)
    assert margin(1.0, 200, nominal_confidence(200, ANALYSES, 0.95)) > alone
