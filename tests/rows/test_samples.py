from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import FreshProtocol, Protocol
from regpipe.rows.arrays import hold_out, input_shape, rows_of
from regpipe.rows.samples import draw_samples, feature_names, split_samples
from regpipe.rows.sources import draw_scoring
from tests.conftest import PROBLEMS, arm_called

Samples = Callable[[str], pd.DataFrame]
MOONS = arm_called("moons")


def test_the_fixed_draw_is_the_published_one_split_in_order(samples_of: Samples) -> None:
    from sklearn.datasets import make_moons

    x, y = make_moons(100, noise=0.2, random_state=1)
    (rows,) = rows_of(samples_of("moons"), "fixed", MOONS)
    np.testing.assert_array_equal(rows.x_train, x[:30].astype("float32"))
    np.testing.assert_array_equal(rows.x_val, x[30:].astype("float32"))
    np.testing.assert_array_equal(rows.y_train[:, 0], y[:30])
    assert rows.x_score is rows.x_val
    assert rows.data_seed == 1


def test_a_fresh_draw_has_rows_of_its_own_and_new_rows_that_score_it(samples_of: Samples) -> None:
    fresh = rows_of(samples_of("moons"), "fresh", MOONS)
    assert [len(r.x_train) for r in fresh] == [30, 30, 30]
    assert [len(r.x_val) for r in fresh] == [70, 70, 70]
    assert [len(r.x_score) for r in fresh] == [200, 200, 200]
    assert len({r.data_seed for r in fresh}) == 3
    rows = np.concatenate([part for r in fresh for part in (r.x_train, r.x_val, r.x_score)])
    assert len(np.unique(rows, axis=0)) == len(rows)
    for r in fresh:  # nor are they the draw's own rows under the same seed, drawn in another number
        same_seed = draw_scoring(PROBLEMS["moons"].rows, 200, r.data_seed)[["x1", "x2"]]
        assert not np.isin(r.x_score, same_seed.astype("float32")).any()


def test_more_repeats_leave_those_before_as_they_were() -> None:
    few, more = (
        draw_samples(PROBLEMS["moons"], Protocol(fresh=FreshProtocol(repeats=n, score_rows=10)))
        for n in (2, 4)
    )
    pd.testing.assert_frame_equal(few, more.head(len(few)))
    other = draw_samples(PROBLEMS["moons"], Protocol(seed=2, fresh=FreshProtocol(repeats=2)))
    assert set(other["data_seed"]) & set(few["data_seed"]) == {1}  # the published one


def test_columns_are_those_of_the_contract(samples_of: Samples) -> None:
    samples = samples_of("circles")
    assert list(samples.columns) == [
        "protocol", "repeat", "data_seed", "split", "x1", "x2", "target",
    ]  # fmt: skip
    assert set(samples["split"]) == {"train", "test", "score"}
    assert feature_names(samples) == ["x1", "x2"]


def test_splitting_leaves_the_order_of_rows_alone() -> None:
    draws = draw_samples(PROBLEMS["moons"], Protocol(fresh=FreshProtocol(repeats=2, score_rows=5)))
    samples = split_samples(draws, PROBLEMS["moons"])
    pd.testing.assert_frame_equal(samples.drop(columns="split"), draws.drop(columns="split"))


def test_held_out_rows_are_taken_from_those_trained_on(samples_of: Samples) -> None:
    (rows,) = rows_of(samples_of("moons"), "fixed", MOONS)
    held, again, other = (hold_out(rows, 0.3, seed) for seed in (1, 1, 2))
    assert (len(held.x_train), len(held.x_val)) == (21, 9)
    together = np.concatenate([held.x_train, held.x_val])
    np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(rows.x_train, axis=0))
    assert held.x_score is rows.x_score
    np.testing.assert_array_equal(held.x_val, again.x_val)
    assert not np.array_equal(held.x_val, other.x_val)
    places = [np.flatnonzero((rows.x_train == x).all(axis=1))[0] for x in held.x_val]
    np.testing.assert_array_equal(held.y_val, rows.y_train[places])
    assert len(hold_out(rows, 0.999, 1).x_train) == 1


def test_rows_of_a_group_are_held_out_together(samples_of: Samples) -> None:
    (rows,) = rows_of(samples_of("moons"), "fixed", MOONS)
    groups = np.resize(np.arange(10), 30)
    held = hold_out(replace(rows, groups=groups), 0.3, 1)
    out = [groups[np.flatnonzero((rows.x_train == x).all(axis=1))[0]] for x in held.x_val]
    assert (len(set(out)), len(out)) == (3, 9)
    assert held.groups is not None
    assert set(held.groups) == set(range(10)) - set(out) and len(held.groups) == 21


def test_a_table_is_split_anew_at_each_repeat(samples_of: Samples) -> None:
    samples, arm = samples_of("digits"), arm_called("digits")
    (fixed,) = rows_of(samples, "fixed", arm)
    fresh = rows_of(samples, "fresh", arm)
    assert [len(r.x_train) for r in (fixed, *fresh)] == [200] * 4
    assert [len(r.x_score) for r in (fixed, *fresh)] == [1597] * 4
    assert fixed.x_train.shape == (200, 8, 8, 1) and fixed.x_train.max() == 1
    assert len({r.x_train.tobytes() for r in (fixed, *fresh)}) == 4
    for r in (fixed, *fresh):  # stratified: of each class about as many as in the table
        assert np.bincount(r.y_train[:, 0].astype(int)).min() >= 19
        together = np.concatenate([r.x_train, r.x_score]).reshape(1797, -1)
        everything = np.concatenate([fixed.x_train, fixed.x_score]).reshape(1797, -1)
        np.testing.assert_array_equal(np.sort(together, axis=0), np.sort(everything, axis=0))


def test_standardising_looks_at_the_rows_trained_on_alone(samples_of: Samples) -> None:
    from regpipe.rows.bundled import load_diabetes

    arm, raw = arm_called("diabetes"), load_diabetes()
    for rows in rows_of(samples_of("diabetes"), "fresh", arm):
        assert len(rows.x_train) == 309 and len(rows.x_score) == 133
        for part in (rows.x_train, rows.y_train):
            np.testing.assert_allclose(part.mean(axis=0), 0, atol=1e-5)
            np.testing.assert_allclose(part.std(axis=0), 1, rtol=1e-4)
        assert not np.allclose(rows.y_score.mean(), 0, atol=1e-3)
        ratios = np.ptp(rows.y_score) / np.ptp(rows.y_train)
        assert ratios == pytest.approx(1, abs=0.2)
    assert feature_names(samples_of("diabetes")) == list(raw.columns[:-1])


def test_a_constant_column_stays_finite() -> None:
    problem = PROBLEMS["diabetes"]
    draws = draw_samples(problem, Protocol(fresh=FreshProtocol(repeats=2))).assign(bmi=3.0)
    assert (split_samples(draws, problem)["bmi"] == 0).all()


def test_a_reconstruction_has_its_features_for_targets(samples_of: Samples) -> None:
    (rows,) = rows_of(samples_of("codes"), "fixed", arm_called("codes"))
    np.testing.assert_array_equal(rows.x_train, rows.y_train)
    np.testing.assert_array_equal(rows.x_score, rows.y_score)
    assert rows.x_train.shape == (200, 64)


def test_footballs_first_rows_are_those_to_be_trained_on(samples_of: Samples) -> None:
    arm = arm_called("football")
    for protocol, tested in (("fixed", 200), ("fresh", 200)):
        for rows in rows_of(samples_of("football"), protocol, arm):
            assert (len(rows.x_train), len(rows.x_score)) == (211, tested)
            inside = (((rows.x_train - (-0.14, -0.05)) / (0.43, 0.63)) ** 2).sum(axis=1)
            assert inside.max() <= 1
            outside = (((rows.x_score - (-0.14, -0.05)) / (0.43, 0.63)) ** 2).sum(axis=1)
            assert outside.max() > 1


def test_an_input_shape_holds_as_many_numbers_as_there_are_features(samples_of: Samples) -> None:
    arm = arm_called("digits")
    assert input_shape(arm, samples_of("digits")) == (8, 8, 1)
    with pytest.raises(SpecError, match=r"digits.input_shape: \[8, 8, 1\] holds 64 numbers"):
        input_shape(arm, samples_of("moons"))


def test_a_split_that_leaves_nothing_is_refused() -> None:
    problem = PROBLEMS["digits"]
    split = problem.split.model_copy(update={"train": 1797})
    draws = draw_samples(problem, Protocol(fresh=FreshProtocol(repeats=2)))
    with pytest.raises(SpecError, match="'Handwritten digits': its 1797 rows can't be split"):
        split_samples(draws, problem.model_copy(update={"split": split}))
