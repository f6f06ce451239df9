"""Points and commas in the numbers of a file: before decimals, or between thousands?

Read the wrong way, 60,371 is 60.371, without a word. What the columns hold together mostly tells;
where it doesn't, only the user can.
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
    """Say which points or commas of a file were read the wrong way, or couldn't be; None if none.

    Args:
        texts: the fields of the columns that shall be numbers if they can.
        written: how they are read.
    """
    columns = {name: _known(values, written) for name, values in texts.items()}
    numbers = {n: v for n, v in columns.items() if _reads((written.decimal, written.thousands), v)}
    others = {n: v for n, v in columns.items() if n not in numbers and _habits(v)}
    if not others:
        return _fault_of_commas(numbers, written)
    name, values = next(iter(others.items()))
    as_said = number_reader(written.decimal, written.thousands)
    example = next(v for v in sorted(values) if as_said(v) is None)
    found = f"column '{name}' holds numbers with a comma, such as '{example}'"
    if "," not in example:
        found = f"column '{name}' holds numbers such as '{example}'"
    agreed = [h for h in HABITS if all(_reads(h, v) for v in {**numbers, **others}.values())]
    if not agreed:
        return (
            f"{found}, and other columns are written otherwise. Expected the same of all numbers "
            "of a file: points before decimals, say."
        )
    if EUROPE in agreed and US in agreed and not _are_thousands(others, ",", written):
        return (
            f"{found}. Is the comma between thousands, or before decimals? Say so: --thousands "
            '"," or --decimal ",".'
        )
    decimal, thousands = agreed[0]
    flags = f' --decimal "{decimal}"' * (decimal != ".")
    flags += f' --thousands "{thousands}"' * (thousands is not None)
    where = " and ".join(
        [f"'{decimal}' before decimals"] * (decimal != ".")
        + [f"'{thousands}' between thousands"] * (thousands is not None)
    )
    return f"{found}: {where}. Say so:{flags}."


def note_of_points(texts: Mapping[str, list[str]], written: Dialect) -> str | None:
    """Ask whether points that were read as decimal ones stand between thousands."""
    if (written.decimal, written.thousands) != (".", None):
        return None
    columns = {name: _known(values, written) for name, values in texts.items()}
    numbers = {name: v for name, v in columns.items() if _reads((".", None), v)}
    pointed = {name: v for name, v in numbers.items() if any("." in value for value in v)}
    if not all(_reads((",", "."), v) for v in numbers.values()):
        return None
    if not any(_plain_beside(v, ".") for v in pointed.values()):
        return None
    name, values = next((n, v) for n, v in pointed.items() if _plain_beside(v, "."))
    example = next(value for value in sorted(values) if "." in value)
    return (
        f"'{name}' holds {example} beside whole numbers: the point was read as a decimal one. If "
        'it stands between thousands: --decimal "," --thousands ".".'
    )


def _fault_of_commas(numbers: Columns, written: Dialect) -> str | None:
    """Say so if commas that were read as decimal ones stand between thousands."""
    if (written.decimal, written.thousands) != EUROPE:
        return None
    with_comma = {name: v for name, v in numbers.items() if any("," in value for value in v)}
    if not with_comma or not all(_reads(US, v) for v in numbers.values()):
        return None
    if not _are_thousands(with_comma, ",", written):
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
    fields, as nobody does whose decimals it marks; not where a larger number has none.
    """
    bare = [value for values in columns.values() for value in values if sign not in value]
    if any(len(value) > 3 and value.isdigit() for value in bare):
        return False
    return written.separator == sign or any(_plain_beside(v, sign) for v in columns.values())


def _plain_beside(values: Iterable[str], sign: str) -> bool:
    values = list(values)
    plain = [value for value in values if re.fullmatch(r"[-+]?[0-9]+", value)]
    return (
        any(sign in value for value in values)
        and any(len(value) <= 3 for value in plain)
        and not any(len(value) > 3 for value in plain)
    )


def _known(values: Iterable[str], written: Dialect) -> set[str]:
    words = {value.strip() for value in values} - {"", *written.gaps} - SIGNS
    return {word for word in words if word.lower() not in GAP_WORDS}


def _habits(values: set[str]) -> list[Habit]:
    return [habit for habit in HABITS if _reads(habit, values)]


def _reads(habit: Habit, values: set[str]) -> bool:
    """Whether all values are numbers, written so."""
    read = number_reader(*habit)
    return bool(values) and all(read(value) is not None for value in values)
