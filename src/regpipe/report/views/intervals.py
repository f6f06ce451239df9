"""A gain and its interval as a small drawing, on the same scale for all of a problem and metric."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.report.views.cells import Record, better

WIDTH, HEIGHT = 140, 18  # pixels; 0 is in the middle
EDGE = 6  # pixels that are left for an arrow
COMMON, FAR = 0.9, 3.0  # what lies so many times beyond this share of a problem's ends in an arrow


@dataclass(frozen=True)
class Interval:
    """Where to draw mean and ends, in pixels from the left; better is right.

    Attributes:
        low: the left end.
        high: the right end.
        mean: between them; None where it lies outside.
        beyond: "left", "right" or "", where the interval goes on outside.
        band: half the width of what is too small to interest anyone.
    """

    low: float
    high: float
    mean: float | None
    beyond: str
    band: float


def scale(rows: pd.DataFrame) -> float:
    """Return the difference that half the drawing's width stands for."""
    ends = pd.DataFrame(map(_ends, rows.to_dict("records"))).abs().max(axis=1).dropna()
    if ends.empty:
        return 1.0
    return float(min(ends.max(), FAR * np.quantile(ends, COMMON)))


def _ends(row: Record) -> tuple[float, float]:
    return METRICS[row["metric"]].change_between(row["ci_low"], row["ci_high"])


def draw(row: Record, reach: float, smallest: float) -> Interval | None:
    """Return the drawing of a row of the leaderboard; None where there is none."""
    sign, numbers = better(row["metric"]), (row["difference"], *_ends(row))
    if any(pd.isna(number) for number in numbers):
        return None
    half = WIDTH / 2 - EDGE
    per_unit = half / reach if reach else 0.0
    low, mean, high = sorted(WIDTH / 2 + sign * per_unit * number for number in numbers)
    left, right = EDGE, WIDTH - EDGE
    beyond = "left" if low < left - 0.5 else "right" if high > right + 0.5 else ""
    return Interval(
        low=round(min(max(low, left), right), 1),
        high=round(min(max(high, left), right), 1),
        mean=round(mean, 1) if left <= mean <= right else None,
        beyond=beyond,
        band=round(min(per_unit * smallest, half), 1),
    )
