"""A CSV that people open in a spreadsheet, which runs what looks like a formula.

A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return, and is no number, gets an
apostrophe before it, as a spreadsheet marks texts; what has one before such a sign gets one more.
So each text can be told from its cell, and comes back as it was saved.

Source: OWASP, "CSV Injection".
"""

import csv
import re
from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import pandas as pd

from regpipe.kedro_side.datasets.whole import CSVDataset
from regpipe.tables.numbers import number_reader

MARK = "'"
FORMULA = re.compile(r"'*[=+\-@\t\r]")
_number = number_reader(".", None)


class SheetDataset(CSVDataset):
    """A `pandas.CSVDataset` that is written as a whole, with no text that is a formula."""

    def save(self, data: pd.DataFrame) -> None:
        """Write the file."""
        written = _with_texts(data, marked)
        if any("\r" in text for text in _texts(written)):  # which pandas leaves without quotes
            dataset = copy(self)
            dataset._save_args = {**self._save_args, "quoting": csv.QUOTE_NONNUMERIC}
            super(SheetDataset, dataset).save(written)
        else:
            super().save(written)

    def load(self) -> pd.DataFrame:
        """Return the table as it was saved."""
        return _with_texts(super().load(), unmarked)


def marked(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs.

    >>> marked("=1+1"), marked("'=1+1"), marked("-5"), marked("-5 kg"), marked("it's")
    ("'=1+1", "''=1+1", '-5', "'-5 kg", "it's")
    """
    return MARK + text if _runs(text) else text


def unmarked(cell: str) -> str:
    """Return the text of a cell."""
    return cell[1:] if cell[:1] == MARK and _runs(cell[1:]) else cell


def _runs(text: str) -> bool:
    return bool(FORMULA.match(text)) and _number(text) is None


def _with_texts(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """Return a table with its names and its texts changed; all else stays what it is."""

    def changed(value: Any) -> Any:
        return change(value) if isinstance(value, str) else value

    safe = table.rename(columns=changed)
    for place in _of_texts(table):
        safe.isetitem(place, table.iloc[:, place].map(changed).array)
    return safe


def _texts(table: pd.DataFrame) -> Iterator[str]:
    yield from (name for name in table if isinstance(name, str))
    for place in _of_texts(table):
        yield from (value for value in table.iloc[:, place] if isinstance(value, str))


def _of_texts(table: pd.DataFrame) -> list[int]:
    """Return the places of the columns that may hold texts."""
    return [
        place
        for place, kind in enumerate(table.dtypes)
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind))
    ]
