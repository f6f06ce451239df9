"""Names and types as people and programs leave them, and what is made of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.tables.new_problem import propose
from regpipe.tables.proposal import Proposal, to_yaml
from regpipe.tables.reading import Options
from regpipe.tables.tidy import rows_of, tidied

N = 24


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"x": np.arange(N) % 7 / 2, **columns, "y": ["a", "b"] * (N // 2)})


def made(frame: pd.DataFrame, file: Path, **options: object) -> Proposal:
    frame.to_csv(file, index=False) if file.suffix == ".csv" else frame.to_parquet(file)
    return propose("mine", file, str(file), "y", Options(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_name_of_two_lines_is_one_of_one(ending: str, tmp_path: Path) -> None:
    found = made(table(**{"net\nprice ": range(N)}), tmp_path / f"mine{ending}")
    assert list(found.rows.columns or {}) == ["x", "net price", "y"]
    assert "net price: number" in to_yaml("mine", found, "mine")[0]


def test_names_that_differ_by_blanks_alone_are_refused() -> None:
    with pytest.raises(SpecError, match="'a b' names more than one"):
        tidied(pd.DataFrame([[1, 2]], columns=["a b", "a\nb "]))


def test_a_name_that_yaml_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="1,001 letters"):
        made(table(**{"n" * 1001: range(N)}), tmp_path / "mine.csv")


@pytest.mark.parametrize(
    "values",
    [
        np.arange(N).astype("float16"),
        np.arange(N, dtype="uint64") + 2**63,
        pd.array([2**63 + k for k in range(N)], dtype="UInt64"),
        pd.array(range(N), dtype="UInt8"),
    ],
)
def test_numbers_of_any_type_keep_their_values(values: object, tmp_path: Path) -> None:
    found = made(table(n=values), tmp_path / "mine.parquet").table["n"]
    np.testing.assert_array_equal(found.astype(float), np.asarray(values, float))


def test_other_numbers_than_0_and_1_are_no_truths() -> None:
    rows = TableRows.model_validate(
        {"table": "mine", "target": "t", "columns": {"t": {"kind": "boolean"}}}
    )
    found, _ = rows_of(pd.DataFrame({"t": [0.0, None, 1.0]}), rows, "mine")
    assert found["t"].tolist()[::2] == [0, 1]
    with pytest.raises(SpecError, match="'t' is '2' in 1 row. Expected true or false"):
        rows_of(pd.DataFrame({"t": [0, 2, 1]}), rows, "mine")


def test_a_group_may_hold_what_numbers_of_the_table_do_not(tmp_path: Path) -> None:
    found = made(table(g=["1,5", "2,5", "3,5"] * 8), tmp_path / "mine.csv", group="g")
    assert found.table["g"].iloc[0] == "1,5"


def test_a_gap_in_the_split_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="'s' is missing in 8 rows"):
        made(table(s=["train", "test", None] * 8), tmp_path / "mine.csv", split="s")


def test_a_sheet_that_is_empty_or_not_there_is_refused(tmp_path: Path) -> None:
    pd.DataFrame().to_excel(file := tmp_path / "mine.xlsx", sheet_name="data", index=False)
    with pytest.raises(SpecError, match="this file is empty"):
        propose("mine", file, str(file), "y")
    with pytest.raises(SpecError, match="no sheet is called 'dat'. Expected: data"):
        propose("mine", file, str(file), "y", Options(sheet="dat"))


def test_a_target_that_is_on_another_sheet_is_told_of_the_others(tmp_path: Path) -> None:
    with pd.ExcelWriter(file := tmp_path / "mine.xlsx") as book:
        pd.DataFrame({"about": ["a survey"]}).to_excel(book, sheet_name="cover", index=False)
        table().to_excel(book, sheet_name="data", index=False)
    with pytest.raises(SpecError, match="no column 'y'.* There are others: 'data'"):
        propose("mine", file, str(file), "y")


@pytest.mark.parametrize("other", ["b", 1])
def test_half_a_character_is_refused(other: object) -> None:
    frame = pd.DataFrame({"a": pd.Series(["x\ud800", other], dtype=object)})
    with pytest.raises(SpecError, match=r"column 'a': 'x\\ud800' has half a character"):
        tidied(frame)
