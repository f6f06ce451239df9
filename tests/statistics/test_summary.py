import numpy as np
import pandas as pd
import pytest

from regpipe.language import Published, Statistics
from regpipe.statistics.intervals import mean_interval
from regpipe.statistics.overlap import INDEPENDENT, ONE_SAMPLE, Splits
from regpipe.statistics.plan import ALONE, Plan
from regpipe.statistics.summary import (
    Mean,
    Spread,
    compare_runs,
    mean_of_runs,
    sides_within,
    spread,
)
from tests.conftest import PROBLEMS

STATISTICS = Statistics()
MOONS = PROBLEMS["moons"]
N = 6  # repeats of each protocol


def runs(shift: float) -> pd.DataFrame:
    accuracy = [0.8, 0.9, 0.85, 0.85, 0.8, 0.9]
    return pd.DataFrame(
        {
            "protocol": ["fixed"] * N + ["fresh"] * N,
            "repeat": [*range(N)] * 2,
            "data_seed": range(2 * N),
            "fit_seed": range(2 * N),
            "settings": "same",
            "train_accuracy": 1.0,
            **{f"test_{score}": 1.0 for score in MOONS.kind.scores},
            "test_accuracy": [a + shift for a in accuracy] * 2,
            "test_loss": [0.5 - shift] * 2 * N,
        }
    )


def test_runs_are_paired_by_protocol_and_repeat_whatever_their_order() -> None:
    shuffled = runs(0.05).sample(frac=1, random_state=1)
    compared = compare_runs(runs(0), shuffled, MOONS, STATISTICS, INDEPENDENT, ALONE).set_index(
        ["protocol", "metric"]
    )
    pairs = [(p, score) for p in ("fixed", "fresh") for score in MOONS.kind.scores]
    assert list(compared.index) == pairs
    fresh = compared.loc[("fresh", "accuracy")]
    assert fresh["mean"] == pytest.approx(0.05) and 0 < fresh["ci_low"] < 0.05
    assert fresh["verdict"] == compared.loc[("fresh", "loss")]["verdict"] == "helps"


def test_seeds_on_one_draw_have_no_verdict() -> None:
    compared = compare_runs(runs(0), runs(0.05), MOONS, STATISTICS, INDEPENDENT, ALONE).set_index(
        "protocol"
    )
    fixed = compared.loc["fixed"]
    assert fixed["verdict"].isna().all() and fixed["p_value"].isna().all()
    assert fixed[["ci_low", "ci_high", "p_better_low"]].isna().all(axis=None)
    accuracy = fixed[fixed["metric"] == "accuracy"].iloc[0]
    assert (accuracy["wins"], accuracy["ties"], accuracy["pairs"]) == (N, 0, N)
    assert accuracy["mean"] == pytest.approx(0.05)


def test_splits_of_the_same_rows_widen_the_interval() -> None:
    """By Nadeau and Bengio's factor: 133 rows tested on for 309 trained on."""
    bare, with_it = runs(0), runs(0.05)
    with_it["test_accuracy"] += [0.01, -0.01, 0, 0.02, -0.02, 0] * 2
    alone, shared = (
        compare_runs(bare, with_it, MOONS, STATISTICS, splits, ALONE)
        .set_index(["protocol", "metric"])
        .loc[("fresh", "accuracy")]
        for splits in (INDEPENDENT, Splits(309, 133))
    )
    factor = np.sqrt(1 + N * 133 / 309)
    assert shared["ci_high"] - shared["mean"] == pytest.approx(
        factor * (alone["ci_high"] - alone["mean"])
    )


def test_seeds_on_the_one_split_of_a_table_are_too_few() -> None:
    compared = compare_runs(runs(0), runs(0.05), MOONS, STATISTICS, ONE_SAMPLE, ALONE)
    fresh = compared[compared["protocol"] == "fresh"]
    assert set(fresh["verdict"]) == {"too few"} and fresh["ci_low"].isna().all()


def test_a_mean_near_its_bound_has_an_interval_that_ends_there() -> None:
    fresh = runs(0).query("protocol == 'fresh'").assign(test_accuracy=[1, 1, 1, 0.95, 1, 1])
    told = mean_of_runs(fresh, "accuracy", 0.95, Splits(1, 1))
    mean, low, high = mean_interval(fresh["test_accuracy"].to_numpy(float), 0.95, 1)
    assert high > 1
    assert told == Mean(mean=mean, ci_low=low, ci_high=1.0)


def test_spread_by_hand() -> None:
    found = spread(runs(0).head(3), "accuracy")
    assert dict(found["test"]) == pytest.approx({"mean": 0.85, "sd": 0.05, "min": 0.8, "max": 0.9})
    assert found["train"] == Spread(mean=1.0, sd=0.0, min=1.0, max=1.0)
    assert spread(runs(0).head(1), "accuracy")["test"].sd == 0


@pytest.mark.parametrize(
    ("published", "sides"),
    [
        ({"train": 1.0, "test": 0.85}, ["train", "test"]),
        ({"test": 0.9004}, ["test"]),  # but for the rounding of the published number
        ({"test": 0.91}, []),
        ({"train": 0.9, "test": 0.85}, ["test"]),
        ({"train": 0.9, "test": 0.5}, []),
    ],
)
def test_the_repeats_range_over_a_number_or_not(
    published: dict[str, float], sides: list[str]
) -> None:
    found = spread(runs(0).head(3), "accuracy")
    assert sides_within(found, Published(source="s", **published)) == sides


@pytest.mark.parametrize("column", ["repeat", "settings", "data_seed", "fit_seed"])
def test_tables_of_two_different_runs_are_refused(column: str) -> None:
    stale = runs(0)
    stale[column] = stale[column] + ("!" if column == "settings" else 1)
    with pytest.raises(
        ValueError, match="Of 12 fits of the technique, .* have a partner among the 12"
    ):
        compare_runs(stale, runs(0.05), MOONS, STATISTICS, INDEPENDENT, ALONE)
    with pytest.raises(ValueError, match="Of 12 fits of the technique, 11"):
        compare_runs(runs(0).tail(11), runs(0.05), MOONS, STATISTICS, INDEPENDENT, ALONE)


def test_a_technique_that_was_decided_early_is_compared_over_its_own_repeats() -> None:
    compared = compare_runs(
        runs(0), runs(0.05).drop(index=11), MOONS, STATISTICS, INDEPENDENT, ALONE
    )
    assert dict(compared.groupby("protocol")["pairs"].first()) == {"fixed": N, "fresh": N - 1}


def test_interim_analyses_widen_intervals_of_fresh_repeats_alone() -> None:
    bare, with_it = runs(0), runs(0.05)
    with_it["test_accuracy"] += [0.01, -0.01, 0, 0.01, -0.01, 0] * 2
    once, often = (
        compare_runs(bare, with_it, MOONS, STATISTICS, INDEPENDENT, plan).set_index(
            ["protocol", "metric"]
        )
        for plan in (ALONE, Plan((N, 20), remembered=False))
    )
    for end, sign in (("ci_low", -1), ("ci_high", 1)):
        moved = sign * (often[end] - once[end])
        assert moved["fresh", "accuracy"] > 0 and np.isnan(moved["fixed", "accuracy"])
    assert often["p_value"]["fresh", "accuracy"] > once["p_value"]["fresh", "accuracy"]
