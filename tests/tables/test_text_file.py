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
    return read_texts(file, dialect(**said))


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
    assert found.to_dict("list") == {"y": ["1", "0"], "a": ["2", "5"], "b": ["3", "6"]}


def test_a_field_in_quotes_may_go_over_several_lines(tmp_path: Path) -> None:
    found = read('a,b\n1,"x\n""y"", z" \n2, "u\r\nv"\n', tmp_path)
    assert found.to_dict("list") == {"a": ["1", "2"], "b": ['x\n"y", z', "u\r\nv"]}


def test_blanks_around_names_and_values_do_not_count(tmp_path: Path) -> None:
    found = read("a, b ,y\n 1 , red,yes \n2,red ,\tno\n", tmp_path)
    assert found.to_dict("list") == {"a": ["1", "2"], "b": ["red", "red"], "y": ["yes", "no"]}
    many = read("  1   2\n 10  20 \n", tmp_path, separator=" ", names=["a", "b"])
    assert many.to_dict("list") == {"a": ["1", "10"], "b": ["2", "20"]}


def test_what_stands_above_the_table_is_passed_over_and_lines_keep_their_numbers(
    tmp_path: Path,
) -> None:
    text = 'Wine, "of 2020\n\na,b\n1,2\n3,4,5\n'
    with pytest.raises(SpecError, match="line 5 has 3 fields"):
        read(text, tmp_path, skip=2)
    found = read(text.replace(",5", ""), tmp_path, skip=2)
    assert found.to_dict("list") == {"a": ["1", "3"], "b": ["2", "4"]}


def test_cells_of_a_sheet_are_read_like_fields(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {" n": [1.5, None, 3], "w": ["NA", " red ", "red"], "b": [True, False, True]}
    )
    frame.to_excel(file := tmp_path / "mine.xlsx", index=False)
    found = read_texts(file, dialect())
    assert found["n"].tolist()[::2] == ["1.5", "3"] and found["n"].isna().sum() == 1
    assert found["w"].tolist() == ["NA", "red", "red"]
    assert found["b"].tolist() == ["True", "False", "True"]


def test_a_sheet_is_read_by_its_name_and_from_its_first_cell(tmp_path: Path) -> None:
    with pd.ExcelWriter(file := tmp_path / "mine.xlsx") as writer:
        pd.DataFrame({"a": [1]}).to_excel(writer, sheet_name="one", index=False)
        pd.DataFrame({"b": [2]}).to_excel(
            writer, sheet_name="two", index=False, startrow=3, startcol=2
        )
    assert read_texts(file, dialect()).to_dict("list") == {"a": ["1"]}
    assert read_texts(file, dialect(sheet="two")).to_dict("list") == {"b": ["2"]}
    with pytest.raises(SpecError, match="three"):
        read_texts(file, dialect(sheet="three"))


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz", "zip"])
def test_a_packed_file_is_unpacked(ending: str, tmp_path: Path) -> None:
    pd.DataFrame({"a": [1, 2]}).to_csv(file := tmp_path / f"mine.csv.{ending}", index=False)
    assert read_texts(file, dialect())["a"].tolist() == ["1", "2"]
