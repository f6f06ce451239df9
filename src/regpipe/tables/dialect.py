"""How a table is written in a file: what tells its lines and fields apart."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from regpipe.errors import SpecError

TYPED = {"\\t": "\t", r"\s+": " "}  # as a person may type a separator


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes:
        encoding: of the text of a CSV.
        separator: of a CSV, one character between fields; a blank stands for any number of them.
        quote: of a CSV, one character around fields that hold a separator.
        skip: lines above that of the names, or above the first row where no line names the columns.
        names: of all columns, of a file that has no line with names.
        sheet: of an Excel file, the first if not given.
    """

    encoding: str = "utf-8-sig"
    separator: str = ","
    quote: str = '"'
    skip: int = 0
    names: tuple[str, ...] | None = None
    sheet: str | None = None

    def to_catalog(self) -> dict[str, Any]:
        """Return what differs from a usual CSV, as keys of the catalog."""
        usual = asdict(Dialect())
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
            if value != usual[key]
        }


def name_of(column: Any) -> str:
    r"""Return a column's name on one line, without blanks around it.

    >>> name_of(" net\n price")
    'net price'
    """
    return " ".join(str(column).split())


def dialect(**keys: Any) -> Dialect:
    """Return the dialect of a file, None standing for what is usual.

    Raises:
        SpecError: a value can't be used.
    """
    keys = {key: value for key, value in keys.items() if value is not None}
    if strange := set(keys) - {field.name for field in fields(Dialect)}:
        raise SpecError(f"{min(strange)}: nothing of a table is called so.")
    if "names" in keys:
        keys["names"] = tuple(map(name_of, keys["names"]))
    if "separator" in keys:
        keys["separator"] = TYPED.get(keys["separator"], keys["separator"])
    made = Dialect(**keys)
    for key in ("separator", "quote"):
        value = getattr(made, key)
        if len(value) != 1:
            raise SpecError(f"{key}: expected one character, received '{value}'.")
    if made.quote == made.separator:
        raise SpecError(f"quote: '{made.quote}' separates fields. Expected another character.")
    if type(made.skip) is not int or made.skip < 0:
        raise SpecError(f"skip: expected a number of lines, received {made.skip!r}.")
    return made
