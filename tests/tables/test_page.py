"""A line for each column, which a terminal has room for."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from regpipe.tables.new_problem import propose
from regpipe.tables.page import page_of
from regpipe.tables.reading import Options


def page(frame: pd.DataFrame, folder: Path, **said: Any) -> list[str]:
    frame.to_csv(file := folder / "mine.csv", index=False)
    return list(page_of(propose("mine", file, "mine.csv", "y", Options(**said))))


def table(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "price": [f"${p:.2f}" for p in rng.uniform(1, 9, n)],
            "day": pd.date_range("2024-01-01", periods=n).strftime("%d.%m.%Y"),
            "city": np.resize(["Rome", "Oslo", None], n),
            "age": [None, *rng.integers(20, 60, n - 1)],
            "member": rng.random(n) > 0.5,
            "same": 1,
            "id": [f"no {k}" for k in range(n)],
            "y": rng.normal(size=n),
        }
    )


def test_each_kind_is_told_by_what_it_holds(tmp_path: Path) -> None:
    lines = {line.split()[0]: line.split(maxsplit=1)[1] for line in page(table(), tmp_path)[2:]}
    assert lines["y"].startswith("target    regression: -")
    assert lines["price"].startswith("number    1.") and lines["price"].endswith(" $")
    assert lines["day"] == "date      2024-01-01 to 2024-02-29"
    assert lines["city"].startswith("category  2: Rome, Oslo") and lines["city"].endswith("20 gaps")
    assert lines["age"].endswith("  1 gap") and lines["member"].startswith("boolean   true in ")
    assert lines["same"] == "number    the same in all rows" and lines["id"] == "left out"


def test_a_column_that_has_a_part_in_the_split_is_told_by_it(tmp_path: Path) -> None:
    assert any(line.startswith("  day     time ") for line in page(table(), tmp_path, time="day"))
    rows = table().assign(who=np.repeat(range(12), 5))
    lines = page(rows.drop(columns="day"), tmp_path, group="who")
    assert any(line.startswith("  who     group ") for line in lines)


def test_many_columns_and_long_names_are_cut_off(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    wide = {f"a column with a name that is long {k}": rng.normal(size=60) for k in range(50)}
    lines = page(table().assign(**wide), tmp_path)
    assert lines[-1] == "  and 17 more" and max(map(len, lines)) <= 120
    assert any("a column with a name that i…" in line for line in lines)
