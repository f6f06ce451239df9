"""The words for the repeats: a generator's `fresh` has draws, a table's splits, or one split."""

from dataclasses import dataclass

from regpipe.language import Problem
from regpipe.rows.sources import is_table


@dataclass(frozen=True)
class Draws:
    """The words for a kind of rows.

    Attributes:
        rows: of a repeat of `fresh`, as it stands in `summary.json`.
        fixed: the one that was published.
        fresh: those of the repeats, in a sentence.
        one: one of those.
        several: those, in short.
    """

    rows: str
    fixed: str
    fresh: str
    one: str
    several: str


DRAWN = Draws("new draws", "fixed draw", "fresh draws", "fresh draw", "draws")
SPLIT = Draws("new splits", "fixed split", "random splits of its rows", "random split", "splits")
ONE = Draws(
    "one split", "given split", "seeds on the one split of its rows", "given split", "seeds"
)
IN_TIME = Draws("splits in time", "latest split", "splits in time", "split in time", "splits")
BY_ROWS = {draws.rows: draws for draws in (DRAWN, SPLIT, ONE, IN_TIME)}


def draws_of(problem: Problem) -> Draws:
    """Return the words for a problem's rows."""
    if problem.one_split:
        return ONE
    if problem.in_time:
        return IN_TIME
    return SPLIT if is_table(problem.rows) else DRAWN
