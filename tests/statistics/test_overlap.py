import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regpipe.statistics.intervals import mean_interval
from regpipe.statistics.overlap import INDEPENDENT, STEP, Splits, minus, shared_by, units_of

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=20)


def test_repeats_that_share_no_row_have_none() -> None:
    assert INDEPENDENT.overlap(VALUES) == 0


@pytest.mark.parametrize(
    ("values", "by_unit"),
    [
        (VALUES, None),  # of rows nothing is known
        (np.ones(20), np.ones((20, 100))),  # nothing differs
        (np.array([*VALUES[1:], np.nan]), np.full((20, 100), np.nan)),  # a score that isn't there
    ],
)
def test_it_is_nadeaus_and_bengios_where_no_more_can_be_told(
    values: np.ndarray, by_unit: np.ndarray | None
) -> None:
    assert Splits(30, 70).overlap(values, by_unit) == pytest.approx(70 / 30)


def test_what_rows_cannot_tell_has_no_interval() -> None:
    by_unit = np.where(RNG.random((20, 100)) < 0.3, 1.0, np.nan)
    by_unit[3] = np.inf
    unknown = minus(by_unit, by_unit)
    assert np.isinf(Splits(70, 30).overlap(VALUES, by_unit))
    assert np.isinf(Splits(70, 30).overlap(VALUES, unknown))


def test_by_hand() -> None:
    nan = np.nan
    by_unit = np.array([[1.0, 5.0, nan, nan], [nan, 3.0, 1.0, nan], [nan, nan, 1.0, 5.0]])
    # Means 3, 2, 3; residuals -2 2, 1 -1, -2 2. Two rows are tested twice: 2 * 1 and -1 * -2.
    of_unit = (2 * 2 + 2 * 2) / (2 + 2)
    within = (4 + 4 + 1 + 1 + 4 + 4) / 6 * 2
    by_test = of_unit / 2 * (1 - 2 / 4) + (within - of_unit) / 2
    assert by_test > 1 / 3  # more than all that the means differ by: training adds nothing
    error = np.sqrt(4**2 + 4**2) / (2 + 2)
    assert of_unit < 2 * error
    assert shared_by(by_unit).units == pytest.approx(2 * error / 4)
    assert shared_by(by_unit).training == 0
    assert shared_by(by_unit).degrees == pytest.approx(2)
    apart = by_unit + np.array([[20.0], [0.0], [0.0]])
    variance = np.var([23, 2, 3], ddof=1)
    shared = shared_by(apart)
    assert shared.training == pytest.approx(2 / 2 * (variance - by_test))
    whole = variance / 3 + shared.units + shared.training
    known = ((variance / 3) ** 2 + shared.training**2) / 2 + shared.units**2 / 2
    wider = stats.t.ppf(0.975, whole**2 / known) / stats.t.ppf(0.975, 2)
    expected = whole * wider**2 / variance - 1 / 3
    overlap = Splits(2, 2).overlap(np.array([23.0, 2.0, 3.0]), apart)
    assert expected <= overlap <= STEP * expected


def test_few_rows_that_differ_are_few_degrees_of_freedom() -> None:
    rng, rows = np.random.default_rng(5), 200
    overlaps = []
    for differing in (4, 100):
        tested = np.zeros(rows)
        tested[:differing] = rng.choice([-1, 1], differing)
        by_unit = np.full((20, rows), np.nan)
        for split in by_unit:
            test = rng.permutation(rows)[:60]
            split[test] = tested[test]
        assert 0.5 * differing < shared_by(by_unit).degrees <= differing
        overlaps.append(Splits(140, 60).overlap(np.nanmean(by_unit, axis=1), by_unit))
    assert overlaps[0] > 1.2 * overlaps[1]


@pytest.mark.parametrize("train_rows", [20, 140])
@pytest.mark.parametrize(
    ("by_training", "by_both", "promised"), [(0.0, 0.0, 0.95), (0.0, 3.0, 0.95), (1.0, 0.0, 0.89)]
)
def test_intervals_hold_whatever_a_score_is_made_of(
    train_rows: int, by_training: float, by_both: float, promised: float
) -> None:
    """The row tested on, what it does together with a network, or a sum over the training rows.

    The last is hard to see in splits that are trained on most of the rows.
    """
    rng = np.random.default_rng(1)
    rows, repeats, tables = 200, 20, 300
    splits, held, widths = Splits(train_rows, rows - train_rows), 0, []
    for _ in range(tables):
        tested, trained = rng.normal(size=(2, rows))
        by_unit = np.full((repeats, rows), np.nan)
        for split in by_unit:
            order = rng.permutation(rows)
            train, test = order[:train_rows], order[train_rows:]
            noise = by_both * rng.normal(size=len(test))
            split[test] = tested[test] + by_training * trained[train].mean() + noise
        values = np.nanmean(by_unit, axis=1)
        mean, low, high = mean_interval(values, 0.95, splits.overlap(values, by_unit))
        held += low <= 0 <= high
        widths.append(high - mean)
    # Lower by no more than three standard errors of 300 tables.
    assert promised - 3 * 0.0126 <= held / tables
    by_ratio = mean_interval(values, 0.95, (rows - train_rows) / train_rows)
    if by_both and train_rows < rows / 2:  # hardly any of it is shared
        assert np.mean(widths) < 0.3 * (by_ratio[2] - by_ratio[0])


def test_training_rows_count_where_they_show() -> None:
    rng, rows = np.random.default_rng(3), 200
    tested = rng.random(rows)

    def overlap(by_training: float) -> float:
        by_unit = np.full((20, rows), np.nan)
        for split in by_unit:
            test = rng.permutation(rows)[:60]
            split[test] = tested[test] + by_training * rng.normal()
        return Splits(140, 60).overlap(np.nanmean(by_unit, axis=1), by_unit)

    assert overlap(0.5) > 2  # nearly 140/60: a hundred times what the rows tested on explain
    seldom = [overlap(0.005) for _ in range(40)]  # a 50th of it: they hardly show
    assert np.mean([found > 1 for found in seldom]) < 0.25 and np.median(seldom) < 0.6


def test_rows_scores_are_there_for_all_fits_or_for_none() -> None:
    rows = [np.array([1.0, np.nan]), np.array([np.nan, 2.0])]
    runs = pd.DataFrame({"test_accuracy": [1.0, 2.0], "test_accuracy_by_row": rows})
    np.testing.assert_array_equal(units_of(runs, "test_accuracy"), np.stack(rows))
    assert units_of(runs, "test_loss") is None
    assert units_of(pd.concat([runs, runs[["test_accuracy"]]]), "test_accuracy") is None
