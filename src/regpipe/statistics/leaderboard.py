"""All answers side by side: which technique is best, on its problem and overall?"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.statistics.answer import Answer
from regpipe.statistics.difference import mean_difference
from regpipe.statistics.joint import jointly
from regpipe.statistics.verdicts import SAME, TRIFLE, direction

GAIN = (
    *("ci_low", "ci_high", "effect", "p_better", "p_better_low", "p_better_high"),
    *("wins", "ties", "p_wins", "p_value"),
)
DECIMALS = 9  # of a gain; what differs beyond them is equal but for rounding


def leaderboard(answers: Iterable[Answer]) -> pd.DataFrame:
    """Return a row per technique, the best first.

    Args:
        answers: of each technique.

    Returns:
        technique, title, family, problem, metric, leak; published (test); fixed_baseline, fixed,
        fresh_baseline, fresh: means on test rows; over_guess, by how much the latter is better than
        a constant guess; difference (mean over fresh draws, technique
        minus baseline), its interval ci_low, ci_high; size, the difference without what stopping
        early adds to it; smallest_difference, the smallest of interest on that problem; gain, the
        size in multiples of that, above 0 where it is better, which makes problems comparable;
        effect, the difference in standard deviations of the differences; p_better with its
        interval, wins, ties and p_wins, repeats; verdict, p_value; repeats_needed; epochs and
        seconds, means of a fit; p_joint and verdict_joint, corrected for
        all techniques on the problem, and joint_low and joint_high, intervals of the differences
        that all hold together, see `joint`; rank_on_problem and rank, by gain, and of equal gains
        by the worse end of the interval.
    """
    by_problem: dict[str, list[Answer]] = {}
    for answer in answers:
        by_problem.setdefault(answer.problem, []).append(answer)
    table = pd.DataFrame([row for those in by_problem.values() for row in _rows(those)])
    table = table.astype({"repeats_needed": "Int64"})
    table["rank"] = _ranks(table)
    table["rank_on_problem"] = table.groupby("problem")["rank"].rank(method="min").astype(int)
    return table.sort_values(["rank", "technique"], ignore_index=True)


def _rows(answers: list[Answer]) -> Iterator[dict[str, object]]:
    """Yield a row for each technique on a problem, given all of them."""
    confidence = answers[0].run.statistics.confidence
    parts = np.array([answer.fresh.plan.part for answer in answers])
    p_values = parts * [answer.gain.p_value for answer in answers]  # as if it were asked once
    p_joint, each = jointly(
        list(p_values), [answer.fresh.by_repeat for answer in answers], confidence
    )
    p_joint = np.minimum(p_joint / parts, 1.0)
    for answer, p in zip(answers, p_joint, strict=True):
        told = verdict = answer.fresh.verdict
        if direction(told) and not p < 1 - confidence:
            verdict = SAME if told.endswith(TRIFLE) else "undecided"
        low, high = _interval(answer, each)
        joint = {"p_joint": p, "verdict_joint": verdict, "joint_low": low, "joint_high": high}
        yield _row(answer) | joint


def _interval(answer: Answer, confidence: float) -> tuple[float, float]:
    """Return the interval of its difference, at another confidence than its own."""
    gain, fresh = answer.gain, answer.fresh
    if math.isnan(gain.p_value):
        return math.nan, math.nan
    at = fresh.plan.confidence(gain.pairs, confidence, gain.overlap)
    differences = np.array(fresh.by_repeat)
    found = mean_difference(differences, answer.smallest_difference, at, gain.overlap)
    return found.low, found.high


def _ranks(table: pd.DataFrame) -> pd.Series:
    """Return the place of each row; equals share one, and what has no gain comes last."""
    upwards = table["metric"].map(lambda metric: METRICS[metric].higher_is_better)
    worse_end = table["ci_low"].where(upwards, -table["ci_high"]) / table["smallest_difference"]
    keys = pd.DataFrame({"gain": table["gain"], "end": worse_end}).round(DECIMALS)
    ordered = keys.sort_values(["gain", "end"], ascending=False)
    places = pd.Series(range(1, len(ordered) + 1), index=ordered.index)
    return places.where(~ordered.duplicated()).ffill().astype(int)


def _row(answer: Answer) -> dict[str, object]:
    fixed, fresh, gain = answer.fixed, answer.fresh, answer.gain
    smallest, sign = answer.smallest_difference, 1 if answer.unit.higher_is_better else -1
    return {
        "technique": answer.technique,
        "title": answer.title,
        "family": answer.block.family,
        "problem": answer.problem,
        "metric": answer.metric,
        "leak": answer.leak,
        "published": fixed.published.scores.get("test", math.nan) if fixed.published else math.nan,
        "fixed_baseline": fixed.baseline["test"].mean,
        "fixed": fixed.technique["test"].mean,
        "fresh_baseline": fresh.baseline["test"].mean,
        "fresh": fresh.technique["test"].mean,
        "over_guess": answer.over_guess,
        "difference": gain.mean,
        "smallest_difference": smallest,
        "size": fresh.size,
        "gain": sign * fresh.size / smallest,
        **{key: value for key, value in asdict(gain).items() if key in GAIN},
        "repeats": fresh.repeats,
        "verdict": fresh.verdict,
        "repeats_needed": fresh.repeats_needed,
        "epochs": fresh.epochs["technique"].mean,
        "seconds": fresh.seconds["technique"],
    }
