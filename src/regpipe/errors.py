"""The one exception for what a user wrote, and the sentences it is made of."""

from collections.abc import Iterable
from difflib import get_close_matches


class SpecError(ValueError):
    """Something in the parameters is wrong; each fault says where, what, and what was expected."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        super().__init__("\n".join(self.faults))


def unknown(path: str, what: str, name: str, expected: Iterable[str]) -> SpecError:
    """Return the error for a `name` that isn't among the `expected` ones.

    >>> print(unknown("moons.network.hidden", "argument of Dense", "unit", ["units", "use_bias"]))
    moons.network.hidden: 'unit' is no argument of Dense. Did you mean 'units'?
    """
    return SpecError(f"{path}: '{name}' is no {what}. {hint(name, expected)}")


def hint(name: str, expected: Iterable[str]) -> str:
    """Return the nearest of the expected names as a question, or all of them.

    >>> hint("trian", ["train", "test"])
    "Did you mean 'train'?"
    """
    known = sorted(set(expected))
    near = get_close_matches(name, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Expected one of: {', '.join(known)}."


def cause_of(error: BaseException) -> BaseException:
    """Return the error that an error began with."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def not_utf8(error: UnicodeDecodeError) -> str:
    """Say what to do with a file of text that is encoded otherwise."""
    byte = error.object[error.start]
    return (
        f"This file isn't {error.encoding.upper()}: byte {byte:#04x} stands at {error.start:,}. "
        "Save it as UTF-8, or name its encoding, such as cp1252 (--encoding, or `encoding: cp1252` "
        "in the catalog)."
    )
