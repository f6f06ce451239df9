"""Python as text, as ruff would format it, from which no value can break out.

A call is written on one line where it fits, else with one argument per line.
"""

import math
import textwrap
from typing import Any

from regpipe.engine.keras_calls import Call

WIDTH = 88


class Code(str):
    """Text that is Python already, such as the name of a variable."""


def statement(begin: str, value: Any, indent: int = 0) -> str:
    """Return `begin` and the value, both indented by this many blanks.

    >>> print(statement("units = ", [1, 2]))
    units = [1, 2]
    """
    first = " " * indent + begin
    return first + _text(value, len(first), indent, 0)


def comment(text: str, indent: int = 0) -> str:
    """Return a comment of as many lines as it needs.

    >>> print(comment("Every row.", 2))
      # Every row.
    """
    begin = " " * indent + "# "
    return textwrap.fill(
        " ".join(text.split()), WIDTH, initial_indent=begin, subsequent_indent=begin
    )


def literal(value: Any) -> str:
    """Return a value of YAML as Python, on one line.

    >>> print(literal({"a": [1e-05, True, 'say "so"'], "b": float("inf")}))
    {"a": [1e-05, True, 'say "so"'], "b": float("inf")}
    """
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if (parts := _parts(value)) is None:
        return repr(value)
    (begin, end), items = parts
    comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
    return begin + ", ".join(before + literal(item) for before, item in items) + comma + end


def _text(value: Any, column: int, indent: int, after: int) -> str:
    """Return a value that begins in a column, with room for so many characters after it."""
    flat, parts = literal(value), _parts(value)
    if parts is None or not parts[1] or column + len(flat) + after <= WIDTH:
        return flat
    (begin, end), items = parts
    inner = indent + 4
    lines = [
        " " * inner + before + _text(item, inner + len(before), inner, 1) for before, item in items
    ]
    last = "" if len(items) == 1 and "\n" in lines[0] else ","  # as ruff leaves it
    return begin + "\n" + ",\n".join(lines) + last + "\n" + " " * indent + end


def _parts(value: Any) -> tuple[tuple[str, str], list[tuple[str, Any]]] | None:
    """Return what encloses a value's items, and each with what stands before it."""
    match value:
        case Call():
            items = [(f"{key}=" if key else "", item) for key, item in value.arguments]
            return (f"{value.name}(", ")"), items
        case dict():
            return ("{", "}"), [(f"{literal(key)}: ", item) for key, item in value.items()]
        case list():
            return ("[", "]"), [("", item) for item in value]
        case tuple():
            return ("(", ")"), [("", item) for item in value]
    return None


def _quoted(text: str) -> str:
    """Return a string in double quotes, or as `repr` has it where it contains some.

    >>> print(_quoted("it's"), _quoted("relu"))
    "it's" "relu"
    """
    written = repr(text)
    return written if '"' in text else f'"{written[1:-1]}"'
