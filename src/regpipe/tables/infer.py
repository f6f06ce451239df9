"""What does each column of a table hold? Asked once, by `new-problem`, which writes it down.

Texts are looked at all together: how their numbers are written is a property of the file.
"""

from collections import Counter

import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import Column, TableRows
from regpipe.tables.asked import UNKNOWN, Asked, Said, Texts, fault_of_line
from regpipe.tables.habits import Columns, Habit, habit_of, likely_numbers, note_of_habit
from regpipe.tables.kinds import FEWEST_ROWS
from regpipe.tables.numbers import unit_of
from regpipe.tables.typed import without_gaps
from regpipe.tables.words import GAP_WORDS, SIGNS

NOTHING = Said()


def declared(
    table: pd.DataFrame, rows: TableRows, said: Said = NOTHING
) -> tuple[TableRows, list[str]]:
    """Return a problem's rows with a declaration of each column, and what the user should know.

    Args:
        table: the rows, tidied.
        rows: which columns are the target, the group and the split.
        said: what the user says.

    Raises:
        SpecError: with a line for each column that may be meant in several ways.
    """
    if len(table) < FEWEST_ROWS:
        raise SpecError(
            f"{rows.table}: the table has {len(table)} rows. Expected {FEWEST_ROWS} or more."
        )
    gaps = _gaps(table, rows, said)
    reading = rows.model_copy(
        update={"gaps": gaps, "decimal": said.decimal or ".", "thousands": said.thousands}
    )
    found = {
        name: _texts(table[name], reading, said)
        for name, kind in zip(map(str, table), table.dtypes, strict=True)
        if isinstance(kind, pd.StringDtype) and _kind_said(name, said) != "drop"
    }
    numbers = {
        name: likely_numbers(texts.bare)
        for name, texts in found.items()
        if _kind_said(name, said) in (None, "number") and name not in (rows.group, rows.split)
    }
    decimal, thousands = _habit(numbers, said, rows.table)
    asked = Asked(rows, said, (decimal, thousands), found, gaps)
    columns: dict[str, Column] = {}
    notes: list[str] = []
    faults: list[str] = []
    for name in map(str, table):
        try:
            columns[name], note = asked.column(table[name])
            notes += [note] if note else []
        except SpecError as error:
            faults += error.faults
    faults += fault_of_line(table, asked.strays, columns) or asked.faults_of_strays(table)
    if faults:
        raise SpecError(*(f"{rows.table}: {fault}" for fault in faults))
    if note := asked.note_of_gaps(table):
        notes.append(note)
    asked_for = said.decimal or said.thousands
    if not asked_for and (note := note_of_habit(numbers, (decimal, thousands))):
        notes.append(note)
    update = {"columns": columns, "gaps": gaps, "decimal": decimal, "thousands": thousands}
    return rows.model_copy(update=update), notes


def _habit(numbers: Columns, said: Said, table: str) -> Habit:
    """Return how the numbers of a table are written."""
    separate = said.commas_separate
    try:
        return habit_of(numbers, said.decimal, said.thousands, commas_separate=separate)
    except SpecError as error:
        raise SpecError(f"{table}: {error}") from None


def _kind_said(name: str, said: Said) -> str | None:
    column = said.columns.get(name)
    return column.kind if column else None


def _gaps(table: pd.DataFrame, rows: TableRows, said: Said) -> list[str]:
    """Return the words that stand for a gap in all columns."""
    gaps = list(said.gaps)
    if UNKNOWN in {*gaps, *said.keep}:
        return gaps
    texts: pd.DataFrame = table.select_dtypes("str").drop(columns=rows.target, errors="ignore")
    return [*gaps, UNKNOWN] if (texts == UNKNOWN).any(axis=None) else gaps


def _texts(column: pd.Series, reading: TableRows, said: Said) -> Texts:
    present = without_gaps(column, reading.gaps, reading).dropna()
    counts = Counter(present)
    words = {v for v in counts if v.lower() in GAP_WORDS or v in SIGNS} - set(said.keep)
    return Texts(counts, frozenset(words), unit_of(set(counts) - words), len(column) - len(present))
