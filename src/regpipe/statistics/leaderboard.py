"""All answers side by side: which technique is best, on its problem and overall?"""

import math
from collections.abc import Iterable
from dataclasses import asdict

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.statistics.answer import Answer
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
        fresh_baseline, fresh: means on test rows; difference (mean over fresh draws, technique
        minus baseline), its interval ci_low, ci_high; smallest_difference, the smallest of interest
        on that problem; gain, the difference in multiples of that, above 0 where it is better,
        which makes problems comparable; effect, the same in standard deviations of the differences;
        p_better with its interval, wins, ties and p_wins, repeats; verdict, p_value; p_holm and
        verdict_holm, corrected for the number of techniques on the problem; repeats_needed; epochs
        and seconds, means of a fit; rank_on_problem and rank, by gain, and of equal gains by the
        worse end of the interval.
    """
    table = pd.DataFrame([_row(answer) for answer in answers])
    table = table.astype({"repeats_needed": "Int64"})
    table["p_holm"] = table.groupby("problem")["p_value"].transform(lambda p: holm(p.to_numpy()))
    alpha = table.pop("alpha")
    lost = table["verdict"].map(direction).notna() & ~(table["p_holm"] < alpha)
    left = table["verdict"].str.endswith(TRIFLE).map({True: SAME, False: "undecided"})
    table["verdict_holm"] = table["verdict"].mask(lost, left)
    table["rank"] = _ranks(table)
    table["rank_on_problem"] = table.groupby("problem")["rank"].rank(method="min").astype(int)
    return table.sort_values(["rank", "technique"], ignore_index=True)


def holm(p_values: np.ndarray) -> np.ndarray:
    """Return the p values adjusted for their number, of the same shape and order.

    The probability that any true hypothesis among them is rejected is kept: the smallest is
    multiplied by their number n, the next by n - 1, and so on, none falling below one before it.
    One that is NaN, as of few pairs, counts as 1 and stays NaN. (S. Holm, "A simple
    sequentially rejective multiple test procedure", 1979.)

    >>> [float(p) for p in holm(np.array([0.5, 0.01, 0.02]))]
    [0.5, 0.03, 0.04]
    """
    p_values = np.asarray(p_values, float)
    ranked = np.where(np.isnan(p_values), 1.0, p_values)
    order = np.argsort(ranked, kind="stable")
    factors = np.arange(len(ranked), 0, -1)
    adjusted = np.empty(len(ranked))
    adjusted[order] = np.minimum(np.maximum.accumulate(ranked[order] * factors), 1.0)
    return np.where(np.isnan(p_values), np.nan, adjusted)


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
    statistics, sign = answer.run.statistics, 1 if answer.unit.higher_is_better else -1
    smallest = answer.problem_block.smallest_differences(statistics)[answer.metric]
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
        "difference": gain.mean,
        "smallest_difference": smallest,
        "gain": sign * gain.mean / smallest,
        **{key: value for key, value in asdict(gain).items() if key in GAIN},
        "repeats": fresh.repeats,
        "verdict": fresh.verdict,
        "repeats_needed": fresh.repeats_needed,
        "epochs": fresh.epochs["technique"].mean,
        "seconds": fresh.seconds["technique"],
        "alpha": 1 - statistics.confidence,
    }
