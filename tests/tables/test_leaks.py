"""A column that tells the target is told of; one that honestly helps isn't."""

import numpy as np
import pandas as pd
import pytest

from regpipe.tables.leaks import notes_on_leaks

N = 300


def rows() -> pd.DataFrame:
    """Return rows of which three columns together tell most of a number and of a class."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame({name: rng.normal(size=N) for name in "abc"})
    table["kind"] = rng.choice(["x", "y", "z"], N)
    table["price"] = table["a"] + table["b"] + table["c"] + rng.normal(scale=0.3, size=N)
    table["bought"] = np.where(table["price"] > 0, "yes", "no")
    return table


def notes(table: pd.DataFrame, target: str) -> list[str]:
    names = [name for name in table if name not in ("price", "bought")]
    return list(notes_on_leaks(table, target, names, classifies=target == "bought"))


@pytest.mark.parametrize("target", ["price", "bought"])
def test_columns_that_help_are_no_leak(target: str) -> None:
    assert notes(rows(), target) == []


@pytest.mark.parametrize("gaps", [False, True])
def test_the_target_in_other_words(gaps: bool) -> None:
    words = rows()["bought"].map({"yes": "sold", "no": None if gaps else "on offer"})
    (note,) = notes(rows().assign(state=words), "bought")
    assert note.startswith("One column alone tells 'bought', (nearly) without a fault: 'state'.")
    assert note.endswith(": --drop state.")


def test_the_target_in_another_unit_with_an_error() -> None:
    table = rows()
    (note,) = notes(table.assign(cents=np.exp(table["price"]).where(table.index > 0, 0)), "price")
    assert "tells 'price', (nearly) without a fault: 'cents'" in note


def test_a_rare_class_is_looked_for_too() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"a": rng.normal(size=20_000), "b": rng.normal(size=20_000)})
    table["bought"] = np.where(table.index % 2000 == 0, "yes", "no")
    assert notes(table, "bought") == []
    (note,) = notes(table.assign(paid=(table["bought"] == "yes") * 9), "bought")
    assert "'paid'" in note


def test_what_nearly_tells_the_target_is_asked_of_if_all_others_know_less() -> None:
    table = rows()
    noise, other = np.random.default_rng(2).normal(scale=0.35, size=(2, N))
    poor = table.drop(columns=["a", "b"])
    (note,) = notes(poor.assign(offer=table["price"] + noise), "price")
    assert note.startswith("One column alone tells more of 'price' than all others together: 'off")
    again = poor.assign(offer=table["price"] + noise, bid=table["price"] + other)
    assert notes(again, "price") == []  # as honest columns are that measure the same
    assert notes(table[["a", "price"]].assign(a=table["price"] + noise), "price") == []


@pytest.mark.parametrize(
    ("made", "how"),
    [
        (lambda t: t["shop"] + t["web"], "the sum of 'shop', 'web'"),
        (lambda t: 2 * t["shop"] - t["web"] + 7, "a weighted sum of 'shop', 'web'"),
        (lambda t: t["shop"] * t["web"], "a product (or quotient) of 'shop', 'web'"),
    ],
)
def test_columns_that_the_target_is_made_of(made, how: str) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(1)
    table = rows().assign(shop=rng.integers(1, 90, N), web=rng.integers(1, 90, N))
    table["seldom"] = table["shop"].where(table.index % 20 == 0)
    (note,) = notes(table.assign(price=made(table)), "price")
    assert note.startswith(f"'price' is {how}. ")
    assert note.endswith("--drop shop --drop web.")
    errors = rng.normal(scale=9, size=N)
    assert notes(table.assign(price=made(table) + errors * made(table).std() / 30), "price") == []


def test_of_columns_that_say_the_same_one_is_a_part() -> None:
    table = rows()
    table["b2"], table["price"] = 2 * table["b"], table["a"] + table["b"]
    (note,) = notes(table, "price")
    assert note.count("--drop") == 2 and "--drop a" in note


def test_a_sum_of_few_rows_is_no_finding() -> None:
    rng = np.random.default_rng(1)
    wide = pd.DataFrame(rng.normal(size=(30, 40))).rename(columns=str)
    assert notes(wide.assign(price=rng.normal(size=30)), "price") == []


def test_a_date_between_others_is_no_leak() -> None:
    place = np.arange(N) // 5
    days = pd.date_range("2020-01-01", periods=N)[place]
    table = rows().assign(day=days, price=np.sin(place / 8))
    assert notes(table, "price") == []
    assert any("'shop'" in note for note in notes(table.assign(shop=place), "price"))
