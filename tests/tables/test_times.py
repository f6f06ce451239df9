"""A column of times splits the rows: nothing is trained on that is as late as what it tells."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.candidates.arm import baseline
from regpipe.engine.job import Job
from regpipe.errors import SpecError
from regpipe.ingredients.after_stopping import Refit
from regpipe.language import FreshProtocol, Problem, Protocol
from regpipe.language.settings import Holdouts
from regpipe.pipelines.export.nodes import prepare
from regpipe.pipelines.fits import Repeat, watched
from regpipe.pipelines.search import held_out
from regpipe.report.keras_code import keras_code
from regpipe.rows.arrays import Rows, hold_out, rows_of
from regpipe.tables.new_problem import propose
from regpipe.tables.own_table import split_table
from regpipe.tables.reading import Options
from regpipe.tables.times import times_of

PROTOCOL = Protocol(fresh=FreshProtocol(repeats=7))
STOPPING = {"validation_split": 0.3, "early_stopping": {"patience": 2}}
REFIT = {**STOPPING, "after_stopping": {"then": "refit", "splits": 4}}


def problem(train: float | int = 0.5, n_splits: int | None = None, **changes: Any) -> Problem:
    block: dict[str, Any] = {
        "title": "Mine",
        "task": "regression",
        # So that rows tell when they were: `when` has the same numbers, and is an input.
        "rows": {"table": "mine", "target": "y", "time": "day", "scale": False},
        "split": {"train": train, "n_splits": n_splits},
        "network": {"output": {"Dense": {"units": 1}}},
        "training": {"loss": "mse", "epochs": 2},
    }
    return Problem(**{**block, **changes})


def table(n_rows: int = 60, n_times: int = 10_000, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    day = rng.integers(0, n_times, n_rows)
    return pd.DataFrame({"day": day, "when": day, "y": rng.normal(size=n_rows)})


def rows_in(frame: pd.DataFrame, asked: Problem, protocol: str = "fresh") -> list[Rows]:
    samples = split_table(frame, asked, PROTOCOL, "mine")
    return rows_of(samples, protocol, baseline("mine", asked))


def assert_in_time(rows: Rows, part: str = "score") -> None:
    (x_train, _), (x, _) = rows.part("train"), rows.part(part)  # type: ignore[arg-type]
    assert len(x_train) and len(x)
    assert x_train[:, 0].max() < x[:, 0].min()


def test_nothing_is_trained_on_that_is_as_late_as_what_is_tested_or_held_out() -> None:
    """Of random tables, with rows of equal time; held out once, and of what is left once more."""
    rng, made = np.random.default_rng(3), 0
    for seed in range(60):
        n_rows = int(rng.integers(20, 150))
        frame = table(n_rows, int(rng.integers(8, 300)), seed)
        asked = problem(float(rng.uniform(0.15, 0.8)), int(rng.integers(2, 7)))
        try:
            samples = split_table(frame, asked, PROTOCOL, "mine")
        except SpecError:
            continue
        made += 1
        arm = baseline("mine", asked)
        repeats = [rows for part in ("fixed", "fresh") for rows in rows_of(samples, part, arm)]
        assert len({(len(rows.x_train), len(rows.x_score)) for rows in repeats}) == 1
        share, ways = float(rng.uniform(0.05, 0.9)), int(rng.integers(1, 5))
        for rows in repeats:
            assert_in_time(rows)
            for k in range(ways):
                held = hold_out(rows, share, seed=k, way=(k, ways))
                assert_in_time(held, "val")
                assert len(held.x_train) + len(held.x_val) == len(rows.x_train)
                assert held.x_score is rows.x_score
                assert_in_time(hold_out(held, share, seed=k), "val")
    assert made > 30


def test_origins_are_taken_in_turn_from_the_latest_on() -> None:
    frame, asked = table(), problem()
    (fixed,), fresh = rows_in(frame, asked, "fixed"), rows_in(frame, asked)
    ends = [rows.x_score[:, 0].max() for rows in fresh]
    assert ends[0] == fixed.x_score[:, 0].max() == frame["day"].max()
    assert ends[:5] == sorted(ends[:5], reverse=True) and len(set(ends[:5])) == 5
    assert ends[5:] == ends[:2]
    assert len({rows.data_seed for rows in fresh}) == 7


def test_the_order_of_the_file_does_not_matter_and_the_time_is_no_input() -> None:
    frame = table()
    samples = split_table(frame, problem(), PROTOCOL, "mine")
    mixed = split_table(frame.sample(frac=1, random_state=1), problem(), PROTOCOL, "mine")
    pd.testing.assert_frame_equal(samples, mixed)
    assert "day" not in samples and "when" in samples
    outside = samples["split"].isna()
    assert outside.any() and set(samples.loc[~outside, "split"]) == {"train", "test"}


def test_scaling_knows_the_rows_trained_on_alone() -> None:
    asked = problem(rows={"table": "mine", "target": "y", "time": "day"}, standardise=["target"])
    for rows in rows_in(table(), asked):
        assert rows.x_train[:, 0].mean() == pytest.approx(0, abs=1e-5)
        assert rows.y_train.mean() == pytest.approx(0, abs=1e-5)
        assert rows.x_score[:, 0].min() > rows.x_train[:, 0].max()


def test_every_way_to_hold_out_takes_the_latest_rows_the_later_the_fewer() -> None:
    rows = rows_in(table(), problem())[0]
    ways = held_out(Repeat("fresh", 0, rows, 1), Holdouts(holdouts=3))
    assert [len(held.x_val) for held in ways] == [9, 6, 3]  # of 30 rows
    for held in ways:
        np.testing.assert_array_equal(np.concatenate([held.x_train, held.x_val]), rows.x_train)
    assert len({held.room for held in ways}) == 1  # so that they share a compile
    seen: list[Rows] = []

    def once(changes: Any, held: Rows, seed: int, **more: Any) -> Any:
        seen.append(held)
        raise_after = len(seen) > 4
        if raise_after:
            raise KeyboardInterrupt
        return type("Fit", (), {"best_epoch": 1})

    training = baseline("mine", problem(training={"loss": "mse", "epochs": 2, **REFIT})).training
    with pytest.raises(KeyboardInterrupt):
        Refit(then="refit", splits=4).train(once, hold_out, training, rows, 1)
    assert [len(held.x_train) for held in seen] == [21, 23, 26, 28, 30]


def test_an_export_stops_by_the_latest_rows() -> None:
    asked = problem(training={"loss": "mse", "epochs": 2, **STOPPING})
    prepared = prepare(table(), asked, "mine")
    held = watched(baseline("mine", asked), prepared.rows, 1)
    assert len(held.x_val) == 18
    assert_in_time(held, "val")


def test_a_date_among_rows_that_are_split_at_random_is_known() -> None:
    columns = {"day": {"kind": "date"}, "x": {"kind": "number"}, "y": {"kind": "number"}}
    own = {"table": "mine", "target": "y", "columns": columns, "scale": False}
    assert problem(rows=own).dated == "day"
    assert problem(rows={**own, "time": "day"}).dated is None
    without = {name: column for name, column in columns.items() if name != "day"}
    assert problem(rows={**own, "columns": without}).dated is None


def test_a_second_pass_of_other_times_is_another_fit() -> None:
    rows = rows_in(table(), problem())[0]
    for training, differ in (({}, False), (REFIT, True)):
        arm = baseline("mine", problem(training={"loss": "mse", "epochs": 2, **training}))
        of_others = Rows(**{**vars(rows), "times": np.arange(30) // 2})
        keys = {Job(arm, {}, one, 1).key("compiled") for one in (rows, of_others)}
        assert (len(keys) == 2) == differ


def test_plain_keras_code_holds_out_the_last_rows() -> None:
    arms = [
        baseline("mine", problem(training={"loss": "mse", "epochs": 2, **training}))
        for training in (STOPPING, REFIT)
    ]
    rows = rows_in(table(), problem())[0]
    for arm, splits in zip(arms, (1, 4), strict=True):
        code = keras_code(arm, (1,))
        assert "the latest 30% of the rows" in code and "shuffle=False" in code
        assert "random_state" not in code
        (size,) = (line for line in code.splitlines() if "test_size=" in line)
        for split in range(splits):
            held = hold_out(rows, 0.3, 1, (split, splits))
            said = size.strip().removeprefix("test_size=").removesuffix(",")
            n = eval(said, {"x_train": rows.x_train, "split": split})
            assert n == len(held.x_val)


@pytest.mark.parametrize(
    "times",
    [
        [2.5, 1, 2.5],
        [np.inf, 7, np.inf],
        pd.to_datetime(["2011-10-01", "2011-09-30", "2011-10-01"]),
    ],
)
def test_numbers_and_dates_are_put_in_order(times: Any) -> None:
    assert times_of(pd.Series(times, name="day"), "mine.rows.time").tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (pd.to_datetime(["2011-01-01", None]), "'day' is missing in 1 row. Expected it in all"),
        ([1.0, np.nan], "'day' is missing in 1 row"),
        (["Jan", "Feb"], "'day' holds 'Jan', 'Feb'. Expected numbers or dates"),
    ],
)
def test_other_columns_are_refused_by_name(times: Any, said: str) -> None:
    with pytest.raises(SpecError, match=f"mine.rows.time: {said}"):
        times_of(pd.Series(times, name="day"), "mine.rows.time")


def test_too_few_times_are_refused() -> None:
    with pytest.raises(SpecError, match="mine.split: the 60 rows of the table can't be split so"):
        split_table(table().assign(day=np.arange(60) // 20), problem(), PROTOCOL, "mine")


@pytest.mark.parametrize("style", ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%y", "%b %d, %Y"])
def test_a_new_problem_may_have_a_time(style: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    days = pd.date_range("2010-12-01", periods=60)
    frame = table().assign(day=days.strftime(style), when=range(60))
    frame.sample(frac=1, random_state=1).to_csv(file, index=False)
    found = propose("mine", file, "mine.csv", "y", Options(time="day"))
    assert found.problem["rows"]["time"] == "day"
    assert found.problem["split"] == {"train": 0.5} and found.problem["metric"] == "mse"
    assert found.columns.numeric == ("when",)
    assert any("by 'day', which is no input" in note for note in found.notes)
    assert not any("balanced accuracy" in note for note in found.notes)
    for rows in rows_in(found.whole, Problem(**found.problem)):
        assert_in_time(rows)


def test_a_time_needs_other_defaults_of_classes_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().assign(y=np.resize(["a", "b"], 60)).to_csv(file, index=False)
    block = propose("mine", file, "mine.csv", "y", Options(time="day", train=20)).problem
    assert block["split"] == {"train": 20} and "metric" not in block
    for options, said in (
        ({"time": "dya"}, "--time: there is no column 'dya'"),
        ({"time": "y"}, "mine.rows: the column 'y' is named twice"),
        ({"group": "y"}, "mine.rows: the column 'y' is named twice"),
        ({"time": "day", "drop": ["day"]}, "it is the target, the group, the time or the split"),
    ):
        with pytest.raises(SpecError, match=said):
            propose("mine", file, "mine.csv", "y", Options(**options))
    names = [f"day {chr(97 + k % 26)}{chr(97 + k // 26)}" for k in range(60)]
    table().assign(day=names).to_csv(file, index=False)
    with pytest.raises(SpecError, match="mine.rows.time: 'day' holds 'day aa', 'day ba'. Expected"):
        propose("mine", file, "mine.csv", "y", Options(time="day"))
