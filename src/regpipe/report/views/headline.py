"""The answer, in three sentences, with today's numbers."""

from dataclasses import dataclass

import pandas as pd

from regpipe.report.sentence import caveat, listed, several, span
from regpipe.report.views.cells import Record, counts_of, size
from regpipe.report.views.families import families
from regpipe.report.views.families import told as of_families
from regpipe.statistics.judging import NOT_COMPARABLE
from regpipe.statistics.tally import Tally, count_numbers, tally
from regpipe.statistics.verdicts import SAME, direction

MOST = 3  # of the best that are named
NAMED = 4  # arms or problems; the others are counted
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
        notices: why it is to be read with care; none where it isn't.
        sentences: it, in words: families, the best by name, claims.
        more: what else is to be told.
    """

    notices: list[str]
    sentences: list[str]
    more: list[str]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join([*self.notices, *self.sentences, *self.more])


def headline(leaderboard: pd.DataFrame, claims: pd.DataFrame) -> Headline:
    """Return the answer.

    Args:
        leaderboard: a row per technique, see `statistics.leaderboard`.
        claims: a row per published number, see `statistics.claims`.
    """
    few = caveat(int(leaderboard["repeats"].min()), "repeats").strip(" ()")
    told = [of_families(families(leaderboard)), _leaders(leaderboard), _fates(claims)]
    more = [_guesses(leaderboard), _counts(leaderboard), _numbers(claims)]
    return Headline(*(list(filter(None, t)) for t in ([few, _departures(claims)], told, more)))


def _counts(leaderboard: pd.DataFrame) -> str:
    """Return how many techniques there are of each verdict, each on its own and jointly."""
    plain, corrected = (counts_of(leaderboard[column]) for column in ("verdict", "verdict_joint"))
    each = " on each problem" if leaderboard["problem"].nunique() > 1 else ""
    parts = [several(n, *VERBS[verdict]) for verdict, n in plain.items() if n]
    sure = [v for v in corrected if direction(v) and (corrected[v] or v in ("helps", "hurts"))]
    still = listed([several(corrected[v], *VERBS[v]) for v in sure])
    times = span(leaderboard["repeats"])
    return (
        f"Of {several(len(leaderboard), 'technique')}, each repeated {times} times, "
        f"{listed(parts)}; jointly, "
        f"corrected for how many are tried{each}, {still}."
    )


def best(leaderboard: pd.DataFrame, most: int = MOST) -> list[Record]:
    """Return the best of the techniques that help: jointly, if any does.

    `size` is their change, with an interval that allows for their being the best.
    """
    for column in ("verdict_joint", "verdict"):
        helping = leaderboard[leaderboard[column].map(direction) == "helps"]
        helping = helping.sort_values("rank").head(most)
        if len(helping):
            return [{**row, "size": size(row)} for row in helping.to_dict("records")]
    return []


def _leaders(leaderboard: pd.DataFrame) -> str:
    """Return by how much the best techniques help, "" where none does."""
    leaders, one = best(leaderboard), leaderboard["problem"].nunique() == 1
    if not leaders:
        return ""
    named = [
        f"{row['title']} ({'' if one else row['problem'] + ', '}{row['size']})" for row in leaders
    ]
    jointly = direction(leaders[0]["verdict_joint"]) == "helps"
    of = "of those that help jointly, " if jointly and len(leaderboard) > 1 else ""
    allow = " These intervals allow for how many were tried." * (len(leaderboard) > 1)
    if of and any(row["joint_low"] <= 0 <= row["joint_high"] for row in leaders):
        allow += (
            " One may include 0 though it helps: verdicts step down from the surest, and so need a "
            "little less."
        )
    return f"By name, {of}most is gained by {listed(named)}.{allow}"


def _guesses(leaderboard: pd.DataFrame) -> str:
    """Name techniques that help, and leave a network that is hardly better than a guess."""
    helping = leaderboard[leaderboard["verdict"].map(direction) == "helps"]
    found = helping[helping["over_guess"] < helping["smallest_difference"]]
    if found.empty:
        return ""
    one = leaderboard["problem"].nunique() == 1
    named = [
        row["title"] + ("" if one else f" ({row['problem']})") for row in found.to_dict("records")
    ]
    verb = "helps, leaves a network" if len(named) == 1 else "help, leave networks"
    return (
        f"{listed(_first(named))}, which {verb} hardly better than a constant guess that ignores "
        "all inputs, if at all."
    )


def _first(names: list[str]) -> list[str]:
    """Return the first names, and how many more there are."""
    return names[:NAMED] + ([f"{len(names) - NAMED} more"] if len(names) > NAMED else [])


def claimed(claims: pd.DataFrame) -> list[str]:
    """Return what became of everything that was published: departures, claims, numbers."""
    return [text for text in (_departures(claims), _fates(claims), _numbers(claims)) if text]


def _departures(claims: pd.DataFrame) -> str:
    """Return in what the run isn't as published, "" where it is."""
    away = claims[claims["reproduction"] == NOT_COMPARABLE]
    if away.empty:
        return ""
    reasons = []
    for why, part in away.groupby("why", sort=False):
        arms, problems = (list(dict.fromkeys(part[column])) for column in ("arm", "problem"))
        whose = problems if set(problems) <= set(arms) else arms
        reasons.append(f"{why} ({', '.join(_first(whose))})")
    return f"Not comparable with what was published, and so not judged: {'; '.join(reasons)}."


def _fates(claims: pd.DataFrame) -> str:
    """Return what became of all claims, "" where there are none."""
    fates = (_fate(tally(claims, kind), *names) for kind, names in CLAIMS.items())
    return " ".join(filter(None, fates))


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
        text = (
            f"On the published draws themselves, {n.not_contradicted} of "
            f"{several(n.all, 'published number')} {'are' if n.all > 1 else 'is'} not contradicted "
            f"by {span(claims['seeds'].astype(int))} seeds"
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
