"""Two run tables -> how far each number spreads, and how the arms compare."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from regpipe.language import Problem, Statistics
from regpipe.language.blocks import SIDES, PublishedScores, Side
from regpipe.language.metrics import METRICS
from regpipe.statistics.intervals import mean_interval
from regpipe.statistics.judging import ranges_over
from regpipe.statistics.overlap import Splits, minus, units_of
from regpipe.statistics.paired import Comparison, compare, describe
from regpipe.statistics.plan import Plan
from regpipe.strict import Number, Strict

PAIR = ["protocol", "repeat", "settings", "data_seed", "fit_seed"]


class Spread(Strict):
    """How far a number spreads over the repeats.

    The standard deviation is that of a sample (n - 1), and 0 for a single repeat.
    """

    mean: Number
    sd: Number
    min: Number
    max: Number


class Mean(Strict):
    """A mean and its interval, NaN as in `intervals.mean_interval`."""

    mean: Number
    ci_low: Number
    ci_high: Number


def pair_runs(baseline: pd.DataFrame, technique: pd.DataFrame) -> pd.DataFrame:
    """Put each fit beside its baseline's: a row per pair, columns with `_b` and `_t` behind.

    The baseline may have repeats that the technique hasn't, as where that was decided early.

    Raises:
        ValueError: a fit has no partner of the same repeat, seeds and settings, as where one of the
            tables was left by an earlier run.
    """
    pairs = baseline.merge(technique, on=PAIR, suffixes=("_b", "_t"), validate="one_to_one")
    if len(pairs) != len(technique):
        raise ValueError(
            f"Of {len(technique)} fits of the technique, {len(pairs)} have a partner among the "
            f"{len(baseline)} of the baseline. Expected all: run the whole pipeline, so that both "
            "arms are trained under the same settings of problem and protocol."
        )
    return pairs


def same_repeats(table: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table that are about repeats which a run table has.

    A baseline may have more of them than its technique.
    """
    return table.merge(runs[["protocol", "repeat"]].drop_duplicates())


def compare_pairs(
    pairs: pd.DataFrame,
    score: str,
    problem: Problem,
    statistics: Statistics,
    splits: Splits,
    plan: Plan,
) -> Comparison:
    """Compare both sides of some pairs, by a score on the test rows; see `compare_runs`."""
    column = f"test_{score}"
    bare, with_it = (pairs[f"{column}_{side}"].to_numpy(float) for side in ("b", "t"))
    by_unit = minus(units_of(pairs, column, "_t"), units_of(pairs, column, "_b"))
    return compare(
        bare,
        with_it,
        higher_is_better=problem.kind.scores[score],
        smallest_difference=problem.smallest_differences(statistics)[score],
        confidence=statistics.confidence,
        overlap=splits.overlap(with_it - bare, by_unit),
        plan=plan,
    )


def compare_runs(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    problem: Problem,
    statistics: Statistics,
    splits: Splits,
    plan: Plan,
) -> pd.DataFrame:
    """Compare two run tables, repeat by repeat, on test rows.

    Many seeds on the `fixed` draw are no sample of other rows: they have means, wins and ties, and
    neither interval nor verdict.

    Args:
        baseline: a row per fit: protocol, repeat, seeds and a column `test_<score>` for each score.
        technique: the same of the other arm.
        problem: what the fits are scored by, and which difference is too small.
        statistics: confidence, and the smallest differences where the problem has none of its own.
        splits: what `fresh` repeats share.
        plan: by which fresh repeats were made.

    Returns:
        A row per protocol and score, with the attributes of a `Comparison`: mean (technique minus
        baseline), ci_low, ci_high and so on.

    Raises:
        ValueError: the tables don't pair up.
    """
    pairs = pair_runs(baseline, technique)
    rows = []
    for protocol, part in pairs.groupby("protocol", sort=True):
        for score, higher_is_better in problem.kind.scores.items():
            if protocol == "fixed":
                arms = (part[f"test_{score}_{side}"].to_numpy() for side in ("b", "t"))
                comparison = describe(*arms, higher_is_better=higher_is_better)
            else:
                comparison = compare_pairs(part, score, problem, statistics, splits, plan)
            rows.append({"protocol": protocol, "metric": score, **asdict(comparison)})
    return pd.DataFrame(rows).astype({"repeats_needed": "Int64"})


def mean_of_runs(runs: pd.DataFrame, score: str, confidence: float, splits: Splits) -> Mean:
    """Return the mean of a score on test rows and its interval."""
    column = f"test_{score}"
    values = runs[column].to_numpy(float)
    overlap = splits.overlap(values, units_of(runs, column))
    mean, low, high = mean_interval(values, confidence, overlap)
    low, high = METRICS[score].between(low, high)  # no verdict is of a mean
    return Mean(mean=mean, ci_low=low, ci_high=high)


def spread(runs: pd.DataFrame, metric: str) -> dict[Side, Spread]:
    """Return how far a metric spreads over the repeats, for train and for test."""
    return {
        side: Spread(
            mean=float(np.mean(values)),
            sd=float(np.std(values, ddof=1)) if np.ptp(values) != 0 else 0.0,
            min=float(np.min(values)),
            max=float(np.max(values)),
        )
        for side in SIDES
        for values in [runs[f"{side}_{metric}"].to_numpy(float)]
    }


def sides_within(spreads: Mapping[Side, Spread], published: PublishedScores) -> list[Side]:
    """Return the sides, of train and test, whose published number the repeats range over."""
    return [
        side
        for side, number in published.scores.items()
        if ranges_over(spreads[side].min, spreads[side].max, number)
    ]


def whole(value: float | None) -> int | None:
    """Return a count as it was before it stood in a table, where a missing one is NaN."""
    return None if pd.isna(value) else int(value)
