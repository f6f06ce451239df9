"""What a user should know of how a file was read."""

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from regpipe.language import TableRows
from regpipe.tables.cells import GAP_WORDS
from regpipe.tables.columns import Columns
from regpipe.tables.dialect import Dialect
from regpipe.tables.habits import note_of_points
from regpipe.tables.table_file import Table
from regpipe.tables.wording import count_rows


def notes_on_reading(
    found: Table,
    judged: dict[str, list[str]],
    table: pd.DataFrame,
    rows: TableRows,
    columns: Columns,
    written: Dialect,
) -> Iterator[str]:
    """Say what was taken for a gap and what wasn't, and what else may have been meant otherwise.

    Args:
        found: what the file holds.
        judged: the fields of the columns that shall be numbers if they can.
        table: the rows that are used.
        rows: what the user says of the columns.
        columns: what they hold.
        written: how the file is read.
    """
    if left_out := len(found.frame) - len(table):
        yield f"Left out, since their target is missing: {count_rows(left_out)}."
    used = {rows.target, *columns.numeric, *columns.categorical}
    if taken := {n: words for n, words in found.words.items() if n in used}:
        told = _few([f"{counted(words)} of '{name}'" for name, words in taken.items()])
        flags = " ".join(
            f"--keep {shlex.quote(word)}"
            for word in sorted({word for words in taken.values() for word in words})
            if word.lower() in GAP_WORDS and word not in written.gaps
        )
        yield f"Taken for gaps: {told}." + (f" For values: {flags}." if flags else "")
    kept: dict[str, Counter[str]] = {}
    for name in {rows.target: 0, **columns.categorical} if found.texts else ():
        words = Counter(map(str, table[name].dropna()))
        if some := Counter({w: n for w, n in words.items() if _may_be_gap(w, written)}):
            kept[name] = some
        if alike := _alike(words):
            yield (
                f"'{name}' has {alike}, which differ by their letters' case alone. If they are "
                "meant to be the same, write them so."
            )
    if kept:
        told = _few([f"{counted(words)} of '{name}'" for name, words in kept.items()])
        asked = sorted({word for some in kept.values() for word in some})
        flags = " ".join(f"--na {shlex.quote(word)}" for word in asked)
        yield f"Taken for values, not for gaps: {told}. For gaps in all columns: {flags}."
    if written.quote == '"' and (quoted := [n for n, v in judged.items() if any(map(_quoted, v))]):
        yield (
            f"Values of {_few([repr(name) for name in quoted])} stand in quotes, which are taken "
            'for a part of them. To leave them off: --quote "\'".'
        )
    if note := note_of_points(judged, written):
        yield note


def notes_on_line_breaks(texts: Mapping[str, list[str]]) -> Iterator[str]:
    """Say which fields of a CSV go over several lines, as they do where a quote is astray."""
    for name, values in texts.items():
        if n := sum("\n" in value.strip() or "\r" in value.strip() for value in values):
            yield (
                f"'{name}' holds line breaks in {count_rows(n)}: all between two quotes is one "
                "value. If lines are missing, a quote is astray."
            )


def _quoted(text: str) -> bool:
    return len(text.strip()) > 1 and text.strip()[0] == text.strip()[-1] == "'"


def _may_be_gap(word: str, written: Dialect) -> bool:
    return (word.lower() in GAP_WORDS or word == "?") and word not in written.kept


def _alike(words: Iterable[str]) -> str:
    """Return the first words that are the same but for small and capital letters."""
    by_small: dict[str, list[str]] = {}
    for word in sorted(words):
        by_small.setdefault(word.casefold(), []).append(word)
    several = next((some for some in by_small.values() if len(some) > 1), [])
    return " and ".join(f"'{word}'" for word in several)


def counted(words: Counter[str]) -> str:
    """Return each word with the number of its rows."""
    return " and ".join(f"'{word}' in {count_rows(n)}" for word, n in sorted(words.items()))


def _few(told: Sequence[str], most: int = 5) -> str:
    return ", ".join(told[:most]) + (f" and {len(told) - most} more" * (len(told) > most))
