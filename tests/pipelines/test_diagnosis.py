"""Fits for a diagnosis: on which rows, by which seeds, and that they fail at nothing."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.candidates.arm import Arm, baseline
from regpipe.engine.fit_store import FitStore
from regpipe.language import Protocol
from regpipe.pipelines.answer.diagnosis import _planned, _repeats, fit_for_diagnosis, kept
from regpipe.pipelines.fits import repeats_of
from regpipe.pipelines.search import candidate_of
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import Rows
from tests.conftest import PROBLEMS, arm_called
from tests.tables.test_times import problem as in_time

Fitted = Callable[..., tuple[pd.DataFrame, Trainer]]


@pytest.fixture
def fitted(protocol: Protocol, tmp_path: Path) -> Fitted:
    def fitted(samples: pd.DataFrame, arm: Arm) -> tuple[pd.DataFrame, Trainer]:
        trainer = Trainer("compiled", 1, FitStore(tmp_path))
        return fit_for_diagnosis(samples, trainer, arm, protocol), trainer

    return fitted


def test_each_origin_in_time_counts_as_often() -> None:
    of_time = [in_time(0.5, splits) for splits in (5, 3, 4, 11)]
    assert [_repeats(problem) for problem in of_time] == [5, 6, 8, 8]
    assert _repeats(PROBLEMS["moons"]) == 8


def with_times(rows: Rows, times: Any) -> Rows:
    return replace(rows, times=np.asarray(times))


def test_each_repeat_has_two_seeds_on_all_rows_and_one_on_half_and_a_quarter(
    samples_of: Callable[[str], pd.DataFrame], fitted: Fitted, protocol: Protocol
) -> None:
    samples, arm = samples_of("moons"), arm_called("moons", epochs=3, batch_size=4)
    table, trainer = fitted(samples, arm)
    keys = table.sort_values(["repeat", "share", "seed"])
    assert keys["repeat"].tolist() == np.repeat([0, 1, 2], 4).tolist()
    assert keys["share"].tolist() == 3 * [0.25, 0.5, 1, 1]
    assert keys["seed"].tolist() == 3 * [0, 0, 0, 1]
    assert keys["train_rows"].tolist() == 3 * [8, 15, 30, 30]
    assert table["test_rows"].eq(200).all() and table["outcome"].eq("completed").all()
    assert table.groupby(["repeat", "seed"])["fit_seed"].nunique().eq(1).all()
    assert table.groupby("repeat")["fit_seed"].nunique().eq(2).all()
    assert table["test_loss"].nunique() == len(table)
    assert trainer._loops.compiles == 1

    base = candidate_of(arm, samples)
    for repeat in repeats_of(arm, samples, protocol, "fresh"):  # as the baseline's own
        assert trainer.store.load(trainer.key(base.job(repeat))) is not None


@pytest.mark.usefixtures("without_xla")
def test_a_table_has_the_score_of_each_row(
    samples_of: Callable[[str], pd.DataFrame], fitted: Fitted
) -> None:
    table, _ = fitted(samples_of("diabetes"), arm_called("diabetes", epochs=1))
    tested = np.isfinite(np.stack(list(table["test_r2_by_row"])))
    assert (tested.sum(axis=1) == 133).all()
    for _, part in table.groupby("repeat"):  # the same rows, whatever is trained on
        assert (tested[part.index] == tested[part.index[0]]).all()


@pytest.mark.usefixtures("without_xla")
def test_a_class_that_is_missing_in_few_rows_is_no_failure(
    samples_of: Callable[[str], pd.DataFrame], fitted: Fitted
) -> None:
    samples = samples_of("moons")
    trained = samples[samples["split"] == "train"]
    few = trained.groupby(["protocol", "repeat", "target"]).cumcount()
    tiny = samples.drop(trained.index[few >= np.where(trained["target"] == 1, 1, 4)])
    block = PROBLEMS["moons"].model_copy(update={"metric": "balanced_accuracy"})
    short = block.training.model_copy(update={"epochs": 2, "batch_size": 2})
    arm = baseline("moons", block.model_copy(update={"training": short}))
    table, _ = fitted(tiny, arm)
    assert table["train_rows"].unique().tolist() == [5, 2]
    assert np.isfinite(table["test_balanced_accuracy"]).all()


def test_rows_that_are_held_out_to_watch_leave_the_room_of_all(
    samples_of: Callable[[str], pd.DataFrame], protocol: Protocol
) -> None:
    samples = samples_of("moons")
    arm = arm_called("moons", epochs=2, validation_split=0.2)
    repeat = repeats_of(arm, samples, protocol, "fresh", 1)[0]
    planned = list(_planned(candidate_of(arm, samples), repeat))
    assert [len(one.job.rows.x_train) for one in planned] == [24, 24, 12, 6]
    assert len({one.job.rows.room for one in planned}) == 1


def places(part: Rows, rows: Rows) -> set[int]:
    """Return which of the rows were kept, by their first feature."""
    return set(np.flatnonzero(np.isin(rows.x_train[:, 0], part.x_train[:, 0])))


def test_fewer_rows_are_a_part_of_more(moons: Rows) -> None:
    half, quarter = (kept(moons, share, 5) for share in (0.5, 0.25))
    assert places(quarter, moons) < places(half, moons)
    assert (len(half.x_train), len(quarter.y_train)) == (15, 8)
    assert places(kept(moons, 0.5, 6), moons) != places(half, moons)
    assert kept(moons, 1.0, 5) is moons
    for part in (half, quarter):  # scored and watched alike
        assert part.x_val is moons.x_val and part.x_score is moons.x_score


def test_groups_stay_whole(moons: Rows) -> None:
    groups = np.repeat(np.arange(10), 3)
    part = kept(replace(moons, groups=groups), 0.5, 1)
    values, rows = np.unique(part.groups, return_counts=True)
    assert len(values) == 5 and (rows == 3).all()
    assert places(part, moons) == set(np.flatnonzero(np.isin(groups, values)))


@pytest.mark.parametrize(
    ("times", "share", "first"),
    [
        (range(30), 0.5, 15),
        (np.repeat(range(10), 3), 0.5, 15),
        (np.repeat(range(10), 3), 0.25, 21),  # 8 rows, whose first time began with the 21st
        (np.repeat([0, 1, 2], [5, 5, 20]), 0.25, 5),  # two times at least
        (np.repeat([0, 1], [5, 25]), 0.25, 0),
    ],
)
def test_of_rows_that_have_a_time_the_latest_are_kept(
    moons: Rows, times: Any, share: float, first: int
) -> None:
    part = kept(with_times(moons, times), share, 3)
    assert places(part, moons) == set(range(first, 30))
    assert part.times is not None and len(part.times) == 30 - first


def test_the_classes_of_what_is_reconstructed_go_with_their_rows(moons: Rows) -> None:
    labelled = replace(moons, labels={"train": np.arange(30), "val": np.arange(5)})
    part = kept(labelled, 0.5, 2)
    assert set(part.labels["train"]) == places(part, moons)
    assert len(part.labels["val"]) == 5
