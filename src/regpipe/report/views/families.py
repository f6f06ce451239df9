"""Which families of techniques help, where, and by how much."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.report.sentence import listed
from regpipe.report.views.cells import Record, size
from regpipe.statistics.verdicts import SAME, TRIFLE, direction

HELP, LITTLE, OPEN, HURT = FATES = ("help", "little or none", "not decided", "hurt")
MOST = 3  # families that a sentence names
SEVERAL = 3  # techniques of a family, below which it is not named for one of them


@dataclass(frozen=True)
class Family:
    """What became of the techniques of a family.

    Attributes:
        name: of the family.
        counts: of its techniques by `FATES`.
        all: how many it has.
        where: on which problems how many of them help.
        best: the one that helps most, with its problem and its size; None where none helps.
    """

    name: str
    counts: Mapping[str, int]
    all: int
    where: str
    best: Record | None

    def share(self, fate: str) -> float:
        """Return the share of its techniques that have a fate, 0 to 1."""
        return self.counts[fate] / self.all


def fate(verdict: str) -> str:
    """Return which of `FATES` a verdict is.

    >>> fate("helps"), fate("hurts, too little to matter"), fate("too few")
    ('help', 'little or none', 'not decided')
    """
    if verdict == SAME or verdict.endswith(TRIFLE):
        return LITTLE
    return {"helps": HELP, "hurts": HURT}.get(direction(verdict) or "", OPEN)


def families(leaderboard: pd.DataFrame) -> list[Family]:
    """Return the families, first those most of whose techniques help."""
    found = [_family(str(name), part) for name, part in leaderboard.groupby("family")]
    return sorted(found, key=lambda f: (-f.share(HELP), f.share(HURT), f.name))


def _family(name: str, rows: pd.DataFrame) -> Family:
    fates = rows["verdict"].map(fate)
    helping = rows[fates == HELP].sort_values("rank")
    where = helping["problem"].value_counts(sort=False)
    best = None if helping.empty else helping.iloc[0].to_dict()
    return Family(
        name=name,
        counts={each: int((fates == each).sum()) for each in FATES},
        all=len(rows),
        where=", ".join(f"{problem} ({n})" for problem, n in where.items()),
        best=best and {**best, "size": size(best)},
    )


def told(found: list[Family]) -> str:
    """Return which families help most often, and which mostly hurt, in a sentence.

    >>> told([])
    'No technique helps for sure.'
    """
    all_helping = [f for f in found if f.counts[HELP]]
    named = [family for family in found if family.all >= SEVERAL] or found
    helping = [f for f in all_helping if f in named][:MOST] or all_helping[:MOST]
    hurting = [f for f in named if f.share(HURT) > 0.5]
    hurting = sorted(hurting, key=lambda f: -f.share(HURT))[:MOST]
    if len(helping) > 1:
        parts = [f"the families that help most often are {_listed(helping, HELP)}"]
    elif len(all_helping) > 1:
        parts = [f"the family that helps most often is {_listed(helping, HELP)}"]
    elif helping:
        parts = [f"the only family that helps is {_listed(helping, HELP)}"]
    else:
        parts = ["no technique helps for sure"]
    if hurting:
        parts.append(f"{_listed(hurting, HURT)} mostly hurt{'s' if len(hurting) == 1 else ''}")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _listed(found: list[Family], fate: str) -> str:
    return listed([f"{family.name} ({family.counts[fate]} of {family.all})" for family in found])
