"""How does a verdict look, and what does a comparison say above a picture?

The colours are those of the report page; the shapes tell them apart without colours.
"""

import math
from collections.abc import Mapping
from typing import Any

from regpipe.language.metrics import Metric
from regpipe.rows.draws import DRAWN, ONE, Draws
from regpipe.statistics.verdicts import VERDICTS, direction

HELPS, SAME, OPEN, HURTS = "#00694c", "#00558c", "#5a6069", "#a63f00"
COLOURS: dict[str, str] = dict(
    zip(VERDICTS, (HELPS, HELPS, SAME, OPEN, OPEN, HURTS, HURTS), strict=True)
)
GROUNDS = {HELPS: "#dcf1e8", SAME: "#dcebf7", OPEN: "#e9e8e4", HURTS: "#fbe3d6"}
MARKERS: dict[str, str] = dict(zip(VERDICTS, "o^sD.vX", strict=True))


def finding(name: str, gain: Mapping[str, Any], metric: Metric, draws: Draws = DRAWN) -> str:
    """Return what a comparison on fresh rows says, with its verdict.

    Args:
        name: the technique's title.
        gain: mean, ci_low, ci_high, pairs and verdict, as of a `Comparison`.
        metric: of the comparison.
        draws: what the repeats are called.
    """
    verdict = gain["verdict"]
    if verdict == "too few":
        return f"Whether {name} helps can't be told from {too_few(gain['pairs'], draws)}"
    if math.isnan(gain["mean"]):
        return f"{name}: {verdict}, as a score is no number"
    interval = metric.interval(gain["ci_low"], gain["ci_high"])
    moved = _movement(gain["mean"], metric, sure=direction(verdict) is not None)
    return f"{name} {moved} on {draws.fresh} {interval}: {verdict}"


def too_few(pairs: int, draws: Draws) -> str:
    """Return what a verdict can't be told from.

    >>> too_few(3, DRAWN), too_few(3, ONE)
    ('3 draws', 'one split')
    """
    if draws is ONE:
        return ONE.rows
    return f"{pairs} {draws.several if pairs != 1 else draws.several.removesuffix('s')}"


def _movement(mean: float, metric: Metric, sure: bool) -> str:
    """Return by how much the technique moves the metric, as a verb and its object."""
    if not sure:
        return f"changes {metric.name} by {metric.signed(mean)}{metric.unit}"
    if metric.higher_is_better:
        return f"{'gains' if mean > 0 else 'loses'} {metric.size(mean)} {metric.difference}"
    return f"{'raises' if mean > 0 else 'lowers'} {metric.name} by {metric.size(mean)}{metric.unit}"
