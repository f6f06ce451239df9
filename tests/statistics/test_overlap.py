import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regpipe.statistics.intervals import margin, mean_interval
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

    def overlap(by_training: float, **options: bool) -> float:
        by_unit = np.full((20, rows), np.nan)
        for split in by_unit:
            test = rng.permutation(rows)[:60]
            split[test] = tested[test] + by_training * rng.normal()
        return Splits(140, 60).overlap(np.nanmean(by_unit, axis=1), by_unit, **options)

    assert overlap(0.5, anew=True) < 0.1
    assert overlap(0.5) > 2  # nearly 140/60: a hundred times what the rows tested on explain
    seldom = [overlap(0.005) for _ in range(40)]  # a 50th of it: they hardly show
    assert np.mean([found > 1 for found in seldom]) < 0.25 and np.median(seldom) < 0.6


def test_rows_scores_are_there_for_all_fits_or_for_none() -> None:
    rows = [np.array([1.0, np.nan]), np.array([np.nan, 2.0])]
    runs = pd.DataFrame({"test_accuracy": [1.0, 2.0], "test_accuracy_by_row": rows})
    np.testing.assert_array_equal(units_of(runs, "test_accuracy"), np.stack(rows))
    assert units_of(runs, "test_loss") is None
    assert units_of(pd.concat([runs, runs[["test_accuracy"]]]), "test_accuracy") is None


def in_time(values: np.ndarray, n_train: int = 50, n_test: int = 10) -> tuple[Splits, np.ndarray]:
    """Return five origins in turn, the latest first, for so many values."""
    by_unit = np.full((len(values), n_train + 5 * n_test), np.nan)
    for k, value in enumerate(values):
        origin = n_train + (4 - k % 5) * n_test
        by_unit[k, origin : origin + n_test] = value
    return Splits(n_train, n_test, in_time=True), by_unit


def test_origins_in_time_by_hand() -> None:
    values = np.array([1.0, 4.0, 2.0, 2.0, 1.0])
    splits, by_unit = in_time(values)
    # Of the rows trained on, two origins share 0.8, 0.6, 0.4 or 0.2: 4, 3, 2 and 1 pairs of 10.
    alike = (4 * 0.8 + 3 * 0.6 + 2 * 0.4 + 0.2) / 10
    assert alike / (1 - alike) <= splits.overlap(values, by_unit) <= STEP * alike / (1 - alike)


@pytest.mark.parametrize("n_train", [50, 8])  # origins that share rows trained on, and none
def test_seeds_at_the_same_origins_are_no_further_rows(n_train: int) -> None:
    def half(values: np.ndarray, confidence: float) -> float:
        splits, by_unit = in_time(values, n_train)
        sd = float(values.std(ddof=1))
        return margin(sd, len(values), confidence, splits.overlap(values, by_unit))

    once = RNG.normal(size=5)
    many = np.tile(once, 8)
    assert half(once, 0.99) / STEP < half(many, 0.99) < half(once, 0.99) * STEP
    assert half(many, 0.95) > half(once, 0.95)  # less sure ones are on the safe side


def test_few_origins_and_unknown_rows_have_no_interval() -> None:
    values = RNG.normal(size=20)
    splits, by_unit = in_time(values)
    assert np.isfinite(splits.overlap(values, by_unit))
    assert np.isinf(splits.overlap(values, None))
    kept = np.arange(20) % 5 < 4
    assert np.isinf(splits.overlap(values[kept], by_unit[kept]))
    assert np.isinf(splits.overlap(values, np.full_like(by_unit, np.inf) * np.nan))


def test_origins_whose_values_are_all_the_same_are_worth_few() -> None:
    splits, by_unit = in_time(np.ones(20))
    assert splits.overlap(np.ones(20), by_unit) > 1


@pytest.mark.parametrize("n_train", [50, 150])
def test_intervals_over_origins_hold_where_all_comes_from_the_rows_trained_on(n_train: int) -> None:
    """As where a series drifts, too: what neighbours share shows in none of them."""
    rng, held, tables = np.random.default_rng(2), 0, 300
    for _ in range(tables):
        rows = rng.normal(size=n_train + 50)
        starts = n_train + (4 - np.arange(20) % 5) * 10
        values = np.array([rows[start - n_train : start].mean() for start in starts])
        splits, by_unit = in_time(values, n_train)
        _, low, high = mean_interval(values, 0.95, splits.overlap(values, by_unit))
        held += low <= 0 <= high
    assert held / tables >= 0.95 - 3 * 0.0126
