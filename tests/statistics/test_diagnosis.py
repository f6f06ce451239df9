"""What is planted in the scores of some fits is what is told of them."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.language import Statistics
from regpipe.statistics.diagnosis import Diagnosis, diagnose
from regpipe.statistics.overlap import INDEPENDENT, ONE_SAMPLE, Splits
from tests.conftest import PROBLEMS

SHARES = {0.25: 10, 0.5: 20, 1.0: 40}
WIGGLE = 0.002 * np.array([-1, 1, 0, 2, -2, 1, -1, 0])  # of eight repeats


def fits(
    test: tuple[float, float, float] = (0.7, 0.74, 0.76),
    train: float = 0.95,
    metric: str = "accuracy",
    of_rows: Any = WIGGLE,
    of_seed: float = 0.0,
    guess: float = 0.5,
) -> pd.DataFrame:
    """Fits whose mean test scores on a quarter, half and all of the rows are these."""
    rows = [
        {
            "repeat": k, "share": share, "seed": seed, "train_rows": SHARES[share],
            "outcome": "completed", "guess": guess, f"train_{metric}": train,
            f"test_{metric}": mean + shift * (1 + share) + seed * of_seed * (-1) ** k,
        }
        for share, mean in zip(SHARES, test, strict=True)
        for k, shift in enumerate(of_rows)
        for seed in ((0, 1) if share == 1 else (0,))
    ]  # fmt: skip
    return pd.DataFrame(rows)


def diagnosed(table: pd.DataFrame, problem: str = "moons", splits: Splits = INDEPENDENT) -> Any:
    return diagnose(table, PROBLEMS[problem], Statistics(), splits)


def test_means_the_gap_and_what_regularization_can_give() -> None:
    found = diagnosed(fits().sample(frac=1, random_state=0))
    assert (found.repeats, found.diverged, found.state) == (8, 0, "overfits")
    assert found.train == pytest.approx(0.95)
    assert found.test.mean == pytest.approx(0.76) and found.test.ci_low < 0.76 < found.test.ci_high
    assert found.guess == 0.5
    assert found.gap == found.at_most == pytest.approx(0.19)
    curve = [(point.share, point.rows, point.test) for point in found.curve]
    assert curve == [(0.25, 10, 0.7), (0.5, 20, pytest.approx(0.74)), (1.0, 40, found.test.mean)]


def test_a_gain_that_halves_with_each_doubling_halves_once_more() -> None:
    found = diagnosed(fits((0.7, 0.74, 0.76)))
    assert found.last_doubling.mean == pytest.approx(0.02) and found.last_doubling.ci_low > 0
    assert found.doubled == pytest.approx(0.01)


def test_gains_are_paired_whatever_the_order_of_the_table() -> None:
    ordered, shuffled = diagnosed(fits()), diagnosed(fits().sample(frac=1, random_state=3))
    for end in ("mean", "ci_low", "ci_high"):
        expected = getattr(ordered.last_doubling, end)
        assert getattr(shuffled.last_doubling, end) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ((0.5, 0.51, 0.55), 0.04 * 0.45 / 0.49),  # grew: 0.04 a time would end beyond 1
        ((0.5, 0.49, 0.53), 0.04 * 0.47 / 0.51),  # nothing to compare with
        ((0.1, 0.5, 0.9), 0.4 * 0.1 / 0.5),
    ],
)
def test_gains_are_not_taken_to_grow_nor_to_pass_the_best_score(
    test: tuple[float, float, float], expected: float
) -> None:
    assert diagnosed(fits(test, train=1.0)).doubled == pytest.approx(expected)


@pytest.mark.parametrize("test", [(0.7, 0.75, 0.7502), (0.7, 0.76, 0.75)])
def test_what_twice_the_rows_give_is_not_told_where_the_last_doubling_gave_nothing_sure(
    test: tuple[float, float, float],
) -> None:
    assert diagnosed(fits(test)).doubled is None


def test_an_error_is_better_where_it_is_less() -> None:
    table = fits((0.3, 0.2, 0.15), train=0.05, metric="mse", of_rows=WIGGLE / 10)
    found = diagnosed(table, "codes")
    assert found.metric == "mse" and found.state == "overfits"
    assert found.gap == found.at_most == pytest.approx(0.1)
    assert found.doubled == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("train", "test", "state"),
    [(0.76, 0.762, "open"), (0.7, 0.76, "open"), (0.999, 0.996, "done"), (np.nan, 0.7, "unknown")],
)
def test_where_train_is_no_better_than_test_regularization_gives_nothing(
    train: float, test: float, state: str
) -> None:
    found = diagnosed(fits((test, test, test), train=train, of_rows=WIGGLE / 10))
    assert found.state == state
    expected = max(train - test, 0) if state != "unknown" else np.nan
    assert found.at_most == pytest.approx(expected, abs=1e-9, nan_ok=True)


def test_luck_is_shared_between_rows_and_seeds_as_planted() -> None:
    rng = np.random.default_rng(1)
    table = fits(of_rows=rng.normal(0, 0.03, 2000))  # twice that, on all rows
    whole = table["share"] == 1
    table.loc[whole, "test_accuracy"] += rng.normal(0, 0.03, whole.sum())
    noise = diagnosed(table).noise
    assert noise.rows == pytest.approx(0.8, abs=0.04) and noise.seeds == pytest.approx(
        1 - noise.rows
    )
    assert noise.seeds_low < 0.2 < noise.seeds_high < noise.seeds_low + 0.1
    assert noise.sd == pytest.approx(0.03 * 5**0.5, rel=0.05)


def test_the_interval_of_the_seeds_share_holds_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(2), 0
    for _ in range(200):
        table = fits(of_rows=rng.normal(0, 0.01, 8))
        whole = table["share"] == 1
        table.loc[whole, "test_accuracy"] += rng.normal(0, 0.02, whole.sum())
        noise = diagnosed(table).noise
        held += noise.seeds_low <= 0.5 <= noise.seeds_high
    assert 182 <= held <= 198  # of 190 expected


def test_luck_is_all_of_rows_where_seeds_change_nothing_and_none_where_nothing_does() -> None:
    noise = diagnosed(fits()).noise
    assert (noise.rows, noise.seeds, noise.seeds_low, noise.seeds_high) == (1, 0, 0, 0)
    none = diagnosed(fits(of_rows=np.zeros(8))).noise
    assert np.isnan([none.rows, none.seeds, none.sd]).all()


def test_gains_on_splits_of_a_table_are_told_where_halves_are_drawn_anew() -> None:
    """What they differ by comes from the halves, and splits share nothing of those."""
    table = fits(of_rows=5 * WIGGLE)
    rng = np.random.default_rng(5)
    parts = [np.where(rng.random(100) < 0.3, 0.0, np.nan) for _ in range(8)]
    own = rng.normal(0, 0.01, 100)
    for place, row in table.iterrows():
        by_row = parts[int(row["repeat"])] + row["share"] * own
        by_row = by_row - np.nanmean(by_row) + row["test_accuracy"]
        table.loc[[place], "test_accuracy_by_row"] = pd.Series([by_row], [place])
    found = diagnosed(table, splits=Splits(70, 30))
    assert found.last_doubling.ci_low > 0 and found.doubled == pytest.approx(0.01)
    independent = diagnosed(table, splits=INDEPENDENT)
    assert found.test.ci_low < independent.test.ci_low
    assert found.last_doubling.ci_low <= independent.last_doubling.ci_low


@pytest.mark.parametrize("splits", [INDEPENDENT, ONE_SAMPLE])
def test_of_few_repeats_or_of_one_split_there_is_no_interval(splits: Splits) -> None:
    few = fits(of_rows=WIGGLE[:3] if splits is INDEPENDENT else WIGGLE)
    found = diagnosed(few, splits=splits)
    assert np.isnan(found.test.ci_low) and found.doubled is None
    assert found.last_doubling.mean == pytest.approx(0.02, abs=0.002)


def test_a_single_repeat_has_no_luck_to_tell() -> None:
    found = diagnosed(fits(of_rows=[0.0]))
    assert found.repeats == 1 and np.isnan(found.noise.seeds)


def test_it_is_the_same_after_a_file_held_it() -> None:
    table = fits(of_rows=np.zeros(8))  # without luck, and so with numbers that aren't known
    table.loc[0, "outcome"] = "diverged"
    found = diagnosed(table)
    assert found.diverged == 1
    again = Diagnosis.model_validate_json(found.model_dump_json())
    assert again.model_dump_json() == found.model_dump_json()
    assert np.isnan(again.noise.rows)
