"""The answer, in two or three sentences, with today's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.report.sentence import caveat
from regpipe.report.views.cells import Record

VERDICTS = ("helps", "no difference", "undecided", "too few", "hurts")
TOLD = {
    "helps": ("helps", "help"),
    "hurts": ("hurts", "hurt"),
    "no difference": ("makes no difference", "make no difference"),
    "undecided": ("is undecided", "are undecided"),
    "too few": ("has too few pairs to tell", "have too few pairs to tell"),
}


@dataclass(frozen=True)
class Headline:
    """The answer to the whole study.

    Attributes:
        sentences: it, in words.
        bars: how many techniques there are of each verdict, before and after Holm's correction.
    """

    sentences: list[str]
    bars: Mapping[str, Mapping[str, int]]


def headline(leaderboard: pd.DataFrame, claims: pd.DataFrame) -> Headline:
    """Return the answer."""
    plain, corrected = (counts(leaderboard[column]) for column in ("verdict", "verdict_holm"))
    each = " on each problem" if leaderboard["problem"].nunique() > 1 else ""
    told = [*_gains(claims), *_techniques(plain, corrected, each), *_numbers(claims)]
    if few := caveat(int(leaderboard["repeats"].min()), "repeats").strip(" ()"):
        told.append(few)
    return Headline(told, {"Each on its own": plain, "After Holm's correction": corrected})


def counts(verdicts: pd.Series) -> dict[str, int]:
    """Return how many there are of each verdict, the better first."""
    return {verdict: int((verdicts == verdict).sum()) for verdict in VERDICTS}


def several(n: int, one: str, many: str | None = None) -> str:
    """Return a number and its noun.

    >>> several(1, "gain"), several(2, "gain")
    ('1 gain', '2 gains')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Return the parts with commas between them, and an `and` before the last.

    >>> listed(["1 holds", "2 do not"]), listed(["1 holds", "2 do not", "3 are undecided"])
    ('1 holds and 2 do not', '1 holds, 2 do not, and 3 are undecided')
    """
    *others, last = parts
    if len(others) < 2:
        return " and ".join(parts)
    return f"{', '.join(others)}, and {last}"


def _gains(claims: pd.DataFrame) -> list[str]:
    found = claims.loc[(claims["holds"] != "") & (claims["published_gain"] > 0), "holds"]
    if found.empty:
        return []
    n = found.value_counts()
    hold = int(n.get("holds", 0) + n.get("holds, smaller", 0))
    smaller = int(n.get("holds, smaller", 0))
    parts = [several(hold, "holds", "hold") + " on fresh draws"]
    if smaller:
        parts[0] += f" ({smaller} of them smaller than published)"
    if missing := int(n.get("does not hold", 0)):
        parts.append(several(missing, "does not", "do not"))
    if open_ := int(n.get("undecided", 0)):
        parts.append(several(open_, "is", "are") + " too small or too uncertain to tell")
    return [f"Of {several(len(found), 'published gain')}, {listed(parts)}."]


def _techniques(plain: dict[str, int], corrected: dict[str, int], each: str) -> list[str]:
    parts = [several(n, *TOLD[verdict]) for verdict, n in plain.items() if n]
    still = listed([several(corrected[v], *TOLD[v]) for v in ("helps", "hurts")])
    return [
        f"Of {several(sum(plain.values()), 'technique')}, {listed(parts)}; after Holm's correction "
        f"for how many are tried{each}, {still}."
    ]


def _numbers(claims: pd.DataFrame) -> list[str]:
    if claims.empty:
        return []
    found = int(claims["reproduced"].astype(bool).sum())
    return [
        f"On the published draws themselves, {found} of "
        f"{several(len(claims), 'published number')} can be reproduced."
    ]


def best(leaderboard: pd.DataFrame, most: int = 5) -> list[Record]:
    """Return the best of the techniques that help: after Holm's correction, if any does."""
    for column in ("verdict_holm", "verdict"):
        found = leaderboard[leaderboard[column] == "helps"].sort_values("rank").head(most)
        if len(found):
            return list(found.to_dict("records"))
    return []
