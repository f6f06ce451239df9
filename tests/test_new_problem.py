"""A file becomes a problem, or is refused in a line."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from regpipe.errors import SpecError
from regpipe.new_problem import Seen, describe_lines, look_at, to_yaml


def table(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "id": range(n),
            "age": rng.normal(size=n),
            "city": np.resize(["Rome", "Oslo", "Lima"], n),
            "outcome": np.resize(["no", "no", "no", "no", "no", "no", "no", "yes"], n),
        }
    )


def seen(file: Path, target: str = "outcome", **said: Any) -> Seen:
    return look_at("mine", file, f"data/01_raw/{file.name}", target, **said)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx", ".tsv"])
def test_every_kind_of_file_is_read_and_named_in_the_catalog(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"mine{suffix}"
    write = {
        ".csv": lambda: table().to_csv(file, index=False),
        ".tsv": lambda: table().to_csv(file, index=False, sep="\t"),
        ".parquet": lambda: table().to_parquet(file),
        ".xlsx": lambda: table().to_excel(file, index=False),
    }
    write[suffix]()
    found = seen(file, drop=["id"])
    assert found.columns.numeric == ("age",) and list(found.columns.categorical) == ["city"]
    entry = found.catalog["mine"]
    assert entry["filepath"] == f"data/01_raw/mine{suffix}"
    assert found.catalog["mine.new"]["filepath"] == f"data/01_raw/mine_new{suffix}"
    assert entry.get("separator") == ("\t" if suffix == ".tsv" else None)


def test_what_is_written_says_what_was_seen(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    pd.concat([table(), table().head(3)]).to_csv(file, index=False)
    found = seen(file, title="Mine: all of it", drop=["id"])
    problem, catalog = (yaml.safe_load(text) for text in to_yaml("mine", found, "mine.csv"))
    assert problem == {"mine": found.problem} and catalog == found.catalog
    assert problem["mine"]["title"] == "Mine: all of it"
    assert problem["mine"]["metric"] == "balanced_accuracy"  # one row in eight is `yes`
    assert problem["mine"]["split"] == {"train": 0.7, "stratify": True}
    assert any("3 rows are copies" in note for note in found.notes)
    told = dict(describe_lines(found))
    assert told["rows"] == "63" and "city (3)" in told["categories"]


def test_a_regression_and_its_options(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().assign(outcome=np.linspace(0, 1, 60)).to_csv(file, index=False)
    block = seen(file, group="city", train=0.67).problem
    assert block["task"] == "regression" and block["standardise"] == ["target"]
    assert block["split"] == {"train": 0.67} and block["rows"]["group"] == "city"
    assert "labelled_only" not in block["rows"]
    notes = seen(file).notes
    assert any("--drop id" in note for note in notes)


def test_rows_without_a_target_are_left_out_if_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    gaps = table().assign(outcome=lambda t: t["outcome"].where(t["id"] > 4))
    gaps.to_csv(file, index=False)
    with pytest.raises(SpecError, match="is missing in 5 rows.*--labelled-only"):
        seen(file)
    found = seen(file, labelled_only=True)
    assert found.problem["rows"]["labelled_only"] is True and len(found.table) == 55
    assert found.notes[0] == "Left out, since their target is missing: 5 rows."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "this file is empty"),
        (b"age,outcome\n", "has 0 rows"),
        (b"age,age,outcome\n1,2,yes\n", "'age' names more than one column"),
        ("ge,näme\n1,2\n".encode("cp1252"), "This file isn't UTF-8: byte 0xe4 stands at 4"),
        (b"age,result\n" + b"1,yes\n" * 20, "there is no column 'outcome'"),
        (b"a,outcome\n1,x\n1,2,3,4\n", "line 3 has 4 fields, and the first line names 2."),
        (b"age;outcome\n" + b"1;yes\n" * 20, "Perhaps: --separator ';'"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_bytes(content)
    with pytest.raises(SpecError) as error:
        seen(file)
    assert len(error.value.faults) == 1 and said in error.value.faults[0], error.value.faults


def test_numbers_with_a_comma_are_read_once_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().to_csv(file, index=False, sep=";", decimal=",")
    with pytest.raises(SpecError, match="'age' holds numbers with a comma.*--decimal"):
        seen(file, separator=";", drop=["id"])
    found = seen(file, separator=";", decimal=",", drop=["id"])
    assert found.columns.numeric == ("age",)
    assert found.catalog["mine"] | {"separator": ";", "decimal": ","} == found.catalog["mine"]


def test_words_for_a_gap_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    frame = table()
    frame["age"] = frame["age"].astype(object)
    frame.loc[3, "age"] = "?"
    frame.to_csv(file, index=False)
    with pytest.raises(SpecError, match="holds numbers, but '\\?' in 1 row\\..*--na"):
        seen(file)
    assert seen(file, na=["?"]).columns.gaps == ("age",)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"train": 60}, "of 60 rows, 60 leave none to test on"),
        ({"train": 1.5}, "1.5 is no share below 1"),
        ({"split": "city"}, "'city' is 'lima' in a row. Expected train or test"),
        ({"split": "city", "train": 0.5}, "--split says it already"),
        ({"drop": ["outcome"]}, "'outcome' is named twice"),
    ],
)
def test_a_split_that_cannot_be_is_refused_before_anything_is_written(
    said: dict[str, Any], expected: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    table().to_csv(file, index=False)
    with pytest.raises(SpecError, match=expected):
        seen(file, **said)


def test_what_may_be_classes_and_rare_ones_are_noted(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().assign(outcome=np.resize([1.0, 1.3, 1.7], 60)).to_csv(file, index=False)
    assert any("--task multiclass" in note for note in seen(file).notes)
    table().to_csv(file, index=False)
    assert any("Fewer than 10 rows are yes" in note for note in seen(file).notes)


def test_another_encoding_can_be_named(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    table().rename(columns={"age": "größe"}).to_csv(file, index=False, encoding="cp1252")
    found = seen(file, encoding="cp1252", drop=["id"])
    assert found.columns.numeric == ("größe",)
    assert found.catalog["mine"]["encoding"] == "cp1252"


@pytest.mark.parametrize(
    ("name", "said"), [("mine.json", "expected a file"), ("none.csv", "no such")]
)
def test_what_is_no_table_or_not_there_is_told(name: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}")
    with pytest.raises(SpecError, match=said):
        seen(tmp_path / name)
