"""The answer, in two or three sentences, with today's numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.report.sentence import caveat, listed, several
from regpipe.report.views.cells import Record, counts_of
from regpipe.statistics.judging import NOT_COMPARABLE
from regpipe.statistics.tally import Tally, count_numbers, tally
from regpipe.statistics.verdicts import SAME, direction

MOST = 4  # arms or problems that are named; the others are counted
VERBS = {
    "helps": ("helps", "help"),
    "helps, too little to matter": ("helps too little to matter", "help too little to matter"),
    SAME: ("makes no difference that matters", "make no difference that matters"),
    "hurts, too little to matter": ("hurts too little to matter", "hurt too little to matter"),
    "hurts": ("hurts", "hurt"),
    "undecided": ("is undecided", "are undecided"),
    "too few": ("can't be told", "can't be told"),
}
CLAIMS = {
    "gain": ("published gain", "published gains"),
    "loss": ("published loss", "published losses"),
    "no difference": ("technique published as no better", "techniques published as no better"),
}


@dataclass(frozen=True)
class Headline:
    """The answer to the whole study.

    Attributes:
        sentences: it, in words.
        bars: how many techniques there are of each verdict, each on its own and jointly.
    """

    sentences: list[str]
    bars: Mapping[str, Mapping[str, int]]


def headline(leaderboard: pd.DataFrame, claims: pd.DataFrame) -> Headline:
    """Return the answer."""
    plain, corrected = (counts_of(leaderboard[column]) for column in ("verdict", "verdict_joint"))
    each = " on each problem" if leaderboard["problem"].nunique() > 1 else ""
    parts = [several(n, *VERBS[verdict]) for verdict, n in plain.items() if n]
    sure = [v for v in corrected if direction(v) and (corrected[v] or v in ("helps", "hurts"))]
    still = listed([several(corrected[v], *VERBS[v]) for v in sure])
    techniques = (
        f"Of {several(len(leaderboard), 'technique')}, {listed(parts)}; jointly, "
        f"corrected for how many are tried{each}, {still}.{_leader(leaderboard)}"
    )
    few = caveat(int(leaderboard["repeats"].min()), "repeats").strip(" ()")
    sentences = [*claimed(claims), techniques, *filter(None, [few])]
    return Headline(sentences, {"Each on its own": plain, "Jointly": corrected})


def best(leaderboard: pd.DataFrame, most: int = 5) -> list[Record]:
    """Return the best of the techniques that help: jointly, if any does.

    `size` is their change, with an interval that allows for their being the best.
    """
    for column in ("verdict_joint", "verdict"):
        helping = leaderboard[leaderboard[column].map(direction) == "helps"]
        helping = helping.sort_values("rank").head(most)
        if len(helping):
            return [{**row, "size": _size(row)} for row in helping.to_dict("records")]
    return []


def _size(row: Record) -> str:
    unit = METRICS[row["metric"]]
    ends = row["joint_low"], row["joint_high"]
    return f"{unit.with_interval(row['size'], *ends)}{unit.unit or f' {unit.name}'}"


def _leader(leaderboard: pd.DataFrame) -> str:
    """Return by how much the best of one problem's techniques helps, "" where none does."""
    leaders, n = best(leaderboard, 1), len(leaderboard)
    if not leaders or n == 1 or leaderboard["problem"].nunique() > 1:
        return ""
    which = f"{leaders[0]['technique']}, {leaders[0]['size']}"
    return f" The best is {which}; the interval allows for its being the best of {n}."


def claimed(claims: pd.DataFrame) -> list[str]:
    """Return what became of everything that was published: departures, claims, numbers.

    Args:
        claims: a row per published number, see `statistics.claims`.
    """
    fates = [_fate(tally(claims, kind), *names) for kind, names in CLAIMS.items()]
    return [text for text in (_departures(claims), *fates, _numbers(claims)) if text]


def _departures(claims: pd.DataFrame) -> str:
    """Return in what the run isn't as published, "" where it is."""
    away = claims[claims["reproduction"] == NOT_COMPARABLE]
    if away.empty:
        return ""
    reasons = []
    for why, part in away.groupby("why", sort=False):
        arms, problems = (list(dict.fromkeys(part[column])) for column in ("arm", "problem"))
        whose = problems if set(problems) <= set(arms) else arms
        shown = whose[:MOST] + ([f"{len(whose) - MOST} more"] if len(whose) > MOST else [])
        reasons.append(f"{why} ({', '.join(shown)})")
    return f"Not comparable with what was published, and so not judged: {'; '.join(reasons)}."


def _fate(n: Tally, one: str, many: str) -> str:
    """Return what became of the claims of one kind, "" where there are none."""
    if not n.all:
        return ""
    smaller = ""
    if n.smaller:
        count = "all" if n.smaller == n.hold else str(n.smaller)
        whose = f"{count} of them " if n.hold > 1 else ""
        smaller = f" ({whose}smaller than published)"
    parts = [several(n.hold, "holds", "hold") + f" on fresh draws{smaller}"]
    if n.fail:
        parts.append(several(n.fail, "does not", "do not"))
    if n.undecided:
        parts.append(several(n.undecided, "is", "are") + " undecided")
    return f"Of {several(n.all, one, many)}, {listed(parts)}."


def _numbers(claims: pd.DataFrame) -> str:
    """Return how many published numbers the seeds of their draws don't contradict."""
    n = count_numbers(claims)
    text = ""
    if n.all:
        seeds = sorted({int(k) for k in claims["seeds"]})
        span = " to ".join(str(k) for k in dict.fromkeys([seeds[0], seeds[-1]]))
        text = (
            f"On the published draws themselves, {n.not_contradicted} of "
            f"{several(n.all, 'published number')} {'are' if n.all > 1 else 'is'} not contradicted "
            f"by {span} seeds"
        )
        if n.also_baseline:
            text += f"; {n.also_baseline} of those the baseline's seeds don't contradict, either"
        if n.interpolated:
            rows = several(n.interpolated, "perfect score", "perfect scores")
            text += f" ({rows} of rows trained on aside)"
        text += "."
    if n.stand_in:
        numbers = (
            several(n.stand_in, "more is", "more are")
            if text
            else several(n.stand_in, "published number is", "published numbers are")
        )
        text += f" {numbers} about rows that others stand in for: can't tell."
    return text.strip()
