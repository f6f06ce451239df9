"""Points and commas in the numbers of a file: before decimals, or between thousands?

Read the wrong way, 60,371 is silently 60.371. All columns together mostly show which it is; where
they don't, the user is asked.
"""

import re
from collections.abc import Iterable, Mapping

from regpipe.tables.cells import GAP_WORDS
from regpipe.tables.dialect import Dialect, number_reader
from regpipe.tables.kinds import SIGNS

Habit = tuple[str, str | None]  # what stands before decimals, and between thousands
US, EUROPE = (".", ","), (",", None)
HABITS: tuple[Habit, ...] = (
    *(US, EUROPE, (",", ".")),
    *((".", " "), (",", " "), (".", "'"), (",", "'")),
)
Columns = Mapping[str, set[str]]


def fault_of_habit(texts: Mapping[str, list[str]], written: Dialect) -> str | None:
    """Return which points or commas of a file were read the wrong way, or couldn't be; else None.

    Args:
        texts: the fields of the columns that shall be numbers if they can.
        written: how they are read.
    """
    columns = {name: _values(fields, written) for name, fields in texts.items()}
    usual = written.decimal, written.thousands
    numbers = {name: values for name, values in columns.items() if _reads(usual, values)}
    others = {
        name: values
        for name, values in columns.items()
        if name not in numbers and any(_reads(habit, values) for habit in HABITS)
    }
    if not others:
        return _fault_of_commas(numbers, written)
    name, values = next(iter(others.items()))
    read = number_reader(*usual)
    example = next(value for value in sorted(values) if read(value) is None)
    with_comma = " with a comma," if "," in example else ""
    fault = f"column '{name}' holds numbers{with_comma} such as '{example}'"
    agreed = [h for h in HABITS if all(_reads(h, v) for v in {**numbers, **others}.values())]
    if not agreed:
        return (
            f"{fault}, and other columns are written otherwise. Expected the same of all numbers "
            "of a file: points before decimals, say."
        )
    if EUROPE in agreed and US in agreed and not _are_thousands(others, ",", written):
        return (
            f"{fault}. Is the comma between thousands, or before decimals? Say so: --thousands "
            '"," or --decimal ",".'
        )
    decimal, thousands = agreed[0]
    flags = f' --decimal "{decimal}"' * (decimal != ".")
    flags += f' --thousands "{thousands}"' * (thousands is not None)
    where = " and ".join(
        [f"'{decimal}' before decimals"] * (decimal != ".")
        + [f"'{thousands}' between thousands"] * (thousands is not None)
    )
    return f"{fault}: {where}. Say so:{flags}."


def note_of_points(texts: Mapping[str, list[str]], written: Dialect) -> str | None:
    """Ask whether points that were read as decimal ones stand between thousands."""
    if (written.decimal, written.thousands) != (".", None):
        return None
    columns = {name: _values(fields, written) for name, fields in texts.items()}
    numbers = {name: values for name, values in columns.items() if _reads((".", None), values)}
    doubtful = [name for name, values in numbers.items() if _plain_beside(values, ".")]
    if not doubtful or not all(_reads((",", "."), values) for values in numbers.values()):
        return None
    name = doubtful[0]
    example = next(value for value in sorted(numbers[name]) if "." in value)
    return (
        f"'{name}' holds {example} beside whole numbers: the point was read as a decimal one. If "
        'it stands between thousands: --decimal "," --thousands ".".'
    )


def _fault_of_commas(numbers: Columns, written: Dialect) -> str | None:
    """Return the fault if commas that were read as decimal ones stand between thousands."""
    with_comma = {name: v for name, v in numbers.items() if any("," in value for value in v)}
    if (
        (written.decimal, written.thousands) != EUROPE
        or not with_comma
        or not all(_reads(US, v) for v in numbers.values())
        or not _are_thousands(with_comma, ",", written)
    ):
        return None
    name, values = next(iter(with_comma.items()))
    example = next(value for value in sorted(values) if "," in value)
    return (
        f"column '{name}' holds '{example}': in all numbers of the file the comma stands before "
        'three digits, as between thousands. Say so: --thousands ",". (If it stands before '
        "decimals: write a point in its place.)"
    )


def _are_thousands(columns: Columns, sign: str, written: Dialect) -> bool:
    """Whether signs that stand before three digits throughout are between thousands.

    So they are where smaller numbers beside them have none, or where the sign also separates the
    fields, which a decimal sign never does; not where a larger number has none.
    """
    bare = [value for values in columns.values() for value in values if sign not in value]
    if any(len(value) > 3 and value.isdigit() for value in bare):
        return False
    return written.separator == sign or any(_plain_beside(v, sign) for v in columns.values())


def _plain_beside(values: set[str], sign: str) -> bool:
    """Whether values with a sign stand beside whole numbers without, all of them below 1000."""
    plain = [value for value in values if re.fullmatch(r"[-+]?[0-9]+", value)]
    return (
        any(sign in value for value in values)
        and any(len(value) <= 3 for value in plain)
        and not any(len(value) > 3 for value in plain)
    )


def _values(fields: Iterable[str], written: Dialect) -> set[str]:
    """Return the different values of a column, without what may stand for a gap."""
    words = {field.strip() for field in fields} - {"", *written.gaps} - SIGNS
    return {word for word in words if word.lower() not in GAP_WORDS}


def _reads(habit: Habit, values: set[str]) -> bool:
    """Whether all values are numbers, written so."""
    read = number_reader(*habit)
    return bool(values) and all(read(value) is not None for value in values)
