"""What became of everything that was published, in a few sentences."""

import pandas as pd

from regpipe.report.sentence import listed, several
from regpipe.statistics.judging import NOT_COMPARABLE
from regpipe.statistics.tally import Tally, count_numbers, tally

MOST = 4  # names that are told; the others are counted
CLAIMS = {
    "gain": ("published gain", "published gains"),
    "loss": ("published loss", "published losses"),
    "no difference": ("technique published as no better", "techniques published as no better"),
}


def claimed(claims: pd.DataFrame) -> list[str]:
    """Return what can't be compared, what became of the claims, and what of the numbers.

    Args:
        claims: a row per published number, see `statistics.claims`.
    """
    fates = [_fate(tally(claims, kind), *names) for kind, names in CLAIMS.items()]
    return [told for told in (departures(claims), *fates, _numbers(claims)) if told]


def departures(claims: pd.DataFrame) -> str:
    """Say in what the run isn't as published, "" where it is."""
    away = claims[claims["reproduction"] == NOT_COMPARABLE]
    if away.empty:
        return ""
    told = []
    for why, part in away.groupby("why", sort=False):
        arms, problems = (list(dict.fromkeys(part[column])) for column in ("arm", "problem"))
        whose = problems if set(problems) <= set(arms) else arms
        shown = whose[:MOST] + ([f"{len(whose) - MOST} more"] if len(whose) > MOST else [])
        told.append(f"{why} ({', '.join(shown)})")
    return f"Not comparable with what was published, and so not judged: {'; '.join(told)}."


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
    told = ""
    if n.all:
        seeds = sorted({int(k) for k in claims["seeds"]})
        span = " to ".join(str(k) for k in dict.fromkeys([seeds[0], seeds[-1]]))
        told = (
            f"On the published draws themselves, {n.not_contradicted} of "
            f"{several(n.all, 'published number')} {'are' if n.all > 1 else 'is'} not contradicted "
            f"by {span} seeds"
        )
        if n.also_baseline:
            told += f"; {n.also_baseline} of those the baseline's seeds don't contradict, either"
        if n.interpolated:
            rows = several(n.interpolated, "perfect score", "perfect scores")
            told += f" ({rows} of rows trained on aside)"
        told += "."
    if n.stand_in:
        numbers = (
            several(n.stand_in, "more is", "more are")
            if told
            else several(n.stand_in, "published number is", "published numbers are")
        )
        told += f" {numbers} about rows that others stand in for: can't tell."
    return told.strip()
