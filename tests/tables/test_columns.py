"""A user's own table: what its columns are, and what nothing can be made of."""

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.tables.columns import Columns, describe
from regpipe.tables.kinds import MISSING
from regpipe.tables.target import infer_task
from regpipe.tables.tidy import rows_of


def table(**columns: Any) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, 60),
            "city": rng.choice(["Rome", "Oslo", "Bern"], 60),
            "member": rng.random(60) > 0.5,
            "outcome": np.resize(["no", "yes"], 60),
            **columns,
        }
    )


def faults(
    frame: pd.DataFrame, task: Any = "binary", target: str = "outcome", **rows: Any
) -> list[str]:
    with pytest.raises(SpecError) as error:
        described(frame, task, target, **rows)
    return list(error.value.faults)


def described(
    frame: pd.DataFrame, task: Any = "binary", target: str = "outcome", **rows: Any
) -> Columns:
    block = TableRows(table="mine", target=target, **rows)
    typed, block = rows_of(frame, block, "mine.rows")
    return describe(typed, block, task, "mine.rows")


def test_columns_are_told_apart() -> None:
    frame = table(one=1, score=np.where(np.arange(60) % 7, 1.5, np.nan))
    frame.loc[3, "city"] = None
    found = described(frame)
    assert found.numeric == ("age", "member", "score")
    assert found.gaps == ("score",)
    assert found.categorical == {"city": (MISSING, "Bern", "Oslo", "Rome")}
    assert found.constant == ("one",)
    assert found.classes == ("no", "yes")


def test_classes_keep_the_order_in_which_they_are_said() -> None:
    assert described(table(), classes=["yes", "no"]).classes == ("yes", "no")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"age": [np.inf, *range(59)]}, "infinite in 1 row."),
        ({"age": ["low", *map(str, range(59))]}, "holds numbers, but 'low' in 1 row"),
        ({"outcome": pd.date_range("2024-01-01", periods=60)}, "holds dates"),
        ({"city": ["(other)", *["Rome", "Oslo"] * 29, "Bern"]}, "is the text '(other)'"),
        ({"outcome": ["yes"] * 60}, "'yes' in all rows"),
        ({"outcome": ["rare"] + ["no", "yes"] * 29 + ["no"]}, "has 3 classes"),
        ({"outcome": [None, *["no", "yes"] * 29, "no"]}, "is missing in 1 row"),
    ],
)
def test_what_nothing_can_be_made_of_is_refused_in_one_line(
    columns: dict[str, Any], said: str
) -> None:
    found = faults(table(**columns))
    assert len(found) == 1 and said in found[0], found


def test_a_class_of_a_single_row_is_refused() -> None:
    frame = table(outcome=["rare", *np.resize(["no", "yes"], 59)])
    assert "'rare' in fewer than two rows" in faults(frame, "multiclass")[0]


def test_all_that_is_wrong_is_told_at_once() -> None:
    found = faults(table(age=[np.inf, *range(59)], outcome=["yes"] * 60))
    assert len(found) == 2


def test_dates_are_numbers_and_where_they_are_in_their_cycles() -> None:
    days = pd.date_range("2023-01-01", periods=60, freq="11D")
    for when in (days, days.strftime("%d.%m.%Y")):
        found = described(table(when=when))
        year, week = (f"year ({part})" for part in ("sine", "cosine")), ("week (sine)",)
        assert found.dates["when"] == ("days", *year, *week, "week (cosine)")
    assert described(table(when=pd.date_range("2024-01-01", periods=60))).dates["when"] == (
        "days",
        *("week (sine)", "week (cosine)"),
    )
    assert "when" in described(table(when="2024-01-31")).constant


def test_of_many_texts_the_frequent_ones_are_categories() -> None:
    many = np.array([f"place {k}" for k in range(80)], dtype=object)
    many[:12], many[12:24] = "Rome", "Oslo"
    frame = pd.DataFrame({"city": many, "outcome": np.resize(["no", "yes"], 80)})
    assert described(frame).categorical["city"] == ("Oslo", "Rome", "(other)")
    assert "city" not in described(table(city=[f"place {k}" for k in range(60)])).categorical
    columns = {"age": "number", "city": "category", "outcome": "category"}
    found = faults(table(city=[f"place {k}" for k in range(60)]), columns=columns)
    assert "holds 60 different values" in found[0] and "most: 50" in found[0]


def test_what_is_declared_is_not_guessed() -> None:
    frame = table(code=np.resize([250, 401], 60))
    columns: dict[str, Any] = {"code": "category", "age": "number", "outcome": "category"}
    found = described(frame, columns=columns)
    assert found.numeric == ("age",) and found.categorical == {"code": ("250", "401")}
    assert "column 'city' is 'Bern', 'Oslo', 'Rome' in 60 rows" in re.sub(
        r"is ('\w+', )+'\w+'",
        "is 'Bern', 'Oslo', 'Rome'",
        faults(frame, columns={**columns, "city": "number"})[0],
    )
    assert "column 'nothing' is missing" in faults(frame, columns={**columns, "nothing": "date"})[0]


def test_a_name_that_is_not_there_is_answered_by_the_nearest() -> None:
    assert "Did you mean 'outcome'?" in faults(table(), target="outcom")[0]
    assert "Did you mean 'city'?" in faults(table(), group="citty")[0]


def test_two_columns_of_one_name_are_refused() -> None:
    frame = table()
    frame.columns = ["age", "age", "member", "outcome"]
    assert "'age' names more than one column" in faults(frame)[0]
    found = described(table(**{"age.5": np.arange(60)}))
    assert found.numeric == ("age", "member", "age.5")


def test_a_number_that_a_new_file_lacks_is_told() -> None:
    frame = table(outcome=np.resize(["no", "maybe"], 60))
    assert "is 'maybe' in some rows" in faults(frame, classes=["no", "yes"])[0]


@pytest.mark.parametrize(
    ("values", "task"),
    [
        ([0, 1] * 30, "binary"),
        ([True, False] * 30, "binary"),
        (["a", "b", "c"] * 20, "multiclass"),
        ([1.0, 2.0, 3.0] * 20, "multiclass"),
        (list(range(60)), "regression"),
        ([0.5, 1.5] * 30, "regression"),
    ],
)
def test_the_task_is_what_the_target_looks_like(values: list[Any], task: str) -> None:
    assert infer_task(pd.Series(values)) == task
