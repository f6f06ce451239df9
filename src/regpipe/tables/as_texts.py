"""What `pd.read_csv` loses of a file's texts: 007 becomes 7, and the word NA a gap.

A frame that was read so holds too little to be sure of, and it is said how to read it anew.
"""

from collections.abc import Iterator

import pandas as pd

from regpipe.errors import SpecError
from regpipe.tables.columns import Columns
from regpipe.tables.kinds import is_numeric
from regpipe.tables.numbers import number_reader
from regpipe.tables.typed import as_text
from regpipe.tables.wording import count_rows, listed
from regpipe.tables.words import GAP_WORDS

KEEP = "`pd.read_csv(..., dtype=str, keep_default_na=False)` leaves texts as they are in the file."

_number = number_reader(".", None)


def check_codes(table: pd.DataFrame, columns: Columns, path: str) -> None:
    """Raise SpecError if a column of texts holds numbers, and no number is one of its texts.

    Args:
        table: rows as they come.
        columns: what the columns hold by those trained on.
        path: of the rows, for messages.
    """
    faults = [
        f"{path}: column '{name}' holds numbers, and its values are texts such as {listed(codes)}, "
        f"which are others. Expected texts: {KEEP}"
        for name, categories in columns.categorical.items()
        if name in table and is_numeric(table[name])
        if (codes := [text for text in categories if _is_lost(text)][:2])
    ]
    if faults:
        raise SpecError(*faults)


def lost_words(table: pd.DataFrame, columns: Columns) -> Iterator[str]:
    """Yield which gaps of a frame of numbers and texts may be words of the file that it is of."""
    if not any(name in table and is_numeric(table[name]) for name in columns.numeric):
        return  # as it stands in a file
    for name, categories in columns.categorical.items():
        words = [text for text in categories if text.lower() in GAP_WORDS]
        n = int(table[name].isna().sum())
        if words and n and not table[name].isin(words).any():
            yield (
                f"column '{name}' is missing in {count_rows(n)}, where the file may have the "
                f"value {listed(words)}. {KEEP}"
            )


def _is_lost(text: str) -> bool:
    number = _number(text)
    return number is not None and as_text(pd.Series([number]))[0] != text
