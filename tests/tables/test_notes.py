"""What is told of texts that may have been meant otherwise."""

from pathlib import Path

import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.tables.new_problem import propose
from regpipe.tables.proposal import Proposal
from regpipe.tables.reading import Options
from regpipe.tables.tidy import rows_of

N = 24


def made(values: list[str], folder: Path, **options: object) -> Proposal:
    texts = (values * N)[:N]
    frame = pd.DataFrame({"a": texts, "x": range(N), "y": ["u", "v"] * (N // 2)})
    frame.to_csv(file := folder / "mine.csv", index=False)
    return propose("mine", file, str(file), "y", Options(**options))  # type: ignore[arg-type]


def told(found: Proposal, words: str) -> bool:
    return any(words in note for note in found.notes)


@pytest.mark.parametrize(
    ("values", "units"),
    [
        (["5 kg", "500 g", "2 kg"], "'g', 'kg'"),
        (["$5", "€7", "$3"], "'$', '€'"),
        (["5%", "0.07", "6%", "8%"], "'%', 'none'"),
    ],
)
def test_numbers_of_several_units_are_told(values: list[str], units: str, tmp_path: Path) -> None:
    assert told(made(values, tmp_path), f"numbers with several units, {units}: a category")


@pytest.mark.parametrize("values", [["1st", "2nd", "3rd", "4th"], ["red", "blue"], ["5m", "7k"]])
def test_names_are_no_numbers_of_several_units(values: list[str], tmp_path: Path) -> None:
    assert not told(made(values, tmp_path), "several units")


@pytest.mark.parametrize("other", ["Red", "red\u200b", "re\u0301d\u00a0x", "ｒｅｄ"])
def test_texts_that_look_the_same_are_told(other: str, tmp_path: Path) -> None:
    same = "r\u00e9d x" if "x" in other else "red"
    assert told(
        made([same, other, "blue"], tmp_path), "differ by nothing but case, blanks or signs"
    )
    assert not told(made([same, "blue"], tmp_path), "differ by")


def test_words_that_no_field_is_are_told(tmp_path: Path) -> None:
    found = made(["1", "-99", "None", "3"], tmp_path, na=["-99.0", "na"], keep=["Non"])
    assert told(found, "No field is 'na', which is said to be a gap")
    assert told(found, "No field is 'Non', which is said to be a value")
    assert not told(found, "No field is '-99.0'")


@pytest.mark.parametrize("word", ["#DIV/0!", "#REF!", "#value!", "\\N"])
def test_words_of_programs_are_gaps_of_numbers(word: str, tmp_path: Path) -> None:
    assert made([word, "1", "2", "3"], tmp_path).table["a"].isna().sum() == N // 4


@pytest.mark.parametrize("between", ["\u2009", "\u202f", "\u00a0", "'", "\u2019"])
def test_thousands_apart_as_typesetters_have_them(between: str, tmp_path: Path) -> None:
    found = made([f"1{between}000", f"12{between}500", "7"], tmp_path)
    assert found.table["a"].tolist()[:3] == [1000, 12500, 7]


def test_a_new_file_with_another_word_for_gaps_is_told_the_key(tmp_path: Path) -> None:
    rows = made(["1", "2", "3"], tmp_path).rows
    new = pd.DataFrame({"a": ["NA"], "x": ["1"], "y": ["u"]})
    with pytest.raises(SpecError, match="'a' is 'NA' in 1 row.* one of its `gaps`"):
        rows_of(new, rows, "mine")
