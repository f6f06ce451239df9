"""A text that a spreadsheet would run is written as a text, and comes back as it was."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from regpipe.kedro_side.datasets.sheets import SheetDataset, marked, unmarked
from tests.conftest import PROJECT

RUN = ("=", "+", "-", "@", "\t", "\r")
FORMULAS = ["=1+1", "@SUM(A1)", "+cmd", "-2+3", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "-5 kg"]


def test_texts_are_marked_names_too_and_come_back(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "=name": FORMULAS,
            "text": ["Rome", "'=1", "''@", "it's", None, "-5", "+3.5", "-1e5"],
            "number": [-1.5, 2, 3, 4, 5, 6, 7, -8],
            "whole": range(-4, 4),
        }
    )
    dataset = SheetDataset(filepath=str(tmp_path / "it.csv"), save_args={"index": False})
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)
    raw = pd.read_csv(tmp_path / "it.csv", dtype=str)
    assert list(raw) == ["'=name", "text", "number", "whole"]
    assert not raw["'=name"].str.startswith(RUN).any()
    assert list(raw["text"][-3:]) == ["-5", "+3.5", "-1e5"] and raw["number"][0] == "-1.5"
    assert list(table) == ["=name", "text", "number", "whole"]  # what was saved stays as it is


def test_names_that_stand_twice_are_kept_apart(tmp_path: Path) -> None:
    table = pd.DataFrame([["=1", 2.0], ["x", 3.0]], columns=["=a", "=a"])
    SheetDataset(filepath=str(tmp_path / "it.csv"), save_args={"index": False}).save(table)
    assert (tmp_path / "it.csv").read_text() == "'=a,'=a\n'=1,2.0\nx,3.0\n"


@settings(derandomize=True, max_examples=300)
@given(st.text(st.sampled_from("'=+-@\t\r1.ea "), max_size=6))
def test_each_text_is_told_from_its_cell(text: str) -> None:
    cell = marked(text)
    assert unmarked(cell) == text
    if cell.startswith(RUN):
        float(cell)


@pytest.mark.parametrize("name", ["{problem}.predicted", "study.claims", "{arm}.fits"])
def test_the_catalog_writes_such_tables(name: str) -> None:
    entries = yaml.safe_load((PROJECT / "conf" / "base" / "catalog.yml").read_text())
    kind = entries[name]["type"]
    assert kind == "regpipe.kedro_side.datasets.sheets.SheetDataset"
