"""The one exception for what a user wrote, and the sentences it is made of."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

MANY = 40  # names that a message still lists

# Ends a line, moves a terminal's cursor, or turns the direction of what follows.
UNSEEN = re.compile("[\\x00-\\x1f\\x7f-\\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class SpecError(ValueError):
    """Something in the parameters is wrong; each fault says where, what, and what was expected."""

    def __init__(self, *faults: str) -> None:
        self.faults = tuple(map(seen, faults))
        super().__init__("\n".join(self.faults))


def seen(text: str) -> str:
    r"""Return a text on one line, in which all that nobody would see is written out.

    >>> seen("two\nlines, \x1b[31mred")
    'two\\nlines, \\x1b[31mred'
    """
    return UNSEEN.sub(lambda match: repr(match[0])[1:-1], text)


def unknown(path: str, what: str, name: Any, expected: Iterable[str]) -> SpecError:
    """Return the error for a `name` that isn't among the `expected` ones.

    >>> print(unknown("moons.network.hidden", "argument of Dense", "unit", ["units", "use_bias"]))
    moons.network.hidden: 'unit' is no argument of Dense. Did you mean 'units'?
    """
    return SpecError(f"{path}: '{name}' is no {what}. {hint(name, expected)}")


def hint(name: Any, expected: Iterable[str]) -> str:
    """Return the nearest of the expected names as a question, or all of them, if they are few.

    >>> hint("trian", ["train", "test"])
    "Did you mean 'train'?"
    """
    known = sorted(set(expected))
    if not known:
        return "There are none."
    if meant := did_you_mean(name, known):
        return meant
    few = known if len(known) <= MANY else [*known[:MANY], "..."]
    return f"Expected one of: {', '.join(few)}."


def did_you_mean(name: Any, there: Iterable[str]) -> str:
    """Ask for the nearest of some names; "" where none is near."""
    near = get_close_matches(str(name), list(there), n=1)
    return f"Did you mean '{near[0]}'?" if near else ""


def shown(value: Any) -> str:
    """Return a value as a message has it: its beginning, where it is long.

    >>> shown(None), shown("a" * 99)
    ('nothing', "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...")
    """
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:69]}..."


def cause_of(error: BaseException) -> BaseException:
    """Return the error that an error began with."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def reason_of(error: BaseException) -> str:
    """Return the first line of what an error of a library says, and its name if it says nothing.

    How to run all the same what was refused, as Keras adds, is left out.
    """
    first, *_ = str(error).strip().splitlines() or [type(error).__name__]
    return first.partition(" If you trust")[0]


NAME_IT = "name its encoding, such as cp1252 (--encoding, or `encoding: cp1252` in the catalog)"


def not_utf8(error: UnicodeDecodeError, otherwise: str = NAME_IT) -> str:
    """Say what to do with a file of text that is encoded otherwise."""
    byte = error.object[error.start]
    return (
        f"This file isn't {error.encoding.upper()}: byte {byte:#04x} stands at {error.start:,}. "
        f"Save it as UTF-8{otherwise and f', or {otherwise}'}."
    )
