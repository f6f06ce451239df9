"""What a user should know of a file: how it was read, and what its rows may disappoint in."""

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
from regpipe.tables.wording import count_rows, flags

FEW = 10  # rows of a class


def notes_on_reading(
    file: Table,
    texts: dict[str, list[str]],
    table: pd.DataFrame,
    rows: TableRows,
    columns: Columns,
    written: Dialect,
) -> Iterator[str]:
    """Yield what was taken for a gap and what wasn't, and what else may have been meant otherwise.

    Args:
        file: what the file holds.
        texts: the fields of the columns that are numbers if they can be.
        table: the rows that are used.
        rows: the block that names the columns.
        columns: what they hold.
        written: how the file is read.
    """
    if left_out := len(file.frame) - len(table):
        yield f"Left out, since their target is missing: {count_rows(left_out)}."
    used = {rows.target, *columns.numeric, *columns.categorical}
    if gaps := {name: words for name, words in file.words.items() if name in used}:
        usual = {word for words in gaps.values() for word in words if word.lower() in GAP_WORDS}
        keep = flags("--keep", sorted(usual - set(written.gaps)))
        yield f"Taken for gaps: {_counted_in(gaps)}." + (f" For values: {keep}." if keep else "")
    kept: dict[str, Counter[str]] = {}
    for name in {rows.target: 0, **columns.categorical} if file.texts else ():
        words = Counter(map(str, table[name].dropna()))
        doubtful = {w for w in words if w.lower() in GAP_WORDS or w == "?"} - set(written.kept)
        if doubtful:
            kept[name] = Counter({word: words[word] for word in doubtful})
        if alike := _alike(words):
            yield (
                f"'{name}' has {alike}, which differ by their letters' case alone. If they are "
                "meant to be the same, write them so."
            )
    if kept:
        na = flags("--na", sorted(set().union(*kept.values())))
        yield (
            f"Taken for values, not for gaps: {_counted_in(kept)}. For gaps in all columns: {na}."
        )
    if written.quote == '"' and (quoted := [n for n, v in texts.items() if any(map(_quoted, v))]):
        yield (
            f"Values of {_few([repr(name) for name in quoted])} stand in quotes, which are taken "
            'for a part of them. To leave them off: --quote "\'".'
        )
    if note := note_of_points(texts, written):
        yield note


def notes_on_line_breaks(texts: Mapping[str, list[str]]) -> Iterator[str]:
    """Yield which fields of a CSV go over several lines, as they do where a quote is astray."""
    for name, values in texts.items():
        if n := sum("\n" in value.strip() or "\r" in value.strip() for value in values):
            yield (
                f"'{name}' holds line breaks in {count_rows(n)}: all between two quotes is one "
                "value. If lines are missing, a quote is astray."
            )


def notes_on_rows(
    table: pd.DataFrame, rows: TableRows, columns: Columns, *, rare: bool
) -> Iterator[str]:
    """Yield what of the rows and their columns may be meant otherwise, or disappoint."""
    if columns.constant:
        yield f"Left out, since they hold one value: {', '.join(columns.constant)}."
    used = [*columns.numeric, *columns.categorical, rows.target]  # a row's number tells none apart
    used += [rows.group] if rows.group else []
    if copies := int(table[used].duplicated().sum()):
        are = "are copies" if copies > 1 else "is a copy"
        yield (
            f"{count_rows(copies)} {are} of others. Where one is trained on and another tested "
            "on, every score is flattered: leave copies out, unless they are rows of their own."
        )
    for name in columns.numeric:
        column = table[name]
        if pd.api.types.is_integer_dtype(column) and column.is_unique and len(table) > 20:
            yield (
                f"'{name}' is another number in each row. If it only counts them, make the problem "
                f"anew: --drop {shlex.quote(name)} --overwrite."
            )
    yield from _notes_on_target(table[rows.target], columns)
    if rare:
        yield (
            "One class is rare, so balanced accuracy judges (`metric`), not accuracy. A class is "
            "said where it is likelier than its share of the rows trained on: not from 50% on."
        )
    if rows.split:
        yield (
            f"'{rows.split}' says which rows are trained on. All repeats have the same, so their "
            "intervals say nothing about other rows."
        )
        yield from _notes_on_sides(table, rows, columns)
    if len(table) > 20_000:
        yield (
            "A screen of so many rows takes long. Begin with fewer repeats: --params "
            "screen.repeats=5,screen.holdouts=1,protocol.fresh.repeats=5,protocol.fixed.repeats=2."
        )


def _notes_on_sides(table: pd.DataFrame, rows: TableRows, columns: Columns) -> Iterator[str]:
    """Yield what the user's own split does that a split made here wouldn't."""
    trained = table[rows.split].astype(str).str.strip().str.lower() == "train"
    if rows.group and (n := int((trained.groupby(table[rows.group]).nunique() > 1).sum())):
        yield (
            f"By '{rows.split}', {n:,} of {table[rows.group].nunique():,} values of '{rows.group}' "
            "have rows on both sides; it keeps them together only where held-out rows choose."
        )
    if columns.classes is None:
        return
    for side, inside in (("train", trained), ("test", ~trained)):
        there = set(table.loc[inside, rows.target])
        if lacking := [str(value) for value in columns.classes if value not in there]:
            yield f"No row of '{rows.split}' = {side} is {', '.join(lacking)}."


def _notes_on_target(target: pd.Series, columns: Columns) -> Iterator[str]:
    if columns.classes is None:
        if (n := target.nunique()) <= 10:
            task = "binary" if n == 2 else "multiclass"
            yield f"The target has {n} different values. If those are classes: --task {task}."
        return
    counts = target.value_counts()
    few = [str(value) for value in columns.classes if counts[value] < FEW]
    if few:
        yield (
            f"Fewer than {FEW} rows are {', '.join(few)}: hardly any of them are left to test on, "
            "or to choose a strength by."
        )


def _quoted(text: str) -> bool:
    return len(text.strip()) > 1 and text.strip()[0] == text.strip()[-1] == "'"


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


def _counted_in(columns: Mapping[str, Counter[str]]) -> str:
    return _few([f"{counted(words)} of '{name}'" for name, words in columns.items()])


def _few(texts: Sequence[str], most: int = 5) -> str:
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" * (len(texts) > most))
