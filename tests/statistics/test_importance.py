"""What a model loses without a column is told, whatever that has become."""

import numpy as np
import pandas as pd
import pytest
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LinearRegression

from regpipe.statistics.importance import permuted

RNG = np.random.default_rng(0)
X = RNG.normal(size=(500, 4))


def score(x: np.ndarray) -> float:
    """Minus the squared error of a model of all features but the last, whose target it knows."""
    return -float(np.mean((x @ [2.0, 1.0, 1.0, 0.0] - X @ [2.0, 1.0, 1.0, 0.0]) ** 2))


def test_the_most_important_comes_first_with_what_is_known_of_it() -> None:
    """A shuffled feature of weight w costs 2 w^2 of its variance."""
    groups = {"none": [3], "one": [1], "large": [0], "two": [1, 2]}
    table = permuted(score, X, groups, seed=1, times=20).set_index("column")
    assert list(table.index) == ["large", "two", "one", "none"]
    variances = [4 * X[:, 0].var(), (X[:, 1] + X[:, 2]).var(), X[:, 1].var(), 0]
    assert table["importance"].tolist() == pytest.approx(2 * np.array(variances), rel=0.05)
    assert table["sd"].gt(0).tolist() == [True, True, True, False]
    assert table["sd"].lt(0.2 * table["importance"]).iloc[:3].all()


def test_features_of_a_column_are_shuffled_together() -> None:
    """A class in three columns of 0 and 1: whoever shuffles them apart makes rows of none."""
    codes = np.eye(3)[RNG.integers(0, 3, 60)]
    x = np.hstack([codes, RNG.normal(size=(60, 1))])
    seen = []

    def watch(rows: np.ndarray) -> float:
        seen.append(rows)
        return 0.0

    permuted(watch, x, {"class": range(3), "number": [3]}, seed=1, times=2)
    assert all((rows[:, :3].sum(axis=1) == 1).all() for rows in seen)
    of_class, of_number = seen[1], seen[3]
    assert (of_class[:, 3] == x[:, 3]).all() and (of_class[:, :3] != codes).any()
    assert (of_number[:, :3] == codes).all() and sorted(of_number[:, 3]) == sorted(x[:, 3])
    assert (seen[0] == x).all() and len(seen) == 5


def test_of_a_column_that_is_the_same_in_all_rows_nothing_is_told() -> None:
    x = np.hstack([X, np.full((len(X), 1), 2.0)])
    table = permuted(lambda rows: score(rows[:, :4]), x, {"year": [4], "none": [3]}, 1, times=2)
    assert table["column"].tolist() == ["none", "year"]
    assert table["importance"].tolist() == [0.0, pytest.approx(np.nan, nan_ok=True)]


def test_it_depends_on_its_seed_and_not_on_the_order_of_the_columns() -> None:
    one, same, other, turned = (
        permuted(score, X, groups, seed).set_index("column")
        for groups, seed in (
            ({"a": [0], "b": [1]}, 1),
            ({"a": [0], "b": [1]}, 1),
            ({"a": [0], "b": [1]}, 2),
            ({"b": [1], "a": [0]}, 1),
        )
    )
    pd.testing.assert_frame_equal(one, same)
    pd.testing.assert_frame_equal(one, turned)
    assert not one.equals(other)


def test_it_agrees_with_scikit_learn() -> None:
    groups = {str(i): [i] for i in range(4)}
    y = X @ [2.0, 1.0, 1.0, 0.0] + RNG.normal(size=500)
    model = LinearRegression().fit(X, y)
    ours = permuted(lambda x: model.score(x, y), X, groups, seed=3, times=30).set_index("column")
    theirs = permutation_importance(model, X, y, n_repeats=30, random_state=0).importances_mean
    assert ours["importance"].sort_index().tolist() == pytest.approx(theirs, rel=0.05, abs=0.001)


def test_a_single_shuffle_has_no_spread_and_no_columns_no_rows() -> None:
    assert np.isnan(permuted(score, X, {"a": [0]}, seed=1, times=1)["sd"]).all()
    assert list(permuted(score, X, {}, seed=1)) == ["column", "importance", "sd"]
