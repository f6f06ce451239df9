"""Rows that a random split shouldn't part are told of; rows that come alone aren't."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from regpipe.tables.kinship import notes_on_kinship


def notes(table: pd.DataFrame, *, classifies: bool = False) -> list[str]:
    names = [name for name in table if name != "y"]
    return list(notes_on_kinship(table, "y", names, classifies=classifies))


def alone(n: int = 600) -> pd.DataFrame:
    """Return rows that come alone, with columns of all kinds."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n)})
    table["size"] = (table["a"] * 20).round().astype(int)  # few come alone in it: it is measured
    table["volume"] = table["size"] ** 3
    table["town"] = rng.choice([f"town {k}" for k in range(40)], n)
    table["y"] = table["a"] + 0.1 * rng.normal(size=n)
    return table


def visits(n: int = 60, times: int = 6) -> pd.DataFrame:
    """Return rows of which several are of one person, in mixed order."""
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"age": rng.normal(size=n), "sex": rng.choice(["f", "m"], n)})
    table["height"], table["y"] = rng.normal(size=(2, n))
    table["person"] = rng.permutation(n)
    table = table.loc[np.repeat(table.index, times)].reset_index(drop=True)
    table["pulse"] = rng.normal(size=len(table))
    table[["height", "y"]] += 0.1 * rng.normal(size=(len(table), 2))
    return table.sample(frac=1, random_state=1, ignore_index=True)


def test_rows_that_come_alone_are_silent() -> None:
    assert notes(alone()) == []
    assert notes(alone().assign(y=alone()["y"] > 0), classifies=True) == []


@pytest.mark.parametrize("name", [lambda k: k, lambda k: f"house {k}", lambda k: k * 17 % 101])
def test_rows_of_one_group_are_near_copies(name) -> None:  # type: ignore[no-untyped-def]
    table = visits().rename(columns={"person": "house"})
    (note,) = notes(table.assign(house=table["house"].map(name)))
    assert note.startswith("Rows of the same 'house' (60 different ones) are nearly the same in")
    assert "'age', 'sex', 'height'" in note and note.endswith("--group house.")


def test_rows_of_one_group_that_are_not_alike_are_silent() -> None:
    table = visits().rename(columns={"person": "house"})
    mixed = table.sample(frac=1, random_state=2, ignore_index=True)
    assert notes(table.assign(house=mixed["house"])) == []
    assert notes(table.assign(y=mixed["y"])) == []  # what is alike says nothing of the target


@pytest.mark.parametrize(
    ("name", "told"), [("Subject", True), ("user_id", True), ("paid", False), ("households", False)]
)
def test_a_name_tells_groups_too(name: str, told: bool) -> None:
    several = np.resize(range(8), 600)
    found = notes(alone().assign(**{name: several}))
    assert [f"--group {name}" in note for note in found] == [True] * told
    once = alone().assign(**{name: np.random.default_rng(1).permutation(600)})
    assert notes(once) == []


def walk(n: int = 300) -> np.ndarray:
    return np.cumsum(np.random.default_rng(6).normal(size=n))


def series(y: Iterable[object]) -> pd.DataFrame:
    days = pd.date_range("2021-03-01", periods=300)
    return alone(300).assign(day=days, y=list(y))


@pytest.mark.parametrize("falling", [False, True])
def test_dates_in_order_are_a_time_series(falling: bool) -> None:
    table = series(np.random.default_rng(0).choice(["u", "v"], 300))
    (note,) = notes(table[::-1] if falling else table, classifies=True)
    assert note.startswith("By 'day', the rows are in order of time.")
    assert note.endswith("--time day.")


def test_dates_in_any_order_are_one_if_the_target_follows_them() -> None:
    mixed = series(walk()).sample(frac=1, random_state=1)
    assert "--time day" in notes(mixed)[0]
    assert notes(mixed.assign(y=np.random.default_rng(1).normal(size=300))) == []
    blocks = series(np.repeat(["u", "v", "w"], 100)).sample(frac=1, random_state=1)
    assert "--time day" in notes(blocks, classifies=True)[0]


def test_numbers_in_order_are_times_by_their_name() -> None:
    years = np.repeat(range(1990, 2020), 10)
    table = series(walk()).drop(columns="day")
    assert notes(table.assign(model_year=years))[0].endswith("--time model_year.")
    assert notes(table.assign(a=np.sort(table["a"]))) == []  # the file is sorted by it
    both = series(walk()).assign(year=years)
    assert [note[-len("--time day.") :] for note in notes(both)] == ["--time day."]


def test_neighbours_in_the_file_may_be_alike_without_any_column() -> None:
    table = series(walk()).drop(columns="day")
    (note,) = notes(table)
    assert "nearly the 'y' of the row before (correlation 0.9" in note and "--time NAME" in note
    assert notes(table.sort_values("y")) == []  # sorted by the target
    assert notes(table.sample(frac=1, random_state=1)) == []
    assert notes(table.assign(y=np.repeat(["u", "v"], 150)), classifies=True) == []
