import numpy as np
import pytest

from regpipe.statistics.intervals import mean_interval
from regpipe.statistics.overlap import INDEPENDENT, STEP, Splits

NOTHING = np.zeros(20)
RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=20)


def test_repeats_that_share_no_row_have_none() -> None:
    assert INDEPENDENT.overlap(VALUES, NOTHING) == 0


@pytest.mark.parametrize(
    ("splits", "values", "halves"),
    [
        (Splits(70, 30), VALUES, NOTHING),  # few test rows
        (Splits(30, 70, row_by_row=False), VALUES, NOTHING),  # in groups
        (Splits(30, 70), np.ones(20), NOTHING),  # nothing differs
        (Splits(30, 70), np.array([*VALUES[1:], np.nan]), NOTHING),  # a fit diverged
        (Splits(30, 70), VALUES, np.array([*NOTHING[1:], np.nan])),  # a half has no score
        (Splits(30, 70), VALUES, 100 * VALUES),  # more than can be
    ],
)
def test_it_is_nadeaus_and_bengios_where_no_more_can_be_told(
    splits: Splits, values: np.ndarray, halves: np.ndarray
) -> None:
    assert splits.overlap(values, halves) == pytest.approx(splits.test_rows / splits.train_rows)


def test_values_that_vary_by_training_rows_alone_share_what_those_share() -> None:
    assert 40 / 529 <= Splits(40, 529).overlap(VALUES, NOTHING) <= STEP * 40 / 529


def test_by_hand() -> None:
    values, halves = np.array([0.0, 2.0]), np.array([0.5, -0.5])  # variance 2, of test rows 0.25
    expected = 1 / 3 + 2 / 3 * 0.25 / 2
    assert expected <= Splits(100, 300).overlap(values, halves) <= STEP * expected


@pytest.mark.parametrize("train_rows", [20, 40, 80])
@pytest.mark.parametrize("by_training", [0.0, 1.0, 5.0])
def test_intervals_hold_whichever_rows_values_vary_by(train_rows: int, by_training: float) -> None:
    """A score is a mean over the test rows, and something that the training rows add up to."""
    rng = np.random.default_rng(1)
    rows, repeats, tables = 200, 20, 400
    splits = Splits(train_rows, rows - train_rows)
    held = 0
    for _ in range(tables):
        tested, trained = rng.normal(size=(2, rows))
        values, halves = [], []
        for _ in range(repeats):
            order = rng.permutation(rows)
            train, test = order[:train_rows], order[train_rows:]
            values.append(tested[test].mean() + by_training * trained[train].mean())
            halves.append((tested[test[::2]].mean() - tested[test[1::2]].mean()) / 2)
        overlap = splits.overlap(np.array(values), np.array(halves))
        _, low, high = mean_interval(np.array(values), 0.95, overlap)
        held += low <= 0 <= high
    # Lower than the first by no more than three standard errors of 400 tables.
    assert 0.95 - 3 * 0.011 <= held / tables
    if not by_training:
        assert overlap > 0.5 * splits.test_rows / train_rows
