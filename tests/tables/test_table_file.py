"""A file is read as it stands, or refused with the line that is wrong."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.tables.dialect import dialect
from regpipe.tables.text_file import read_texts


def read(text: str, folder: Path, **said: Any) -> pd.DataFrame:
    file = folder / "mine.csv"
    file.write_text(text, encoding="utf-8", newline="")
    return read_table(file, dialect(**said)).frame


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,y\n1,2,3,4\n5,6,7,8\n", "line 2 has 4 fields, and the first line names 3"),
        ("a,b,y\n1,1,2,3\n2,5,6,7\n", "The first column has no name (it counts the rows"),
        ("a,b,y\n1,2,3\n\n5,6,7,8\n", "line 4 has 4 fields, and the first line names 3."),
        ("a,b,y\n1,2,3\n5,6\n", "line 3 has 2 fields, and the first line names 3."),
        ('a,b\n1,"x\ny"\n2,3,4\n', "line 4 has 3 fields"),
        ('a,b\n1,2\n3,"4\n5,6\n', 'a quote " is opened in line 3 and never closed'),
        ('a,b\n"x,1\ny,2\n"z,3\n', 'a quote " is opened in line 2, and one in line 4 would'),
        ("a,b, a\n1,2,3\n", "'a' names more than one column"),
        ("\n \n", "this file is empty"),
    ],
)
def test_fields_that_belong_to_no_column_are_refused_by_their_line(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(SpecError) as error:
        read(text, tmp_path)
    assert said in str(error.value)
    assert "--labelled-only" not in str(error.value)


@pytest.mark.parametrize("text", ["y,a,b\n1,2,3,\n0,5,6,\n", "y,a,b,\n1,2,3,\n0,5,6,\n"])
def test_a_separator_at_the_end_of_lines_shifts_nothing(text: str, tmp_path: Path) -> None:
    found = read(text, tmp_path)
    assert found.to_dict("list") == {"y": [1, 0], "a": [2, 5], "b": [3, 6]}


def test_a_field_in_quotes_may_go_over_several_lines(tmp_path: Path) -> None:
    found = read('a,b\n1,"x\n""y"", z" \n2, "u\r\nv"\n', tmp_path)
    assert found.to_dict("list") == {"a": [1, 2], "b": ['x\n"y", z', "u\r\nv"]}


def test_blanks_around_names_and_values_do_not_count(tmp_path: Path) -> None:
    found = read("a, b ,y\n 1 , red,yes \n2,red ,\tno\n", tmp_path)
    assert found.to_dict("list") == {"a": [1, 2], "b": ["red", "red"], "y": ["yes", "no"]}
    many = read("  1   2\n 10  20 \n", tmp_path, separator=" ", names=["a", "b"])
    assert many.to_dict("list") == {"a": [1, 10], "b": [2, 20]}


def test_words_are_gaps_among_numbers_and_words_among_words(tmp_path: Path) -> None:
    text = "n,w,t\n1,NA,true\nNA,None,\n,,NULL\nnan,red,FALSE\n"
    found = read(text, tmp_path)
    assert found["n"].tolist()[:1] == [1] and found["n"].isna().sum() == 3
    assert found["w"].tolist()[:2] == ["NA", "None"] and found["w"].isna().sum() == 1
    assert found["t"].dropna().tolist() == [True, False]
    kept = read(text, tmp_path, kept=["NA"])
    assert kept["n"].tolist()[:2] == ["1", "NA"]
    assert read(text, tmp_path, gaps=["NA", "1.0"])["n"].isna().all()


def test_a_column_of_text_is_text_in_every_file(tmp_path: Path) -> None:
    assert read("code\n007\n250\n", tmp_path, texts=["code"])["code"].tolist() == ["007", "250"]
    assert read("code\n007\n250\n", tmp_path)["code"].tolist() == [7, 250]


def test_numbers_are_read_to_their_last_digit(tmp_path: Path) -> None:
    found = read("a,b,c\n9007199254740993,0.1,1e400\n2,1e-320,1_0\n", tmp_path)
    assert found["a"].tolist() == [9007199254740993, 2]
    assert found["b"].tolist() == [0.1, 1e-320]
    assert found["c"].tolist() == ["1e400", "1_0"]  # one that is none makes texts of all


def test_cells_of_a_sheet_are_read_like_fields(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {" n": [1.5, None, 3], "w": ["NA", " red ", "red"], "b": [True, False, True]}
    )
    frame.to_excel(file := tmp_path / "mine.xlsx", index=False)
    found = read_table(file, dialect()).frame
    assert found["n"].tolist()[::2] == [1.5, 3] and found["w"].tolist() == ["NA", "red", "red"]
    assert found["b"].tolist() == [True, False, True]
