"""A text -> the number that is written in it."""

import re
from collections.abc import Callable

BLANKS = " \u00a0\u2009\u202f"  # what stands between thousands where a blank does
APOSTROPHES = "'\u2019"  # likewise
ALIKE = {" ": BLANKS, "'": APOSTROPHES}
MINUS = "\u2212"  # as typesetters write it
SIGN = f"[-+{MINUS}]"
LONGEST = 300  # digits; a longer whole number may be beyond any float64
EXACT = 2**63  # from here on, a whole number is a float64
CURRENCY = r"(?:[$€£¥₹₽₩₺]|[A-Z]{1,2}\$|USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|Rs\.?)"
DIGITS = rf"[0-9.,{APOSTROPHES}{BLANKS}]*[0-9][0-9.,{APOSTROPHES}{BLANKS}]*(?:[eE][-+]?[0-9]+)?"
LETTER = rf"(?:[%‰°]|{CURRENCY}|[^\W\d_])"
UNIT = re.compile(
    rf"(?P<sign>{SIGN}?)(?:(?P<before>{CURRENCY})\s*)?{DIGITS}(?P<behind>{LETTER}[^\d]{{0,11}})?"
)

Reader = Callable[[str], int | float | None]


def number_reader(decimal: str, thousands: str | None, unit: str | None = None) -> Reader:
    """Return what makes a number of a text, and None of a text that is none.

    Thousands come in groups of three after one to three digits that don't begin with 0; a number
    without groups is one, too. A unit stands before or behind each number.

    >>> read = number_reader(".", ",")
    >>> read("60,371"), read("775"), read("1,5")
    (60371, 775, None)
    >>> read = number_reader(".", None, "$")
    >>> read("-$5"), read("5 $"), read("5")
    (-5, 5, None)
    """
    point, whole, between = re.escape(decimal), "[0-9]+", ""
    if thousands is not None:
        between = f"[{ALIKE[thousands]}]" if thousands in ALIKE else re.escape(thousands)
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{between}[0-9]{{3}})+|[0-9]+)"
    digits = rf"(?:{whole}(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]+)?"
    pattern = rf"{SIGN}?(?:{digits}|inf(?:inity)?)"
    matches = re.compile(pattern, re.IGNORECASE).fullmatch
    drop = re.compile(between).sub if between else None

    def read(text: str) -> int | float | None:
        if unit is not None and (text := without_unit(text, unit)) == "":
            return None
        if not matches(text):
            return None
        plain = (drop("", text) if drop else text).replace(MINUS, "-")
        if decimal != ".":
            plain = plain.replace(decimal, ".")
        if len(plain) > LONGEST:
            return float(plain)
        try:
            return int(plain)
        except ValueError:
            return float(plain)

    return read


def unit_of(texts: set[str]) -> str | None:
    """Return the one unit that stands at all numbers, None where there is none.

    >>> unit_of({"5 kg", "1,200 kg"}), unit_of({"$5", "-$7"}), unit_of({"A5", "A7"})
    ('kg', '$', None)
    """
    units = units_of(texts)
    before, behind = next(iter(units)) if len(units) == 1 else (None, None)
    return None if before and behind else before or behind


def units_of(texts: set[str]) -> set[tuple[str | None, str | None]]:
    """Return what stands before and behind numbers; nothing where a text is none."""
    matches = [UNIT.fullmatch(text) for text in texts]
    found = [match for match in matches if match]
    if len(found) < len(matches):
        return set()
    return {(match["before"], (match["behind"] or "").strip() or None) for match in found}


def without_unit(text: str, unit: str) -> str:
    """Return a number without its unit, nothing where that is missing."""
    sign = text[:1] if text[:1] in {"-", "+", MINUS} else ""
    rest = text[len(sign) :].strip()
    if rest.startswith(unit):
        return sign + rest[len(unit) :].strip()
    return sign + rest[: -len(unit)].strip() if rest.endswith(unit) else ""
