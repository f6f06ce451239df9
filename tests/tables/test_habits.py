"""Points and commas of a file's numbers: what they are, or a question."""

from typing import Any

import pytest

from regpipe.tables.dialect import dialect
from regpipe.tables.habits import fault_of_habit, note_of_points


@pytest.mark.parametrize(
    ("columns", "said", "advice"),
    [
        ({"a": ["9,622", "775"]}, {"separator": ";"}, ['--thousands ","']),
        ({"a": ["9,622", "8,118"]}, {}, ['--thousands ","']),  # quoted, as commas separate
        ({"a": ["9,622", "8,118"]}, {"separator": ";"}, ['--thousands ","', '--decimal ","']),
        ({"a": ["9,622", "12345"]}, {}, ['--thousands ","', '--decimal ","']),
        ({"a": ["1,234,567"]}, {}, ['--thousands ","']),
        ({"a": ["1,234.5", "?"]}, {}, ['--thousands ","']),
        ({"a": ["9,62", "NA"]}, {}, ['--decimal ","']),
        ({"a": ["0,622", "1,118"]}, {}, ['--decimal ","']),
        ({"a": ["9,622", "8,118"], "b": ["1,5"]}, {"separator": ";"}, ['--decimal ","']),
        ({"a": ["9,622"], "b": ["1.5"]}, {"separator": ";"}, ['--thousands ","']),
        ({"a": ["1.234,5"]}, {}, ['--decimal ","', '--thousands "."']),
        ({"a": ["1 234,5"]}, {}, ['--decimal ","', '--thousands " "']),
        ({"a": ["1,5"], "b": ["1.5"]}, {}, []),
        ({"a": ["9,622", "775"]}, {"decimal": ",", "separator": ";"}, ['--thousands ","']),
        ({"a": ["9,622", "8,118"]}, {"decimal": ","}, ['--thousands ","']),
    ],
)
def test_what_is_advised_holds_for_all_numbers_of_the_file(
    columns: dict[str, list[str]], said: dict[str, Any], advice: list[str]
) -> None:
    fault = fault_of_habit(columns, dialect(**said))
    assert fault is not None
    for flag in ('--thousands ","', '--decimal ","', '--thousands "."', '--thousands " "'):
        assert (flag in fault) == (flag in advice), fault


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"a": ["9,622", "8,118"]}, {"decimal": ",", "separator": ";"}),  # it was said
        ({"a": ["9,6", "775"]}, {"decimal": ","}),
        ({"a": ["9,622", "775"]}, {"thousands": ","}),
        ({"a": ["red, blue", "775"], "b": ["A,1"]}, {}),
        ({"a": ["1.5", "2"]}, {}),
    ],
)
def test_what_can_be_read_so_is_left_alone(
    columns: dict[str, list[str]], said: dict[str, Any]
) -> None:
    assert fault_of_habit(columns, dialect(**said)) is None


def test_the_example_is_a_number_that_cannot_be_read() -> None:
    fault = fault_of_habit({"a": ["-5", "1,5"]}, dialect())
    assert fault is not None and "with a comma, such as '1,5'" in fault


def test_points_that_may_stand_between_thousands_are_asked_about() -> None:
    assert note_of_points({"a": ["12.345", "775"]}, dialect()) is not None
    assert note_of_points({"a": ["12.345", "775"], "b": ["0.5"]}, dialect()) is None
    assert note_of_points({"a": ["12.345", "7.125"]}, dialect()) is None
