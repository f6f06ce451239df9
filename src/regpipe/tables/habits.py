"""Points and commas in the numbers of a file: before decimals, or between thousands?

Read the wrong way, 60,371 is silently 60.371. All columns together mostly show which it is; where
they don't, the user is asked.
"""

import re
from collections.abc import Mapping

from regpipe.errors import SpecError
from regpipe.tables.numbers import ALIKE, number_reader
from regpipe.tables.wording import flags

Habit = tuple[str, str | None]  # what stands before decimals, and between thousands
PLAIN, US, EUROPE = (".", None), (".", ","), (",", None)
HABITS: tuple[Habit, ...] = (
    *(PLAIN, US, EUROPE, (",", ".")),
    *((".", " "), (",", " "), (".", "'"), (",", "'")),
)
CALLED = {".": "point", ",": "comma", " ": "space", "'": "apostrophe"}
Columns = Mapping[str, set[str]]


def likely_numbers(texts: set[str]) -> set[str]:
    """Return which texts are numbers, written in any way; none if those are fewer than half."""
    readers = [number_reader(*habit) for habit in HABITS]
    numbers = {text for text in texts if any(read(text) is not None for read in readers)}
    return numbers if 2 * len(numbers) >= len(texts) else set()


def habit_of(
    columns: Columns, decimal: str | None, thousands: str | None, *, commas_separate: bool
) -> Habit:
    """Return how the numbers of a file are written.

    Args:
        columns: the `likely_numbers` of each column, without units.
        decimal: what the user says stands before decimals, None for nothing.
        thousands: what they say stands between thousands, None for nothing.
        commas_separate: whether commas separate the fields of the file.

    Raises:
        SpecError: it can't be told, or isn't what the user says.
    """
    if decimal is None and thousands is None and all(_reads(PLAIN, v) for v in columns.values()):
        return PLAIN
    likely = [
        (point, between)
        for point, between in HABITS
        if decimal in (None, point) and (thousands is None or thousands == between)
    ]
    if thousands is not None and (decimal or ".", thousands) not in likely:
        likely = [(decimal or ("," if thousands == "." else "."), thousands)]
    numbers = {name: values for name, values in columns.items() if values}
    agreed = [habit for habit in likely if all(_reads(habit, v) for v in numbers.values())]
    if not numbers:
        return decimal or ".", thousands
    if not agreed:
        said = [
            f'--{name} "{sign}"'
            for name, sign in (("decimal", decimal), ("thousands", thousands))
            if sign is not None
        ]
        raise SpecError(_fault_of_none(numbers, likely, said))
    if decimal is None and thousands is None and US in agreed and EUROPE in agreed:
        if _are_thousands(numbers, commas_separate=commas_separate):
            return US
        name, example = _example(numbers, ",")
        if example:
            raise SpecError(
                f"column '{name}' holds numbers with a comma, such as '{example}'. Is the comma "
                'between thousands, or before decimals? Say so: --thousands "," or --decimal ",".'
            )
    if (decimal, thousands) == EUROPE and US in agreed_by_all(numbers):
        with_comma = {n: v for n, v in numbers.items() if any("," in value for value in v)}
        if with_comma and _are_thousands(with_comma, commas_separate=commas_separate):
            name, example = _example(with_comma, ",")
            raise SpecError(
                f"column '{name}' holds '{example}': in all numbers of the file the comma stands "
                'before three digits, as between thousands. Say so: --thousands ",". (If it '
                "stands before decimals: write a point in its place.)"
            )
    return agreed[0]


def agreed_by_all(numbers: Columns) -> list[Habit]:
    """Return the habits by which all columns are numbers."""
    return [habit for habit in HABITS if all(_reads(habit, v) for v in numbers.values())]


def note_of_habit(numbers: Columns, habit: Habit) -> str | None:
    """Say how numbers were read that aren't plain; ask of points whether they are decimal ones."""
    if habit != PLAIN:
        return _told(numbers, *habit)
    doubtful = [name for name, values in numbers.items() if _plain_beside(values, ".")]
    if not doubtful or not all(_reads((",", "."), values) for values in numbers.values()):
        return None
    name = doubtful[0]
    example = next(value for value in sorted(numbers[name]) if "." in value)
    return (
        f"'{name}' holds {example} beside whole numbers: the point was read as a decimal one. If "
        'it stands between thousands: --decimal "," --thousands ".".'
    )


def _told(numbers: Columns, decimal: str, thousands: str | None) -> str | None:
    """Say what commas, blanks and the like were taken for, with an example of each."""
    read = []
    for sign, where in ((decimal, "before decimals"), (thousands or "", "between thousands")):
        name, example = _example(numbers, ALIKE.get(sign, sign))
        if example and (decimal, where) != (".", "before decimals"):
            read.append(f"the {CALLED[sign]} in '{name}' ({example}) stands {where}")
    return f"Numbers were read so: {', and '.join(read)}." if read else None


def _fault_of_none(numbers: Columns, likely: list[Habit], said: list[str]) -> str:
    name, values = next((n, v) for n, v in numbers.items() if not _reads(likely[0], v))
    read = number_reader(*likely[0])
    example = next(value for value in sorted(values) if read(value) is None)
    if said:
        return (
            f"column '{name}' holds numbers such as '{example}', which {' and '.join(said)} can't "
            "read. Expected what they are written with, or neither option. (If those are no "
            f"numbers: {flags('--category', [name])}.)"
        )
    return (
        f"column '{name}' holds numbers such as '{example}', and others are written otherwise. "
        "Expected the same of all numbers of a file: points before decimals, say. (If those are no "
        f"numbers: {flags('--category', [name])}.)"
    )


def _example(columns: Columns, signs: str) -> tuple[str, str]:
    """Return the first column with one of some signs in a value, and that; nothing for none."""
    for name, values in columns.items():
        for value in sorted(values):
            if any(sign in value for sign in signs):
                return name, value
    return "", ""


def _are_thousands(numbers: Columns, *, commas_separate: bool) -> bool:
    """Whether commas that stand before three digits throughout are between thousands.

    So they are where smaller numbers beside them have none, or where commas also separate the
    fields, which decimal ones never do; not where a larger number has none.
    """
    with_comma = {n: v for n, v in numbers.items() if any("," in value for value in v)}
    if not with_comma:
        return False
    bare = [value for values in with_comma.values() for value in values if "," not in value]
    if any(len(value) > 3 and value.isdigit() for value in bare):
        return False
    return commas_separate or any(_plain_beside(v, ",") for v in with_comma.values())


def _plain_beside(values: set[str], sign: str) -> bool:
    """Whether values with a sign stand beside whole numbers without, all of them below 1000."""
    plain = [value for value in values if re.fullmatch(r"[-+]?[0-9]+", value)]
    return (
        any(sign in value for value in values)
        and any(len(value) <= 3 for value in plain)
        and not any(len(value) > 3 for value in plain)
    )


def _reads(habit: Habit, values: set[str]) -> bool:
    """Whether all values are numbers, written so."""
    read = number_reader(*habit)
    return all(read(value) is not None for value in values)
