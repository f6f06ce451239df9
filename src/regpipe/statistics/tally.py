"""How many claims hold, and how many published numbers nothing contradicts?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regpipe.statistics.judging import (
    FAILS,
    FATES,
    HOLDS,
    JUDGED,
    NOT_CONTRADICTED,
    SMALLER,
    STAND_IN,
    UNDECIDED,
    interpolates,
)


@dataclass(frozen=True)
class Tally:
    """What became of the claims of one kind that could be judged.

    Attributes:
        hold: how many hold, at their size or smaller.
        smaller: how many of those hold, smaller.
        fail: how many don't hold.
        undecided: how many can't be decided by this run.
    """

    hold: int
    smaller: int
    fail: int
    undecided: int

    @property
    def all(self) -> int:
        """How many there are."""
        return self.hold + self.fail + self.undecided


@dataclass(frozen=True)
class Numbers:
    """What became of the published numbers that could be judged.

    Attributes:
        all: how many there are, without those that any network that learns its rows reaches.
        not_contradicted: how many of them the seeds range over.
        also_baseline: how many of those, where they are about a technique, the baseline's seeds
            range over, too.
        interpolated: how many were left out: scores of rows trained on that can't be better.
        stand_in: how many are about rows that others stand in for.
    """

    all: int
    not_contradicted: int
    also_baseline: int
    interpolated: int
    stand_in: int


def tally(claims: pd.DataFrame, kind: str) -> Tally:
    """Count the claims of a kind, `gain`, `loss` or `no difference`, by what became of them."""
    fates = claims.loc[claims["claim"] == kind, "holds"]
    n = {fate: int((fates == fate).sum()) for fate in FATES}
    return Tally(n[HOLDS] + n[SMALLER], n[SMALLER], n[FAILS], n[UNDECIDED])


def count_numbers(claims: pd.DataFrame) -> Numbers:
    """Count the published numbers by what became of them."""
    judged = claims[claims["reproduction"].isin(JUDGED)]
    pairs = zip(judged["number"], judged["published"], strict=True)
    learnt = np.array([interpolates(name, value) for name, value in pairs], dtype=bool)
    telling = judged[~learnt]
    inside = telling[telling["reproduction"] == NOT_CONTRADICTED]
    return Numbers(
        all=len(telling),
        not_contradicted=len(inside),
        also_baseline=int(inside["also_baseline"].fillna(False).astype(bool).sum()),
        interpolated=int(learnt.sum()),
        stand_in=int((claims["reproduction"] == STAND_IN).sum()),
    )
