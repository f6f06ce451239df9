"""How is a file of text written: what separates its fields, and what quotes them?"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import islice

from regpipe.tables.dialect import Dialect
from regpipe.tables.numbers import number_reader

SEPARATORS = (";", "\t", ",", "|", " ")
CALLED = {",": "commas", "\t": "tabs", ";": "semicolons", " ": "blanks", "|": "bars"}
QUOTES = ('"', "'")
FIRST = 200  # lines, by which a file is judged
PLAIN = number_reader(".", None)
FOR_EXCEL = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # a line that is none of the table
HABITS = ((".", ","), (",", "."), (".", " "), (".", "'"))  # numbers of any writing


@dataclass(frozen=True)
class Cut:
    """What the first lines of a file are, cut in one way.

    Attributes:
        separator: by which.
        quote: likewise.
        rows: the fields of each line.
        skip: lines above those that are cut evenly.
    """

    separator: str
    quote: str
    rows: list[list[str]]
    skip: int


def separated(text: str, written: Dialect, *, said: frozenset[str]) -> Dialect:
    """Return the dialect with the separator, the quote and the lines to skip that the text tells.

    Args:
        text: of the file.
        written: what is known of it.
        said: which of `separator`, `quote` and `skip` are the user's choice.
    """
    lines = list(islice(StringIO(text, newline=""), FIRST))
    first = lines[0].strip() if lines else ""
    if not said & {"separator", "skip"} and (match := FOR_EXCEL.fullmatch(first)):
        written, said = replace(written, separator=match[1], skip=1), said | {"separator"}
    cuts = list(_cuts(lines[written.skip :], written, said, whole=len(lines) < FIRST))
    if not cuts:
        return written
    cuts = [cut for cut in cuts if cut.separator != " "] or cuts  # blanks stand in texts, too
    if not said and cuts[0].separator == " " and '\\"' in "".join(lines):
        return written  # a quote behind a backslash, by which no other cut is even
    best = _with_quote(_best(cuts, written), cuts)
    skip = written.skip + best.skip
    return replace(written, separator=best.separator, quote=best.quote, skip=skip)


def _cuts(
    lines: Sequence[str], written: Dialect, said: frozenset[str], *, whole: bool
) -> Iterator[Cut]:
    """Yield each way to cut lines into as many fields each, the most usual first."""
    separators = [written.separator]
    separators += [s for s in SEPARATORS if s != written.separator] * ("separator" not in said)
    quotes = [written.quote] + [q for q in QUOTES if q != written.quote] * ("quote" not in said)
    for quote in quotes:
        for separator in separators:
            rows = list(
                csv.reader(lines, delimiter=separator, quotechar=quote, skipinitialspace=True)
            )
            if not whole:
                rows = rows[:-1]  # the last may be cut off, within a text of several lines
            if separator == " ":  # those that fill up a line are no fields
                rows = [row[:-1] if len(row) > 1 and not row[-1] else row for row in rows]
            filled = [place for place, row in enumerate(rows) if any(f.strip() for f in row)]
            yield from _even(rows, filled, separator, quote, "skip" in said)


def _even(
    rows: list[list[str]], filled: list[int], separator: str, quote: str, skipped: bool
) -> Iterator[Cut]:
    if not filled:
        return
    begin = 0 if skipped else titles([rows[place] for place in filled])
    kept = [rows[place] for place in filled[begin:]]
    if len(kept) < 2 or len(kept[-1]) < 2 or any(len(row) != len(kept[-1]) for row in kept):
        return
    yield Cut(separator, quote, kept, filled[begin] if begin else 0)


def titles(rows: Sequence[Sequence[str]]) -> int:
    """Return how many of a table's first lines hold a title or a comment, a field of it at most.

    A line as long as the others is one only above a line of names.
    """
    n, expected = 0, len(rows[-1])
    while n < len(rows) - 2 and _is_title(rows[n], expected):
        n += 1
    if any(len(row) == expected for row in rows[:n]) and not _are_texts(rows[n]):
        return 0
    return n


def _is_title(row: Sequence[str], expected: int) -> bool:
    first = row[0].strip()
    if first.startswith("#") and len(row) != expected:
        return True
    alone = bool(first) and not any(field.strip() for field in row[1:])
    return alone and (expected > 2 or " " in first) and PLAIN(first) is None


def _are_texts(row: Sequence[str]) -> bool:
    return all(field.strip() and PLAIN(field.strip()) is None for field in row)


def _best(cuts: Sequence[Cut], written: Dialect) -> Cut:
    """Return the cut with the cleanest fields, the first of several."""
    usual = [cut for cut in cuts if cut.quote == written.quote] or list(cuts)
    return max(usual, key=_clean)


def _clean(cut: Cut) -> float:
    """Return the share of fields below the first line that are numbers, or hold no separator."""
    others = set(SEPARATORS) - {cut.separator, " "}
    readers = [number_reader(*habit) for habit in HABITS]
    fields = Counter(field.strip() for row in cut.rows[1:] for field in row)
    dirty = [f for f in fields if others & set(f) and all(read(f) is None for read in readers)]
    return 1 - sum(fields[field] for field in dirty) / max(fields.total(), 1)


def _with_quote(cut: Cut, cuts: Sequence[Cut]) -> Cut:
    """Return the cut by the other quote, where that stands around all values of a column.

    Or around one in which it is doubled, as it is within quotes.
    """
    if any(field.lstrip().startswith(cut.quote) for row in cut.rows for field in row):
        return cut
    for other in cuts:
        if other.quote == cut.quote or (other.separator, other.skip) != (cut.separator, cut.skip):
            continue
        quote, columns = other.quote, list(_columns(cut))
        doubled = {v for values in columns for v in values if 2 * quote in v[1:-1]}
        if any(_are_in(quote, values) for values in [*columns, doubled]):
            return other
    return cut


def _columns(cut: Cut) -> Iterator[set[str]]:
    for column in zip(*cut.rows[1:], strict=True):
        yield {field.strip() for field in column} - {"", "?"}


def _are_in(quote: str, values: set[str]) -> bool:
    return bool(values) and all(
        len(value) > 1 and value[0] == value[-1] == quote for value in values
    )
