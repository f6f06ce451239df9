"""Splits in time: no row that is tested on, or that chooses, is as early as one trained on."""

from itertools import pairwise

import numpy as np
import pytest
from sklearn.model_selection import TimeSeriesSplit

from regpipe.rows.origins import rolling_origins


@pytest.mark.parametrize(("n_rows", "n_splits"), [(50, 5), (97, 4), (200, 12)])
def test_without_equal_times_it_is_scikit_learns_split(n_rows: int, n_splits: int) -> None:
    n_train = n_rows // 2
    origins, n_test = rolling_origins(np.arange(n_rows), n_train, n_splits)
    theirs = TimeSeriesSplit(n_splits, max_train_size=n_train, test_size=n_test)
    for origin, (train, test) in zip(origins, theirs.split(np.arange(n_rows)), strict=True):
        np.testing.assert_array_equal(train, np.arange(origin - n_train, origin))
        np.testing.assert_array_equal(test, np.arange(origin, origin + n_test))


def test_an_origin_lies_where_the_time_changes_and_test_sets_are_apart() -> None:
    rng, made = np.random.default_rng(0), 0
    for _ in range(300):
        n_rows, n_times = int(rng.integers(12, 200)), int(rng.integers(3, 150))
        times = np.unique(rng.integers(0, n_times, n_rows), return_inverse=True)[1]
        times.sort()
        n_train = int(rng.integers(3, max(n_rows - 5, 4)))
        try:
            origins, n_test = rolling_origins(times, n_train, int(rng.integers(2, 8)))
        except ValueError:
            continue
        made += 1
        assert (times[origins - 1] < times[origins]).all()
        assert all(later - earlier >= n_test > 0 for earlier, later in pairwise(origins))
        assert origins[0] >= n_train and origins[-1] + n_test <= n_rows
    assert made > 100


@pytest.mark.parametrize(
    ("times", "n_train", "said"),
    [
        (np.arange(10), 8, "changes 2 times. Expected 5 or more"),
        (np.repeat([0, 1], 50), 50, "changes 1 times"),
        (np.array([0, 1, 2, 3, *[4] * 80, 5, 6, 7, 8, 9]), 4, "no two apart"),
        (np.array([*[0] * 50, *range(1, 51)]), 40, "fewer than 3 different times"),
    ],
)
def test_what_leaves_no_room_for_origins_is_refused(
    times: np.ndarray, n_train: int, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        rolling_origins(times, n_train, 5)
