"""The rows of a user's own table: splits, and numbers made by the rows that are trained on."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.candidates.check import check_parameters
from regpipe.errors import SpecError
from regpipe.language import FreshProtocol, Problem, Protocol
from regpipe.pipelines.problem.nodes import plot_samples
from regpipe.rows.samples import feature_names
from regpipe.tables.own_table import split_table
from tests.conftest import blocks

SIDES = {"age": "number", "city": "category", "side": "category", "outcome": "category"}
PROTOCOL = Protocol(fresh=FreshProtocol(repeats=4))
NETWORK = {
    "hidden": {"Dense": {"units": 4}},
    "output": {"Dense": {"units": 1, "activation": "sigmoid"}},
}
BLOCK: dict[str, Any] = {
    "title": "Mine",
    "task": "binary",
    "rows": {"table": "mine", "target": "outcome"},
    "split": {"train": 0.5, "stratify": True},
    "network": NETWORK,
    "training": {"loss": "binary_crossentropy", "epochs": 2},
}

TIMED = {**BLOCK["rows"], "time": "day"}


def mine(n: int = 80) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    age = rng.normal(40, 10, n)
    age[:5] = np.nan
    return pd.DataFrame(
        {
            "age": age,
            "city": rng.choice(["Rome", "Oslo"], n),
            "split": rng.normal(size=n),  # a name that the frame has for something else
            "person": np.repeat(np.arange(n // 4), 4),
            "outcome": np.resize(["no", "no", "no", "yes"], n),
        }
    )


def samples(table: pd.DataFrame, **changes: Any) -> pd.DataFrame:
    return split_table(table, Problem(**{**BLOCK, **changes}), PROTOCOL, "mine")


def test_every_repeat_splits_the_same_rows_anew_and_keeps_the_shares() -> None:
    found = samples(mine())
    assert feature_names(found) == [
        *("age", "split_", "person", "age is missing"),
        *("city = Oslo", "city = Rome"),
    ]
    sides = {}
    for key, part in found.groupby(["protocol", "repeat"], observed=True):
        assert len(part) == 80 and (part["split"] == "train").sum() == 40
        assert part.loc[part["split"] == "train", "target"].mean() == pytest.approx(0.25)
        sides[key] = tuple(part["split"])
    assert len(set(sides.values())) == len(sides) == 5


def test_numbers_are_made_by_the_rows_that_are_trained_on() -> None:
    for _, part in samples(mine()).groupby(["protocol", "repeat"], observed=True):
        trained, tested = (part[part["split"] == side] for side in ("train", "test"))
        assert trained["age"].mean() == pytest.approx(0, abs=1e-6)
        assert trained["age"].std(ddof=0) == pytest.approx(1, rel=1e-5)
        assert abs(tested["age"].mean()) > 1e-5
        assert set(part["city = Oslo"]) == {0, 1} and part["age is missing"].sum() == 5
        assert np.isfinite(part[feature_names(part)]).all(axis=None)


def test_rows_of_a_group_stay_together() -> None:
    rows = {**BLOCK["rows"], "group": "person"}
    found = samples(mine(), rows=rows, split={"train": 0.5})
    assert "person" not in feature_names(found)
    person = np.tile(mine()["person"], 5)
    for _, part in found.assign(person=person).groupby(["protocol", "repeat"], observed=True):
        assert (part.groupby("person")["split"].nunique() == 1).all()
        assert (part.groupby("person")["group"].nunique() == 1).all()


@pytest.mark.parametrize(
    ("person", "said"),
    [
        (np.resize(["a", "b"], 80), "mine.rows.group: 'person' names 2 groups. Expected 3 or more"),
        ([None, *range(79)], "mine.rows.group: 'person' is missing in 1 row. Expected it in all"),
        (np.resize(["a", "b", "c"], 80), "It leaves one group to train on"),
    ],
)
def test_groups_that_leave_none_to_choose_by_are_refused(person: Any, said: str) -> None:
    rows = {**BLOCK["rows"], "group": "person"}
    with pytest.raises(SpecError, match=said):
        samples(mine().assign(person=person), rows=rows, split={"train": 0.4})


def test_rows_without_a_target_are_left_out_where_that_is_said() -> None:
    outcome = [None, None, *mine()["outcome"][2:]]
    table = mine().assign(outcome=outcome)
    with pytest.raises(SpecError, match="is missing in 2 rows. Expected it in all; or `labelled_o"):
        samples(table)
    found = samples(table, rows={**BLOCK["rows"], "labelled_only": True})
    one = found[(found["protocol"] == "fresh") & (found["repeat"] == 0)]
    expected = (mine()["outcome"][2:] == "yes").to_numpy().astype(int)
    np.testing.assert_array_equal(one["target"], expected)


def test_a_split_that_the_table_says_holds_in_every_repeat() -> None:
    side = np.resize(["Train", "test", "train "], 80)
    rows = {**BLOCK["rows"], "split": "side", "columns": SIDES}
    found = samples(mine().assign(side=side), rows=rows, split={})
    said = np.char.strip(np.char.lower(side.astype(str)))
    for _, part in found.groupby(["protocol", "repeat"], observed=True):
        assert (part["split"].to_numpy() == said).all()
    with pytest.raises(SpecError, match="'side' is 'later' in a row. Expected train or test"):
        samples(mine().assign(side=["later", *side[1:]]), rows=rows, split={})


def test_a_split_that_the_table_says_may_be_the_fixed_one_alone() -> None:
    """As of published rows: which they were, and further splits of them."""
    side = np.resize(["train", "test", "train", "train"], 80)
    rows = {**BLOCK["rows"], "split": "side", "columns": SIDES}
    found = samples(mine().assign(side=side), rows=rows, split={"train": 30, "stratify": True})
    splits = {
        key: tuple(part["split"])
        for key, part in found.groupby(["protocol", "repeat"], observed=True)
    }
    assert splits.pop(("fixed", 0)) == tuple(side)
    assert len({*splits.values()}) == len(splits)
    assert all(split.count("train") == 30 for split in splits.values())


def test_numbers_may_stay_as_they_are() -> None:
    table = mine()
    found = samples(table, rows={**BLOCK["rows"], "scale": False})
    fixed = found[found["protocol"] == "fixed"]
    known = table["age"].notna().to_numpy()
    np.testing.assert_allclose(fixed["age"][known], table["age"][known], rtol=1e-6)
    trained = known & (fixed["split"] == "train").to_numpy()
    np.testing.assert_allclose(fixed["age"][~known], table["age"][trained].median(), rtol=1e-6)


def test_a_regressions_target_is_scaled_by_the_rows_trained_on() -> None:
    table = mine().assign(outcome=np.arange(80.0))
    changes = {"task": "regression", "split": {"train": 0.5}, "standardise": ["target"]}
    for _, part in samples(table, **changes).groupby(["protocol", "repeat"], observed=True):
        assert part.loc[part["split"] == "train", "target"].mean() == pytest.approx(0, abs=1e-5)


REGRESSION = {"task": "regression", "split": {"train": 0.5}, "standardise": ["target"]}


@pytest.mark.parametrize(
    "outcome",
    [1e9 + np.linspace(0, 9, 80), 1.7e9 + 0.37 * np.arange(80), 1e-30 * np.arange(80.0)],
)
def test_a_target_keeps_its_differences_however_large_it_is(outcome: np.ndarray) -> None:
    found = samples(mine().assign(outcome=outcome), **REGRESSION)
    for _, part in found.groupby(["protocol", "repeat"], observed=True):
        scaled = part["target"].to_numpy("float32")
        assert len(set(scaled)) == 80
        again = np.polyval(np.polyfit(outcome - outcome[0], scaled, 1), outcome - outcome[0])
        np.testing.assert_allclose(scaled, again, atol=1e-5)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("age", 1e39, "column 'age' is beyond 3.4e+38 in 1 row"),
        ("age", -1e300, "column 'age' is beyond 3.4e+38 in 1 row"),
        ("outcome", 1e39, "the target 'outcome' is beyond 3.4e+38 in 1 row"),
    ],
)
def test_numbers_that_no_network_can_hold_are_refused(column: str, value: float, said: str) -> None:
    table = mine().assign(outcome=np.arange(80.0))
    table.loc[7, column] = value
    with pytest.raises(SpecError, match=re.escape(said)):
        samples(table, **REGRESSION)


def test_a_target_whose_differences_no_number_can_hold_is_refused() -> None:
    with pytest.raises(SpecError, match="differ by too little or too much"):
        samples(mine().assign(outcome=1e-200 * np.arange(80)), **REGRESSION)


def test_each_feature_has_a_name_of_its_own() -> None:
    table = (
        mine()
        .drop(columns="split")
        .assign(
            **{"target": 1.0 * np.arange(80), "target_": 2.0 * np.arange(80)},
            **{"city = Oslo": 3.0 * np.arange(80), "age is missing": 4.0 * np.arange(80)},
        )
    )
    found = samples(table)
    names = feature_names(found)
    assert len(names) == len(set(names)) == found.shape[1] - 5
    part = found[(found["protocol"] == "fixed") & (found["split"] == "train")]
    for name in ("target_", "target__"):  # the columns called target and target_
        assert part[name].std(ddof=0) == pytest.approx(1, rel=1e-4)
    assert set(part["city = Oslo_"]) == {0, 1} and len(set(part["city = Oslo"])) == 40


def test_blanks_around_texts_and_categories_without_a_row_do_not_count() -> None:
    city = pd.Series(np.resize(["Rome", " Rome", "Oslo "], 80))
    never = pd.CategoricalDtype(["no", "yes", "never"])
    outcome = pd.Series(np.resize(["no", "yes"], 80)).astype(never)
    found = samples(mine().assign(city=city, outcome=outcome))
    assert [n for n in feature_names(found) if n.startswith("city")] == [
        "city = Oslo",
        "city = Rome",
    ]
    assert set(found["target"]) == {0, 1}


def test_numbers_that_are_said_to_be_names_are_categories() -> None:
    person = np.where(np.arange(80) % 7, np.arange(80) % 3, np.nan)
    rows = {**BLOCK["rows"], "columns": {"person": "category", "outcome": "category"}}
    found = feature_names(samples(mine().assign(person=person), rows=rows))
    assert [name for name in found if name.startswith("person")] == [
        *("person = (missing)", "person = 0", "person = 1", "person = 2"),
    ]


def test_two_columns_are_drawn_by_their_names() -> None:
    table = mine()[["age", "person", "outcome"]].assign(age=np.arange(80.0))
    classes = {**BLOCK["rows"], "classes": ["no", "yes"]}
    problem = Problem(**{**BLOCK, "rows": classes})
    figure = plot_samples(split_table(table, problem, PROTOCOL, "mine"), problem)
    assert [ax.get_xlabel() for ax in figure.axes] == ["age", "person"]


def test_a_class_too_rare_to_split_is_told() -> None:
    outcome = ["yes", "yes", *["no"] * 78]
    with pytest.raises(SpecError, match="mine.split: the 80 rows of the table can't be split so"):
        samples(mine().assign(outcome=outcome), split={"train": 1, "stratify": True})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rows": {"table": "mine", "target": "outcome", "targt": 1}}, "mine.rows.targt"),
        ({"rows": {"table": "mine"}}, "mine.rows.target: this key is missing"),
        ({"rows": {**BLOCK["rows"], "group": "outcome"}}, "'outcome' is named twice"),
        ({"rows": {**BLOCK["rows"], "columns": {"outcome": "drop"}}}, "columns.outcome: it is us"),
        ({"rows": {**BLOCK["rows"], "columns": {"age": "number"}}}, "columns: 'outcome' is miss"),
        ({"rows": {**BLOCK["rows"], "columns": {"age": {"kind": "date", "unit": "m"}}}}, "unit: "),
        ({"rows": {**BLOCK["rows"], "group": "person"}}, "rows of a group stay together"),
        (
            {
                "rows": {**BLOCK["rows"], "split": "side"},
                "split": {"train": 0.5, "random_state": 1},
            },
            "Expected one of both",
        ),
        (
            {"rows": {**BLOCK["rows"], "split": "side"}, "split": {"stratify": True}},
            "the column 'side' splits all repeats",
        ),
        ({"rows": TIMED, "split": {"train": 0.5, "stratify": True}}, "`time`, which splits them"),
        ({"rows": TIMED, "split": {"train": 0.5, "random_state": 1}}, "is the latest in `time`"),
        ({"rows": {**TIMED, "split": "side"}, "split": {}}, "`time` says which rows each split"),
        ({"rows": {**TIMED, "group": "person"}, "split": {"train": 9}}, "both sides of an origin"),
        ({"rows": {**TIMED, "time": "outcome"}, "split": {"train": 9}}, "'outcome' is named twice"),
        ({"split": {"train": 0.5, "n_splits": 5}}, "this is for rows that have a `time`"),
        ({"rows": TIMED, "split": {"train": 0.5, "n_splits": 1}}, "mine.split.n_splits"),
        ({"rows": {**BLOCK["rows"], "classes": ["a", "b", "c"]}}, "expected two of them"),
        ({"split": {}}, "mine.split.train: this key is missing"),
        ({"input_shape": [2, 2]}, "Expected neither `input_shape`"),
        ({"metric": "r2"}, "a binary problem has no r2"),
    ],
)
def test_what_a_block_cannot_mean_is_refused(changes: dict[str, Any], said: str) -> None:
    problems = {**blocks("problems"), "mine": {**BLOCK, **changes}}
    parameters = {**blocks("parameters"), **blocks("techniques"), **problems}
    with pytest.raises(SpecError) as error:
        check_parameters(parameters, problems, blocks("techniques"))
    assert len(error.value.faults) == 1 and said in error.value.faults[0], error.value.faults
