"""Do p values and intervals of many techniques hold together?"""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from regpipe.statistics.difference import mean_difference
from regpipe.statistics.joint import jointly

ONE = np.random.default_rng(0).normal(size=30)


def family(rng: np.random.Generator, techniques: int, n: int, correlation: float) -> np.ndarray:
    """Draw differences that share a baseline, of shape (techniques, n)."""
    shared, own = rng.normal(size=n), rng.normal(size=(techniques, n))
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own


def test_one_alone_is_not_corrected() -> None:
    assert jointly([0.03], [ONE], 0.95) == (pytest.approx([0.03]), 0.95)


def test_the_correction_lies_between_none_and_that_for_independent_ones() -> None:
    rng = np.random.default_rng(1)
    for techniques in (2, 5, 18):
        p_values = rng.uniform(0, 0.1, techniques).round(3)  # some of them equal
        corrected, each = jointly(p_values, list(family(rng, techniques, 20, 0.5)), 0.95)
        holm = multipletests(p_values, method="holm")[1]
        assert (p_values <= corrected).all() and (corrected <= holm).all()
        assert (corrected < holm - 1e-9).any()
        assert (np.diff(corrected[np.argsort(p_values)]) >= 0).all()
        assert 0.95 < each <= 1 - 0.05 / techniques


def test_techniques_that_go_together_cost_less() -> None:
    rng, p_values = np.random.default_rng(2), np.full(10, 0.01)
    found = [
        jointly(p_values, list(family(rng, 10, 100, correlation)), 0.95)
        for correlation in (0.0, 0.5, 0.99)
    ]
    p_joint = [float(corrected[0]) for corrected, _ in found]
    assert p_joint[0] == pytest.approx(1 - 0.99**10, abs=0.008)
    assert p_joint[0] > p_joint[1] + 0.005 > p_joint[2] + 0.03
    assert p_joint[2] < 0.04
    wider = [each for _, each in found]
    assert wider[0] > wider[1] > wider[2]


def test_repeats_that_only_one_has_count_as_independent() -> None:
    both = family(np.random.default_rng(3), 2, 100, 0.95)
    p_joint = [jointly([0.04, 0.04], [both[0], both[1][:n]], 0.95)[0][0] for n in (100, 50, 10)]
    assert p_joint[0] < p_joint[1] < p_joint[2] < 0.08


def test_the_order_of_techniques_changes_nothing() -> None:
    rows, p_values = family(np.random.default_rng(4), 6, 20, 0.4), np.linspace(0.001, 0.2, 6)
    order = np.array([3, 0, 5, 1, 4, 2])
    straight, each = jointly(p_values, list(rows), 0.95)
    mixed, again = jointly(p_values[order], list(rows[order]), 0.95)
    assert mixed == pytest.approx(straight[order], abs=1e-12) and again == pytest.approx(each)


def test_what_has_no_p_value_counts_and_stays_unknown() -> None:
    corrected, each = jointly([np.nan, 0.01], [[0.1, np.nan, np.inf], ONE], 0.95)
    assert np.isnan(corrected[0]) and corrected[1] == pytest.approx(0.02, abs=0.003)
    assert each == pytest.approx(0.975, abs=0.002)
    assert np.isnan(jointly([np.nan], [[0.1]], 0.95)[0]).all()


def test_differences_that_do_not_vary_count_as_independent() -> None:
    corrected, _ = jointly([0.01, 0.5], [np.full(20, 0.1), ONE[:20]], 0.95)
    assert corrected == pytest.approx([0.02, 0.5], abs=0.003)


def test_in_families_that_do_nothing_hardly_anything_is_said() -> None:
    """With normal numbers in place of t values, it would be in 8% of families."""
    rng, families, techniques, n = np.random.default_rng(5), 2000, 18, 6
    wrong, held = np.zeros(families, bool), np.zeros(families, bool)
    for k in range(families):
        rows = family(rng, techniques, n, 0.5)
        t = rows.mean(axis=1) / rows.std(axis=1, ddof=1) * np.sqrt(n)
        p_values = 2 * student_sf(np.abs(t), n - 1)
        p_joint, each = jointly(p_values, list(rows), 0.95, draws=500)
        wrong[k] = p_joint.min() < 0.05
        leader = mean_difference(rows[rows.mean(axis=1).argmax()], 0.01, each)
        held[k] = leader.low <= 0 <= leader.high
    assert 0.02 < wrong.mean() < 0.06
    assert held.mean() > 0.95


def student_sf(t: np.ndarray, freedom: int) -> np.ndarray:
    from scipy import special

    return np.asarray(special.stdtr(freedom, -t))
