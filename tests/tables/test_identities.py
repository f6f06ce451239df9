"""Names of rows and columns that say the same are told of; measurements aren't."""

import uuid
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from regpipe.tables.identities import names_of_rows, notes_on_names, notes_on_twins

N = 200
RNG = np.random.default_rng(3)
MIXED = RNG.permutation(N)
PLACES = pd.Series(RNG.integers(0, 3, N))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("row", range(N)),
        ("row", 1000 + 10 * MIXED),
        ("row", (MIXED + 0.0)),
        ("PassengerId", RNG.choice(10**7, N, replace=False)),
        ("ticket", [str(uuid.UUID(int=int(k))) for k in MIXED]),
        ("who", [f"Ann {k}" if k % 4 else "Bob" for k in range(N)]),
    ],
)
def test_names_and_numbers_of_rows(name: str, values: Sequence[object]) -> None:
    table = pd.DataFrame({name: values})
    assert names_of_rows(table, [name]) == [name]
    (note,) = notes_on_names([name])
    assert note.endswith(f"--drop {name}.")


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("income", RNG.choice(10**7, N, replace=False)),  # none comes twice, and none had to
        ("row", MIXED // 2),
        ("weight", RNG.normal(size=N)),
        ("weight_id", RNG.normal(size=N)),
        ("paid", RNG.integers(0, 1000, N)),  # "id" only ends it
        ("day", pd.date_range("2020-01-01", periods=N)),
        ("city", [f"city {k % 100}" for k in range(N)]),
        ("row", range(10)),
    ],
)
def test_what_is_measured_names_no_row(name: str, values: Sequence[object]) -> None:
    assert names_of_rows(pd.DataFrame({name: values}), [name]) == []
    assert not list(notes_on_names([]))


def twins(**columns: object) -> list[str]:
    return list(notes_on_twins(pd.DataFrame(columns), list(columns)))


def test_a_code_and_its_text_are_one_column() -> None:
    words = PLACES.map({0: "third", 1: "first", 2: None})
    (note,) = twins(words=words, other=MIXED % 5, code=PLACES.where(PLACES < 2), b=MIXED % 5 * 7)
    assert note.startswith("The same in other words: 'code' and 'words', 'other' and 'b'.")
    assert note.endswith("--drop words --drop b.")
    assert twins(words=words, code=PLACES.where(PLACES.index > 0, 1 - PLACES)) == []


def test_numbers_in_another_unit_are_one_column_and_others_are_not() -> None:
    celsius = RNG.normal(size=N)
    assert "'c' and 'f'" in twins(c=celsius, f=celsius * 1.8 + 32)[0]
    assert twins(a=celsius, b=RNG.normal(size=N)) == []
    assert twins(a=[f"v{k}" for k in MIXED], b=[f"w{k}" for k in MIXED[::-1]]) == []
