"""What a user should know of a file: how it was read, and what its rows may disappoint in."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from regpipe.language import TableRows
from regpipe.tables.columns import Columns
from regpipe.tables.doubts import notes_on_codes, notes_on_gaps
from regpipe.tables.identities import names_of_rows, notes_on_names, notes_on_twins
from regpipe.tables.kinship import notes_on_kinship
from regpipe.tables.leaks import notes_on_leaks
from regpipe.tables.typed import without_gaps
from regpipe.tables.wording import count_rows, counted, few, flags, listed
from regpipe.tables.words import GAP_WORDS

FEW = 10  # rows of a class


def notes_on_texts(table: pd.DataFrame, rows: TableRows, keep: Sequence[str]) -> Iterator[str]:
    """Yield what of the texts may have been meant otherwise.

    Args:
        table: the rows, each column of its kind.
        rows: the block that declares the columns.
        keep: words that the user calls values.
    """
    kept: dict[str, Counter[str]] = {}
    for name in (rows.target, *rows.inputs):
        if not isinstance(table[name].dtype, pd.StringDtype):
            continue
        words = Counter(table[name].dropna())
        doubtful = {w for w in words if w.lower() in GAP_WORDS or w == "?"} - set(keep)
        if doubtful:
            kept[name] = Counter({word: words[word] for word in doubtful})
        if alike := _alike(words):
            yield (
                f"'{name}' has {alike}, which differ by nothing but case, blanks or signs that "
                "aren't seen. If they are meant to be the same, write them so."
            )
        if any(len(word) > 1 and word[0] == word[-1] == "'" for word in words):
            yield (
                f"Values of '{name}' stand in quotes, which are taken for a part of them. To leave "
                'them off: --quote "\'".'
            )
        if n := sum("\n" in word or "\r" in word for word in words.elements()):
            yield (
                f"'{name}' holds line breaks in {count_rows(n)}: all between two quotes is one "
                "value. If lines are missing, a quote is astray."
            )
    if kept:
        na = flags("--na", sorted(set().union(*kept.values())))
        yield (
            f"Taken for values, not for gaps: {_counted_in(kept)}. For gaps in all columns: {na}."
        )


def notes_on_words(
    table: pd.DataFrame, rows: TableRows, na: Sequence[str], keep: Sequence[str]
) -> Iterator[str]:
    """Yield which words that the user says, for gaps or for values, are nowhere in a table."""
    for word in na:
        if not any(_has(column, without_gaps(column, [word], rows)) for _, column in table.items()):
            yield f"No field is '{word}', which is said to be a gap (--na)."
    for word in keep:
        if not (table.select_dtypes("str") == word).any(axis=None):
            yield f"No field is '{word}', which is said to be a value (--keep)."


def _has(column: pd.Series, without: pd.Series) -> bool:
    return bool(column.count() > without.count())


def notes_on_rows(
    table: pd.DataFrame, rows: TableRows, columns: Columns, *, rare: bool
) -> Iterator[str]:
    """Yield what of the rows and their columns may be meant otherwise, or disappoint; worst first.

    Args:
        table: the rows that are used, in the order of the file, with columns that are left out
            though nobody asked for it: such texts may say which rows belong together.
        rows: the block that names the columns.
        columns: what they hold.
        rare: whether a class is rare.
    """
    inputs = [name for name in rows.inputs if name not in columns.constant]
    own_names = names_of_rows(table, inputs)
    others = [name for name in inputs if name not in own_names]
    classifies = columns.classes is not None
    yield from notes_on_leaks(table, rows.target, others, classifies=classifies)
    if rows.roles == [rows.target]:  # no column says how to split
        aside = [str(name) for name in table.columns.drop(rows.used)]
        yield from notes_on_kinship(table, rows.target, [*others, *aside], classifies=classifies)
    yield from _notes_on_copies(table, [*others, rows.target], rows, own_names)
    yield from _notes_on_target(table[rows.target], columns)
    if rare:
        yield (
            "One class is rare, so balanced accuracy judges (`metric`), not accuracy: each class "
            "counts the same. A row is told to be of a class where that is likelier than its share "
            "of the rows trained on, not from 50% on."
        )
    if rows.time:
        yield (
            f"Each split trains on rows before those that it tests on, by '{rows.time}', which is "
            "no input itself."
        )
    if rows.split:
        yield (
            f"'{rows.split}' says which rows are trained on. All repeats have the same, so their "
            "intervals say nothing about other rows."
        )
        yield from _notes_on_sides(table, rows, columns)
    yield from notes_on_names(own_names)
    yield from notes_on_twins(table, others)
    yield from notes_on_gaps(table, others)
    if columns.constant:
        yield f"Left out, since they hold one value: {listed(columns.constant)}."
    numbers = [name for name in others if name in columns.numeric]
    yield from notes_on_codes(table, rows.target, numbers, classifies=classifies)
    if len(table) > 20_000:
        yield (
            "A screen of so many rows takes long. Begin with fewer repeats: --params "
            "screen.repeats=5,screen.holdouts=1,protocol.fresh.repeats=5,protocol.fixed.repeats=2."
        )


def _notes_on_copies(
    table: pd.DataFrame, used: Sequence[str], rows: TableRows, own_names: Sequence[str]
) -> Iterator[str]:
    """Yield how many rows are copies of others, but for what names them."""
    rows_used = table[[*used, *(name for name in (rows.group, rows.time) if name)]]
    copies = int(rows_used.duplicated().sum())
    mixed = {
        name: column.sample(frac=1, random_state=k).array
        for k, (name, column) in enumerate(rows_used.items())
    }
    by_chance = int(pd.DataFrame(mixed).duplicated().sum())  # as few values in few columns make
    if copies > 2 * by_chance:
        are = "are copies of others" if copies > 1 else "is a copy of another"
        but_for = f", but for {listed(own_names)}" if own_names else ""
        yield (
            f"{count_rows(copies)} {are}{but_for}. Where one is trained on and another tested "
            "on, every score is flattered: take copies out of the file, unless they are rows of "
            "their own."
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


def _alike(words: Iterable[str]) -> str:
    """Return the first words that are the same but for case, blanks and signs without a shape."""
    by_small: dict[str, list[str]] = {}
    for word in sorted(words):
        by_small.setdefault(_plain(word), []).append(word)
    several = next((some for some in by_small.values() if len(some) > 1), [])
    return " and ".join(f"'{word}'" for word in several)


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKC", word).casefold()
    return " ".join("".join(c for c in letters if unicodedata.category(c) != "Cf").split())


def _counted_in(columns: Mapping[str, Counter[str]]) -> str:
    return few([f"{counted(words)} of '{name}'" for name, words in columns.items()])
