"""Texts and values that are dates, and what is asked of those that nearly are."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.tables.asked import Said
from regpipe.tables.dates import formats_of, numbers_of, read_dates, without_zone
from regpipe.tables.infer import declared
from regpipe.tables.tidy import rows_of, tidied

DAYS = [f"2020-{month:02d}-13" for month in range(1, 13)]
ROWS = TableRows(table="mine", target="y")


def infer(days: list[str], said: Said = Said()) -> tuple[dict[str, object], list[str]]:  # noqa: B008
    texts = pd.DataFrame({"day": days, "x": map(str, range(len(days)))}, dtype="str")
    rows, notes = declared(texts.assign(y=(["a", "b"] * len(days))[: len(days)]), ROWS, said)
    return {name: column.kind for name, column in (rows.columns or {}).items()}, notes


@pytest.mark.parametrize("far", ["0001-01-01", "1600-01-01", "9999-12-31"])
def test_days_beyond_those_of_nanoseconds_are_numbers_too(far: str) -> None:
    days = numbers_of(read_dates(pd.Series([far, "1970-01-02"], dtype="str"), "%Y-%m-%d"))["days"]
    expected = (np.datetime64(far) - np.datetime64("1970-01-01")).astype(int)
    assert list(days) == [expected, 1]


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("21-Apr-20", "%d-%b-%y"),
        ("04/2020", "%m/%Y"),
        ("21. 4. 2020", "%d. %m. %Y"),
        ("4/21/2020 3:05 PM", "%m/%d/%Y %I:%M %p"),
    ],
)
def test_formats_of_spreadsheets_are_known(text: str, style: str) -> None:
    assert formats_of([text]) == [style]


def test_a_zone_that_changes_with_summer_is_one_format() -> None:
    texts = ["2020-01-13T12:00:00+0100", "2020-07-13T12:00:00+0200"]
    assert formats_of(texts) == ["%Y-%m-%dT%H:%M:%S%z"]


@pytest.mark.parametrize("stray", ["soon", "2020-02-30", "0000-00-00", "13.01.2020"])
def test_a_text_among_dates_is_asked_for(stray: str) -> None:
    with pytest.raises(SpecError, match=f"'day' holds dates, but '{stray}' in 1 row") as asked:
        infer([*DAYS, stray])
    assert f"--na {stray}" in str(asked.value)
    assert infer([*DAYS, stray], Said(gaps=[stray]))[0]["day"] == "date"
    assert infer([*DAYS, stray], Said(keep=[stray]))[0]["day"] == "category"


def test_dates_in_two_formats_are_no_gaps() -> None:
    others = [f"{day}.01.2020" for day in range(13, 18)]
    with pytest.raises(SpecError, match="not written as the other dates are") as asked:
        infer([*DAYS, *others])
    assert "--na" not in str(asked.value)


def test_texts_with_a_few_dates_are_a_category() -> None:
    assert infer([*DAYS[:3], *["a", "b", "c", "d"] * 3])[0]["day"] == "category"


def test_the_century_of_two_digits_is_told_where_it_is_in_doubt() -> None:
    _, notes = infer([f"13.{month:02d}.{68 + month % 3}" for month in range(1, 13)])
    assert any("from 1969 to 2068" in note for note in notes)
    _, notes = infer([f"13.{month:02d}.2{month % 3}" for month in range(1, 13)])
    assert not notes


@pytest.mark.parametrize("style", ["%Q", "mixed", "hello"])
def test_what_is_no_format_is_refused(style: str) -> None:
    with pytest.raises(SpecError, match=f"`{style}` is no format of dates"):
        read_dates(pd.Series(DAYS, dtype="str"), style)


def test_days_of_a_database_are_dates() -> None:
    table = pd.DataFrame({"day": [date(9999, 12, 31), None, date(2020, 1, 13)]})
    assert tidied(table)["day"].dtype.kind == "M"


def test_a_time_in_a_zone_is_the_same_as_text_and_as_value() -> None:
    texts = pd.Series([f"{day}T00:30:00+0200" for day in DAYS], dtype="str")
    style = "%Y-%m-%dT%H:%M:%S%z"
    rows = TableRows.model_validate(
        {"table": "mine", "target": "day", "columns": {"day": {"kind": "date", "format": style}}}
    )
    values = pd.to_datetime(texts, format=style)
    found = [rows_of(pd.DataFrame({"day": day}), rows, "mine")[0]["day"] for day in (texts, values)]
    pd.testing.assert_series_equal(*found)
    assert without_zone(values).iloc[0] == pd.Timestamp("2020-01-12 22:30")
