"""The leaderboard, a row per technique."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.report.study import Study
from regpipe.report.views import intervals
from regpipe.report.views.cells import VERDICTS, Badge, Cell, Record, badge, better, change, number

COLUMNS = {
    "rank": "Rank",
    "technique": "Technique",
    "verdict": "Verdict",
    "change": "Change",
    "gain": "Gain",
    "p_better": "P(better)",
    "problem": "Problem",
    "epochs": "Epochs",
    "repeats": "Repeats",
}
DOWNWARDS = ("change", "gain", "p_better", "repeats")  # where the first click puts large ones up


@dataclass(frozen=True)
class Row:
    """A technique in the leaderboard.

    `verdict` is the one on its own, `joint` the one corrected for all on the problem, in words;
    `drawing` shows change and interval, where there are any; `leak` is whether it watches rows that
    score its published number. `cells` are the other columns.
    """

    technique: str
    title: str
    problem: str
    family: str
    verdict: Badge
    joint: str
    change: str
    interval: str
    drawing: intervals.Interval | None
    leak: bool
    cells: Mapping[str, Cell]


def board(study: Study) -> list[Row]:
    """Return the rows, the best first."""
    table = study.leaderboard.sort_values("rank", kind="stable")
    reach = {key: intervals.scale(part) for key, part in table.groupby(["problem", "metric"])}
    return [_row(row, reach[row["problem"], row["metric"]]) for row in table.to_dict("records")]


def _row(row: Record, reach: float) -> Row:
    ends = (row[key] for key in ("difference", "ci_low", "ci_high"))
    mean, interval = change(METRICS[row["metric"]], *ends)
    return Row(
        technique=row["technique"],
        title=row["title"],
        problem=row["problem"],
        family=row["family"],
        verdict=badge(row["verdict"]),
        joint=row["verdict_joint"],
        change=mean,
        interval=interval,
        drawing=intervals.draw(row, reach, row["smallest_difference"]),
        leak=bool(row["leak"]),
        cells=_cells(row),
    )


def _cells(row: Record) -> dict[str, Cell]:
    unit = METRICS[row["metric"]]
    good = better(row["metric"]) * unit.scale * row["difference"]
    return {
        "rank": number(row["rank"], "{:.0f}".format),
        "rank_on_problem": number(row["rank_on_problem"], "{:.0f}".format),
        "change": number(good, "{:+.2f}".format),
        "gain": number(row["gain"], _multiple),
        "p_better": number(row["p_better"], "{:.0%}".format),
        "p_interval": Cell(_p_interval(row)),
        "verdict": Cell(row["verdict"], _place(row["verdict"])),
        "p_joint": number(row["p_joint"], _probability),
        "epochs": number(row["epochs"], "{:,.0f}".format),
        "repeats": number(row["repeats"], "{:,.0f}".format),
    }


def _multiple(value: float) -> str:
    text = f"{value:+.1f}"
    return text if text.strip("+-0.") else "0.0"


def _p_interval(row: Record) -> str:
    low, high = row["p_better_low"], row["p_better_high"]
    return "" if pd.isna(low) or pd.isna(high) else f"[{100 * low:.0f}, {100 * high:.0f}]"


def _place(verdict: str) -> str:
    return str(VERDICTS.index(verdict)) if verdict in VERDICTS else ""


def _probability(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.2g}"
