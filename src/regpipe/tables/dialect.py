"""How a table is written in a file: the options of a reader, the same at each reading."""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from regpipe.errors import SpecError

BLANKS = " \u00a0\u202f"  # what stands between thousands where a blank does
LONGEST = 300  # digits; a longer whole number may be beyond any float64
TYPED = {"\\t": "\t", r"\s+": " "}  # as a person may type a separator


@dataclass(frozen=True)
class Dialect:
    """How a file is written; all of it but `names`, `gaps`, `kept` and `texts` is of a CSV.

    Attributes:
        encoding: of its text.
        separator: one character between fields; a blank stands for any number of them.
        quote: one character around fields that hold a separator.
        decimal: what stands before decimals, a point or a comma.
        thousands: one character between thousands, None where nothing is.
        names: of all columns, of a file that has no line with names.
        gaps: words that stand for a missing value in every column.
        kept: words that are values, though they stand for a missing one among numbers elsewhere.
        texts: columns that hold text, whatever it looks like.
    """

    encoding: str = "utf-8-sig"
    separator: str = ","
    quote: str = '"'
    decimal: str = "."
    thousands: str | None = None
    names: tuple[str, ...] | None = None
    gaps: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    def to_catalog(self) -> dict[str, Any]:
        """Return what differs from a usual CSV, as keys of the catalog."""
        usual = asdict(Dialect())
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
            if value != usual[key]
        }


def dialect(**keys: Any) -> Dialect:
    """Return the dialect of a file, None standing for what is usual.

    Raises:
        SpecError: a value can't be used.
    """
    keys = {key: value for key, value in keys.items() if value is not None}
    if strange := set(keys) - {field.name for field in fields(Dialect)}:
        raise SpecError(f"{min(strange)}: nothing of a table is called so.")
    for key in keys.keys() & {"names", "gaps", "kept", "texts"}:
        keys[key] = tuple(str(word).strip() for word in keys[key])
    if "separator" in keys:
        keys["separator"] = TYPED.get(keys["separator"], keys["separator"])
    made = Dialect(**keys)
    for key in ("separator", "quote", "thousands"):
        value = getattr(made, key)
        if value is not None and len(value) != 1:
            raise SpecError(f"{key}: expected one character, received '{value}'.")
    if made.decimal not in {".", ","}:
        raise SpecError(f"decimal: expected a point or a comma, received '{made.decimal}'.")
    if made.thousands is not None and (made.thousands.isalnum() or made.thousands in "+-"):
        raise SpecError(f"thousands: '{made.thousands}' can't stand between thousands.")
    if made.thousands == made.decimal:
        raise SpecError(
            f"thousands: '{made.thousands}' stands before decimals. Expected another character."
        )
    if made.quote == made.separator:
        raise SpecError(f"quote: '{made.quote}' separates fields. Expected another character.")
    if both := set(made.gaps) & set(made.kept):
        raise SpecError(f"'{min(both)}' is named as a gap and as a value. Expected one of both.")
    return made


def number_reader(decimal: str, thousands: str | None) -> Callable[[str], int | float | None]:
    """Return what makes a number of a text, and None of a text that is none.

    Thousands come in groups of three after one to three digits that don't begin with 0; a number
    without groups is one, too.

    >>> read = number_reader(".", ",")
    >>> read("60,371"), read("775"), read("1,5")
    (60371, 775, None)
    """
    point, whole, between = re.escape(decimal), "[0-9]+", ""
    if thousands is not None:
        between = f"[{BLANKS}]" if thousands == " " else re.escape(thousands)
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{between}[0-9]{{3}})+|[0-9]+)"
    pattern = (
        rf"[-+]?(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?inf(?:inity)?"
    )
    matches = re.compile(pattern, re.IGNORECASE).fullmatch
    drop = re.compile(between).sub if between else None

    def read(text: str) -> int | float | None:
        if not matches(text):
            return None
        plain = drop("", text) if drop else text
        if decimal != ".":
            plain = plain.replace(decimal, ".")
        if len(plain) > LONGEST:
            return float(plain)
        try:
            return int(plain)
        except ValueError:
            return float(plain)

    return read
