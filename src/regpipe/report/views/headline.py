"""The answer, in two or three sentences, with today's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.report.sentence import caveat, listed, several
from regpipe.report.views.cells import Record
from regpipe.report.views.claimed import claimed

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
    told = [*claimed(claims), *_techniques(plain, corrected, each)]
    if few := caveat(int(leaderboard["repeats"].min()), "repeats").strip(" ()"):
        told.append(few)
    return Headline(told, {"Each on its own": plain, "After Holm's correction": corrected})


def counts(verdicts: pd.Series) -> dict[str, int]:
    """Return how many there are of each verdict, the better first."""
    return {verdict: int((verdicts == verdict).sum()) for verdict in VERDICTS}


def _techniques(plain: dict[str, int], corrected: dict[str, int], each: str) -> list[str]:
    parts = [several(n, *TOLD[verdict]) for verdict, n in plain.items() if n]
    still = listed([several(corrected[v], *TOLD[v]) for v in ("helps", "hurts")])
    return [
        f"Of {several(sum(plain.values()), 'technique')}, {listed(parts)}; after Holm's correction "
        f"for how many are tried{each}, {still}."
    ]


def best(leaderboard: pd.DataFrame, most: int = 5) -> list[Record]:
    """Return the best of the techniques that help: after Holm's correction, if any does."""
    for column in ("verdict_holm", "verdict"):
        found = leaderboard[leaderboard[column] == "helps"].sort_values("rank").head(most)
        if len(found):
            return list(found.to_dict("records"))
    return []
