"""What does a single column hold? And what of it has to be asked, or told?"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import Column, TableRows
from regpipe.tables.dates import formats_of, read_dates, strays_of
from regpipe.tables.habits import Habit
from regpipe.tables.kinds import FREQUENT, MOST_CATEGORIES, is_nested, is_numeric, some_nested
from regpipe.tables.numbers import EXACT, number_reader, units_of, without_unit
from regpipe.tables.text_file import UNNAMED
from regpipe.tables.typed import as_text
from regpipe.tables.wording import are_codes, count_rows, counted, few, flags, listed, remedies
from regpipe.tables.words import SIGNS, TRUTHS

FEW_GAPS = 3
COMMAED = re.compile(r"[-+]?[0-9]+(,[0-9]+)+(\.[0-9]+)?")  # a number, with commas somewhere
UNKNOWN = "?"  # stands for a gap also among texts
FEW_UNITS = 3
DOUBTFUL = 50  # years from the first date to the last, from which on their centuries are told
CODES = 0.1  # share of values with letters from which on numbers beside them are codes, too

Answer = tuple[Column, str | None]  # what a column holds, and a note on it


@dataclass(frozen=True)
class Said:
    """What the user says of the columns.

    Attributes:
        columns: the kinds of some.
        gaps: words that stand for a missing value in every column.
        keep: words that are values.
        decimal: what stands before decimals.
        thousands: what stands between thousands.
        commas_separate: whether commas separate the fields of the file.
    """

    columns: Mapping[str, Column] = field(default_factory=dict)
    gaps: Sequence[str] = ()
    keep: Sequence[str] = ()
    decimal: str | None = None
    thousands: str | None = None
    commas_separate: bool = False


@dataclass(frozen=True)
class Texts:
    """A column of texts.

    Attributes:
        counts: how often each value is there, gaps aside.
        words: the values that would be gaps among numbers.
        unit: of the numbers, if all have the same.
        n_gaps: rows that have none.
    """

    counts: Counter[str]
    words: frozenset[str]
    unit: str | None
    n_gaps: int

    @property
    def values(self) -> set[str]:
        """The different values, without such words."""
        return set(self.counts) - self.words

    @property
    def bare(self) -> set[str]:
        """The values without their unit."""
        return (
            {without_unit(value, self.unit) for value in self.values} if self.unit else self.values
        )


class Asked:
    """The columns of one table, asked one by one."""

    def __init__(
        self,
        rows: TableRows,
        said: Said,
        habit: Habit,
        texts: Mapping[str, Texts],
        gaps: Sequence[str],
    ) -> None:
        self._rows, self._said, self._habit, self._found = rows, said, habit, texts
        self._gaps, self._words = gaps, dict[str, Counter[str]]()
        self.strays: dict[tuple[str, ...], list[str]] = {}  # texts among numbers, and where

    def column(self, column: pd.Series) -> Answer:
        """Return what a column holds, and a note on it."""
        name = str(column.name)
        said = self._said.columns.get(name)
        if said is not None and said.kind == "drop":
            return said, None
        if is_nested(column):
            if name == self._rows.target:
                raise SpecError(f"the target '{name}' holds lists or the like. Expected values.")
            raise SpecError(
                f"column '{name}' holds lists or the like, such as {some_nested(column)}. Expected "
                f"a column for each value in them; or {flags('--drop', [name])}."
            )
        if name in self._found:
            return self._of_texts(name, said)
        return self._of_values(column, said)

    def _of_values(self, column: pd.Series, said: Column | None) -> Answer:
        """Return what a column holds whose values have a type."""
        name = str(column.name)
        if said is not None and said.kind == "category":
            return self._category(name, Counter(as_text(column).dropna()), said)
        if column.isna().all():
            return self._empty(name, Counter())
        if pd.api.types.is_bool_dtype(column.dropna().infer_objects()):
            return said or Column(kind="boolean"), None
        if pd.api.types.is_datetime64_any_dtype(column):
            return said or Column(kind="date"), None
        if is_numeric(column):
            return (said or Column(kind="number")), None
        return self._category(name, Counter(as_text(column).dropna()), said)

    def _of_texts(self, name: str, said: Column | None) -> Answer:
        texts = self._found[name]
        kind = said.kind if said else None
        if kind == "category" or name in (self._rows.group, self._rows.split):
            return self._category(name, texts.counts, said)
        if kind is None and not texts.values:
            return self._empty(name, texts.counts)
        for attempt in (self._as_numbers, self._as_truths, self._as_dates):
            if answer := attempt(name, texts, said):
                return answer
        if kind is not None:
            raise SpecError(self._fault_of_kind(name, kind, texts))
        return self._of_words(name, texts)

    def _as_numbers(self, name: str, texts: Texts, said: Column | None) -> Answer | None:
        if said is not None and said.kind != "number":
            return None
        read = number_reader(*self._habit, texts.unit)
        numbers = [read(value) for value in texts.values]
        if any(number is None for number in numbers):
            return None
        if said is None and name.startswith(UNNAMED) and _count(numbers):
            return Column(kind="drop"), f"'{name}' is left out: it counts the rows."
        if said is None and (note := _are_names(name, texts, numbers)):
            column, more = self._category(name, texts.counts, None)
            return column, more or note
        return self._gapped(name, Column(kind="number", unit=texts.unit), texts)

    def _as_truths(self, name: str, texts: Texts, said: Column | None) -> Answer | None:
        if said is not None or not {value.lower() for value in texts.values} <= set(TRUTHS):
            return None
        return self._gapped(name, Column(kind="boolean"), texts)

    def _as_dates(self, name: str, texts: Texts, said: Column | None) -> Answer | None:
        if said is not None and said.kind != "date":
            return None
        style = self._format(name, texts, said)
        if style is None:
            return None
        column, note = self._gapped(name, Column(kind="date", format=style), texts)
        return column, note or _note_of_centuries(name, texts, style)

    def _of_words(self, name: str, texts: Texts) -> Answer:
        """Return what a column holds that holds other texts than numbers, truths and dates."""
        others = strays_of(texts.values)
        if others and not set(others) <= set(self._said.keep):
            n = sum(texts.counts[value] for value in others)
            gaps = f" If that stands for a gap: {flags('--na', others)}." if _few(others) else ""
            raise SpecError(
                f"column '{name}' holds dates, but {listed(others)} in {count_rows(n)}, not "
                f"written as the other dates are. Expected one way for all.{gaps} If all are "
                f"names: {flags('--category', [name])}."
            )
        read = number_reader(*self._habit, None)
        strays = {v: n for v, n in texts.counts.items() if v in texts.values and read(v) is None}
        share = sum(strays.values()) / sum(texts.counts[v] for v in texts.values)
        if share >= 0.5 and (commaed := [v for v in strays if COMMAED.fullmatch(v)]):
            raise SpecError(
                f"column '{name}' holds numbers with commas such as {listed(commaed[:1])}, "
                "neither before decimals nor before each three digits. Expected numbers that are "
                f"all written in one of these ways, or without. (If they are names: "
                f"{flags('--category', [name])}.)"
            )
        if share >= 0.5 or set(strays) <= set(self._said.keep):
            column, note = self._category(name, texts.counts, None)
            return column, note or _note_of_units(name, texts)
        if are_codes(strays) and share >= CODES:
            column, note = self._category(name, texts.counts, None)
            return column, note or (
                f"'{name}' holds codes such as {listed(list(strays)[:2])} beside numbers, so all "
                f"of it are names: a category. If they are amounts: {flags('--number', [name])}."
            )
        self.strays.setdefault(tuple(strays), []).append(name)
        return Column(kind="drop"), None

    def faults_of_strays(self, table: pd.DataFrame) -> Iterator[str]:
        """Yield what to do with texts among the numbers of some columns."""
        for strays, names in self.strays.items():
            n = int(table[names].isin(strays).any(axis=1).sum())
            one = len(names) == 1
            hold = f"column '{names[0]}' holds" if one else f"columns {listed(names)} hold"
            fault = f"{hold} numbers, but {listed(strays)} in {count_rows(n)}."
            yield f"{fault} {remedies(names, strays)}"

    def _gapped(self, name: str, column: Column, texts: Texts) -> Answer:
        """Return a column, and remember what was taken for a gap in it; of a target, ask."""
        if not texts.words:
            return column, None
        column = column.model_copy(update={"gaps": sorted(texts.words)})
        words = Counter({word: texts.counts[word] for word in texts.words})
        if name == self._rows.target and not self._rows.labelled_only:
            raise SpecError(
                f"the target '{name}' is {counted(words)}, taken for gaps. If that is a class: "
                f"{flags('--keep', sorted(words))}. If it is not known there: --labelled-only, "
                "which leaves those rows out."
            )
        self._words[name] = words
        return column, None

    def note_of_gaps(self, table: pd.DataFrame) -> str | None:
        """Return which words were taken for gaps without the user's saying so."""
        words = {**self._words}
        if UNKNOWN not in self._said.gaps and UNKNOWN in self._gaps:
            texts = {n: int((table[n] == UNKNOWN).sum()) for n in self._found}
            for name, n in texts.items():
                if n:
                    words[name] = words.get(name, Counter()) + Counter({UNKNOWN: n})
        if not words:
            return None
        where = [f"{counted(some)} of '{name}'" for name, some in words.items()]
        keep = flags("--keep", sorted(set().union(*words.values())))
        return f"Taken for gaps: {few(where)}. If those are values: {keep}."

    def _format(self, name: str, texts: Texts, said: Column | None) -> str | None:
        """Return the format of a column of dates, None where it holds none."""
        values = pd.Series(sorted(texts.values), dtype="str")
        if said is not None and said.format is not None:
            return said.format if read_dates(values, said.format).notna().all() else None
        styles = formats_of(values)
        different = {tuple(read_dates(values, style)): style for style in reversed(styles)}
        if len(different) > 1:
            options = " or ".join(
                flags("--date", [f"{name}={s}"]) for s in reversed(different.values())
            )
            raise SpecError(
                f"column '{name}' holds dates such as '{values[0]}', in which day and month may be "
                f"swapped. Say which it is: {options}."
            )
        return styles[0] if styles else None

    def _category(self, name: str, counts: Counter[str], said: Column | None) -> Answer:
        """Return a category; of many texts, the frequent ones."""
        column = said or Column(kind="category")
        if name in self._rows.roles or column.most is not None or len(counts) <= MOST_CATEGORIES:
            return column, None
        frequent = sum(n >= FREQUENT for n in counts.values())
        if not frequent:
            return Column(kind="drop"), (
                f"'{name}' is left out: of its {len(counts):,} different texts none is in "
                f"{FREQUENT} rows."
            )
        most = min(frequent, MOST_CATEGORIES)
        covered = sum(n for _, n in counts.most_common(most)) / counts.total()
        return column.model_copy(update={"most": most}), (
            f"'{name}' has {len(counts):,} different texts: the {most} most frequent are "
            f"categories ({covered:.0%} of the rows), all others are one, `(other)`."
        )

    def _empty(self, name: str, counts: Counter[str]) -> Answer:
        if name == self._rows.target:
            raise SpecError(f"the target '{name}' is empty.")
        if not counts:
            return Column(kind="drop"), f"'{name}' is left out: it is empty."
        return Column(kind="drop"), (
            f"'{name}' is left out: it holds nothing but {counted(counts)}, taken for gaps. If "
            f"that is a value: {flags('--keep', sorted(counts))}."
        )

    def _fault_of_kind(self, name: str, kind: str, texts: Texts) -> str:
        read = number_reader(*self._habit, texts.unit)
        strange = [v for v in sorted(texts.values) if kind != "number" or read(v) is None]
        said = self._said.columns[name]
        if kind == "date":
            strange = _no_dates(strange, said.format) or strange
        if kind == "date" and said.format is None and len(strange) == len(texts.values):
            raise SpecError(
                f"column '{name}' holds {listed(strange[:2])}, in no format of dates that is known "
                f"here. Say which: {flags('--date', [f'{name}=%Y-%m-%d'])}, say."
            )
        how = f" by the format {said.format}" if said.format else ""
        gaps = f"; or, if that stands for a gap: {flags('--na', strange)}" if _few(strange) else ""
        return (
            f"column '{name}' is no {kind} in all rows{how}: it holds {listed(strange)}. Expected "
            f"one in each{gaps}."
        )


def _no_dates(texts: list[str], style: str | None) -> list[str]:
    """Return which of these are no dates of a format, or of the one that most are of."""
    if style is None:
        return strays_of(texts)
    values = pd.Series(texts, dtype="str")
    return list(values[read_dates(values, style).isna()])


def _few(texts: Sequence[str]) -> bool:
    """Whether they may stand for gaps, as `9999-99-99` does: of those there are few."""
    return len(texts) <= FEW_GAPS


def fault_of_line(
    table: pd.DataFrame,
    strays: Mapping[tuple[str, ...], Sequence[str]],
    columns: Mapping[str, Column],
) -> list[str]:
    """Return that one row holds texts where all others hold numbers, as one of units does.

    It holds no number at all: else those texts stand for gaps, or are values.
    """
    words = {n: texts[0] for texts, names in strays.items() if len(texts) == 1 for n in names}
    if len(words) < 2 or any(set(texts) & SIGNS or are_codes(texts) for texts in strays):
        return []
    places = {tuple(np.flatnonzero(table[name] == word)) for name, word in words.items()}
    numbers = [name for name, column in columns.items() if column.kind == "number"]
    if len(places) != 1 or len(place := [*places][0]) != 1:
        return []
    if table[numbers].iloc[place[0]].notna().any():
        return []
    shown = few([f"'{word}' of '{name}'" for name, word in words.items()])
    return [
        f"row {place[0] + 1} below the names holds texts where all others hold numbers: {shown}. "
        "Such a line, of units or of names, is no row. Expected a file without it."
    ]


def _count(numbers: Sequence[int | float | None]) -> bool:
    """Whether numbers are all of those from one on, as a program writes a row's place."""
    whole = sorted(n for n in numbers if isinstance(n, int))
    return len(whole) == len(numbers) and whole == list(range(whole[0], whole[0] + len(whole)))


def _note_of_centuries(name: str, texts: Texts, style: str) -> str | None:
    """Tell in which century years of two digits were taken to be, where that is in doubt."""
    if "%y" not in style:
        return None
    dates = read_dates(pd.Series(sorted(texts.values), dtype="str"), style)
    first, last = dates.min().year, dates.max().year
    if last - first < DOUBTFUL:
        return None
    return (
        f"'{name}' has years of two digits: up to 68 they were taken for 2068 and before, else for "
        f"1969 and after, so its dates are from {first} to {last}. If not: write all four digits."
    )


def _note_of_units(name: str, texts: Texts) -> str | None:
    """Tell that numbers have several units; of more than a few, such as 1st, they are names."""
    units = [before or behind or "none" for before, behind in units_of(texts.values)]
    if not 1 < len(units) <= FEW_UNITS or len(units) == len(texts.values):
        return None
    return (
        f"'{name}' holds numbers with several units, {listed(sorted(units))}: a category. If they "
        "are amounts: write all of them in the same."
    )


def _are_names(name: str, texts: Texts, numbers: Sequence[int | float | None]) -> str | None:
    """Return why numbers are names; None where they aren't."""
    number = flags("--number", [name])
    if zeros := [v for v in sorted(texts.values) if re.fullmatch("0[0-9]+", v)]:
        return (
            f"'{name}' holds numbers that begin with 0, such as {listed(zeros[:2])}, as codes do: "
            f"a category. If they are amounts: {number}."
        )
    whole = [n for n in numbers if isinstance(n, int)]
    exact = not texts.n_gaps and not texts.words and all(abs(n) < EXACT for n in whole)
    if len(whole) == len(numbers) and not exact and any(int(float(n)) != n for n in whole):
        return (
            f"'{name}' holds whole numbers of more digits than a float64 keeps, such as "
            f"{listed(sorted(texts.values)[:2])}: a category. If they are amounts: {number}."
        )
    return None
