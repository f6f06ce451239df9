"""Points and commas of a file's numbers: what they are, or a question."""

from typing import Any

import pytest

from regpipe.errors import SpecError
from regpipe.tables.habits import Habit, habit_of, likely_numbers, note_of_habit

PLAIN, US, EUROPE = (".", None), (".", ","), (",", None)


def habit(columns: dict[str, list[str]], separator: str = ",", **said: Any) -> Any:
    numbers = {name: likely_numbers(set(values)) for name, values in columns.items()}
    keys = {"decimal": None, "thousands": None, **said}
    return habit_of(numbers, **keys, commas_separate=separator == ",")


@pytest.mark.parametrize(
    ("columns", "separator", "expected"),
    [
        ({"a": ["1.5", "2"]}, ",", PLAIN),
        ({"a": ["9,622", "775"]}, ";", US),
        ({"a": ["9,622", "8,118"]}, ",", US),  # quoted, as commas separate
        ({"a": ["1,234,567"]}, ",", US),
        ({"a": ["1,234.5", "?"]}, ",", US),
        ({"a": ["9,62", "NA", "1"]}, ",", EUROPE),
        ({"a": ["0,622", "1,118"]}, ",", EUROPE),
        ({"a": ["9,622", "8,118"], "b": ["1,5"]}, ";", EUROPE),
        ({"a": ["9,622"], "b": ["1.5"]}, ";", US),
        ({"a": ["1.234,5"]}, ",", (",", ".")),
        ({"a": ["1 234,5"]}, ",", (",", " ")),
        ({"a": ["red, blue", "775", "green"], "b": ["A,1"]}, ",", PLAIN),
    ],
)
def test_all_numbers_of_a_file_tell_how_they_are_written(
    columns: dict[str, list[str]], separator: str, expected: Any
) -> None:
    assert habit(columns, separator) == expected


@pytest.mark.parametrize(
    ("columns", "separator", "said", "advice"),
    [
        ({"a": ["9,622", "8,118"]}, ";", {}, ['--thousands ","', '--decimal ","']),
        ({"a": ["9,622", "12345"]}, ",", {}, ['--thousands ","', '--decimal ","']),
        ({"a": ["9,622", "775"]}, ";", {"decimal": ","}, ['--thousands ","']),
        ({"a": ["9,622", "8,118"]}, ",", {"decimal": ","}, ['--thousands ","']),
        ({"a": ["1,5"], "b": ["1.5"]}, ",", {}, ["--category a"]),
    ],
)
def test_what_they_do_not_tell_is_asked(
    columns: dict[str, list[str]], separator: str, said: dict[str, Any], advice: list[str]
) -> None:
    with pytest.raises(SpecError) as error:
        habit(columns, separator, **said)
    for flag in ('--thousands ","', '--decimal ","', "--category a"):
        assert (flag in str(error.value)) == (flag in advice), error.value


@pytest.mark.parametrize(
    ("columns", "separator", "said"),
    [
        ({"a": ["9,622", "8,118"]}, ";", {"decimal": ","}),
        ({"a": ["9,6", "775"]}, ",", {"decimal": ","}),
        ({"a": ["9,622", "775"]}, ",", {"thousands": ","}),
        ({"a": ["9.622", "775"]}, ",", {"thousands": ".", "decimal": ","}),
    ],
)
def test_what_is_said_holds_where_it_can(
    columns: dict[str, list[str]], separator: str, said: dict[str, Any]
) -> None:
    found = dict(zip(("decimal", "thousands"), habit(columns, separator, **said), strict=True))
    assert {key: found[key] for key in said} == said


def test_the_example_is_a_number_that_cannot_be_read() -> None:
    with pytest.raises(SpecError, match="with a comma, such as '1,500'"):
        habit({"a": ["-5", "1,500", "12345"]}, ";")


def test_what_was_said_is_named_where_it_does_not_hold() -> None:
    with pytest.raises(SpecError, match="such as '-0,004', which --decimal \"[.]\" can't read"):
        habit({"a": ["-0,004", "1,5"]}, ";", decimal=".")


def test_points_that_may_stand_between_thousands_are_asked_about() -> None:
    assert note_of_habit({"a": {"12.345", "775"}}, PLAIN) is not None
    assert note_of_habit({"a": {"12.345", "775"}, "b": {"0.5"}}, PLAIN) is None
    assert note_of_habit({"a": {"12.345", "7.125"}}, PLAIN) is None


@pytest.mark.parametrize(
    ("columns", "read", "told"),
    [
        ({"a": {"3,5"}}, EUROPE, "the comma in 'a' (3,5) stands before decimals"),
        (
            {"a": {"3,5"}, "b": {"1.234,5"}},
            (",", "."),
            "the comma in 'a' (3,5) stands before decimals, and the point in 'b' (1.234,5) stands "
            "between thousands",
        ),
        ({"a": {"0.5"}, "b": {"1,234"}}, US, "the comma in 'b' (1,234) stands between thousands"),
    ],
)
def test_how_numbers_were_read_that_are_not_plain_is_told(
    columns: dict[str, set[str]], read: Habit, told: str
) -> None:
    assert note_of_habit(columns, read) == f"Numbers were read so: {told}."
