import numpy as np
import pytest
from scipy import stats

from regpipe.statistics.intervals import margin, mean_interval


def test_without_overlap_it_is_students() -> None:
    values = np.random.default_rng(1).normal(size=20)
    expected = stats.t.interval(0.9, 19, values.mean(), stats.sem(values))
    assert mean_interval(values, 0.9) == pytest.approx((values.mean(), *expected))


def test_overlap_is_nadeaus_and_bengios_correction() -> None:
    # sd^2 (1/n + n_test/n_train), n = 10 splits of 30% / 70%
    expected = stats.t.ppf(0.975, 9) * 2.0 * np.sqrt(1 / 10 + 0.3 / 0.7)
    assert margin(2.0, 10, 0.95, overlap=0.3 / 0.7) == pytest.approx(expected)
