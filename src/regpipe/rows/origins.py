"""Where may rows be split in time?"""

import numpy as np

FEWEST_TIMES = 3  # of the rows trained on: to hold out some, and of what is left some once more


def rolling_origins(times: np.ndarray, n_train: int, n_splits: int) -> tuple[np.ndarray, int]:
    """Return the places of the first rows tested on, rising, and how many are tested on from each.

    Trained on are the `n_train` rows before an origin. Where no two times are equal, it is as
    scikit-learn's `TimeSeriesSplit(n_splits, max_train_size=n_train)` has it, with test sets as
    large as the rows are enough for; else, origins lie where the time changes, at or before those.

    Args:
        times: whole numbers without gaps that never fall, of shape (n_rows,).
        n_train: how many rows are trained on.
        n_splits: how many origins there are, 2 or more.

    Raises:
        ValueError: there is no place for so many.

    >>> rolling_origins(np.arange(10), 4, 3)
    (array([4, 6, 8]), 2)
    >>> rolling_origins(np.array([0, 1, 2, 3, 4, 5, 5, 6, 7, 8]), 4, 3)
    (array([4, 5, 8]), 1)
    """
    changes = np.flatnonzero(np.diff(times)) + 1
    possible = changes[changes >= n_train]
    if len(possible) < n_splits:
        raise ValueError(
            f"After the first {n_train} of them, the time changes {len(possible)} times. Expected "
            f"{n_splits} or more, once for each origin."
        )
    size = (len(times) - possible[0]) // n_splits
    even = len(times) - size * np.arange(n_splits, 0, -1)
    origins = np.unique(possible[np.searchsorted(possible, even, side="right") - 1])
    if len(origins) < n_splits:
        raise ValueError(
            f"So many rows have the same time that {n_splits} origins are no two apart. Expected "
            "more times, or fewer rows to train on."
        )
    if (times[origins - 1] - times[origins - n_train] + 1 < FEWEST_TIMES).any():
        raise ValueError(
            f"The {n_train} rows before an origin have fewer than {FEWEST_TIMES} different times. "
            "Expected more rows to train on."
        )
    return origins, int(np.diff([*origins, len(times)]).min())
