from collections.abc import Callable

import numpy as np
import pandas as pd

from regpipe.problems.generators import draw
from regpipe.problems.samples import draw_samples, feature_names, hold_out, rows_of, split_samples
from regpipe.spec import FreshProtocol, Protocol
from tests.conftest import PROBLEMS

Samples = Callable[[str], pd.DataFrame]


def test_the_fixed_draw_is_the_published_one_split_in_order(samples_of: Samples) -> None:
    from sklearn.datasets import make_moons

    x, y = make_moons(100, noise=0.2, random_state=1)
    (rows,) = rows_of(samples_of("moons"), "fixed")
    np.testing.assert_array_equal(rows.x_train, x[:30].astype("float32"))
    np.testing.assert_array_equal(rows.x_val, x[30:].astype("float32"))
    np.testing.assert_array_equal(rows.y_train[:, 0], y[:30])
    assert rows.x_score is rows.x_val
    assert rows.data_seed == 1


def test_a_fresh_draw_has_rows_of_its_own_and_new_rows_that_score_it(samples_of: Samples) -> None:
    fresh = rows_of(samples_of("moons"), "fresh")
    assert [len(r.x_train) for r in fresh] == [30, 30, 30]
    assert [len(r.x_val) for r in fresh] == [70, 70, 70]
    assert [len(r.x_score) for r in fresh] == [200, 200, 200]
    assert len({r.data_seed for r in fresh}) == 3
    rows = np.concatenate([part for r in fresh for part in (r.x_train, r.x_val, r.x_score)])
    assert len(np.unique(rows, axis=0)) == len(rows)
    for r in fresh:  # nor are they the draw's own rows under the same seed, drawn in another number
        same_seed, _ = draw(PROBLEMS["moons"].rows, random_state=r.data_seed, n_samples=200)
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
    samples = split_samples(draws, PROBLEMS["moons"].split)
    pd.testing.assert_frame_equal(samples.drop(columns="split"), draws.drop(columns="split"))


def test_held_out_rows_are_taken_from_those_trained_on(samples_of: Samples) -> None:
    (rows,) = rows_of(samples_of("moons"), "fixed")
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
