"""What was claimed to happen inside of networks, and what does on fresh draws.

A measure is of each fit's row in the run table, or of its history. (A logged loss contains the
penalties, as in Keras. Two of them compare only where neither arm has any.)
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.language import Measure, Mechanism, Statistics
from regpipe.language.metrics import METRICS
from regpipe.statistics.judging import FAILS, HOLDS, UNDECIDED
from regpipe.statistics.overlap import Splits
from regpipe.statistics.paired import Comparison, compare
from regpipe.statistics.plan import Plan
from regpipe.statistics.summary import compare_pairs, pair_runs

TRIFLING, CANT_TELL = "holds, too little to matter", "can't be told here"
TINY = 1e-12  # the smallest difference of interest from 0
COLUMNS = (
    *("claim", "statement", "arm", "beside", "problem", "measure", "direction", "near", "within"),
    *("arm_mean", "beside_mean", "difference", "ci_low", "ci_high", "smallest_difference"),
    *("repeats", "verdict", "why", "source"),
)
TEXTS = ("beside", "why")  # empty where they don't apply


@dataclass(frozen=True)
class Fits:
    """The fits of an arm.

    Attributes:
        arm: theirs.
        runs: its run table.
        history: of each epoch; None where no claim needs it.
        splits: what the fresh repeats of its problem share.
        plan: by which those of a technique were made.
        departure: why nothing can be judged by them: in what the arm isn't as shipped, or that its
            rows stand in for others; None where it can.
    """

    arm: Arm
    runs: pd.DataFrame
    history: pd.DataFrame | None
    splits: Splits
    plan: Plan
    departure: str | None


def tabulate_mechanisms(
    claims: Mapping[str, Mechanism],
    fits: Mapping[str, Fits],
    statistics: Statistics,
) -> pd.DataFrame:
    """Return a row per claim.

    Args:
        claims: by their names.
        fits: of the arms that they are about, of those beside them, and of the baselines of both.
        statistics: confidence, and the smallest differences of scores.

    Returns:
        claim (its name) and its keys; arm_mean and beside_mean of the measure over the same fresh
        repeats; their difference (or that from the number it is to be `near`), its interval, and
        the smallest of interest; the verdict, see `fate`; why it can't be told, where it can't.
    """
    rows = []
    for name, claim in claims.items():
        arm = fits[claim.arm]
        beside = None if claim.near is not None else fits[claim.beside or arm.arm.problem]
        if claim.measure.startswith("gain_"):
            arm, beside = (gaining(one, fits[one.arm.problem]) for one in (arm, beside) if one)
        found = _found(claim, arm, beside, statistics)
        about = claim.model_dump() | {"beside": beside.arm.name if beside else ""}
        about |= {"claim": name, "problem": arm.arm.problem, "direction": claim.direction or "near"}
        rows.append({**about, **found})
    return pd.DataFrame(rows, columns=list(COLUMNS))


def with_texts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as it was before a file, in which empty text is a missing number."""
    return table.assign(**{name: table[name].astype(object).fillna("") for name in TEXTS})


def _found(
    claim: Mechanism,
    arm: Fits,
    beside: Fits | None,
    statistics: Statistics,
) -> dict[str, object]:
    """Return what a row says beyond the claim itself."""
    measure, problem = Measure.named(claim.measure), arm.arm.problem_block
    own = measured(arm, measure)
    # A baseline has all its repeats, whatever they say.
    plan = beside.plan if beside and arm.arm.technique is None else arm.plan
    if beside is None:
        values, others = own["value"].to_numpy(float), np.full(len(own), claim.near, float)
    else:
        other = measured(beside, measure)
        own = own[own["repeat"].isin(other["repeat"])]
        if beside.arm.problem == arm.arm.problem:
            pairs = pair_runs(other, own)
        else:  # whose repeats share nothing but their numbers
            pairs = other.merge(own, on="repeat", suffixes=("_b", "_t"))
        values, others = (pairs[f"value_{side}"].to_numpy(float) for side in ("t", "b"))
    smallest = claim.within or _smallest(measure, others, arm, statistics)
    if beside and measure.kind == "test":
        found = compare_pairs(pairs, measure.of, problem, statistics, arm.splits, plan)
    else:
        found = compare(
            others,
            values,
            higher_is_better=False,
            smallest_difference=smallest,
            confidence=statistics.confidence,
            overlap=_overlap(arm.splits, measure, arm.arm.training.leaks),
            plan=plan,
        )
    why = arm.departure or (beside and beside.departure) or _untold(found, values, others)
    verdict = fate(claim.direction, found.ci_low, found.ci_high, smallest)
    return {
        "arm_mean": float(values.mean()),
        "beside_mean": float(others.mean()) if beside else math.nan,
        "difference": found.mean,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "smallest_difference": smallest,
        "repeats": found.pairs,
        "verdict": CANT_TELL if why else verdict,
        "why": why or "",
    }


def measured(fits: Fits, measure: Measure) -> pd.DataFrame:
    """Return the run table of the fresh repeats, with the measure of each fit as its `value`.

    That is NaN where a fit has none, as one that was never validated.
    """
    runs = fits.runs[fits.runs["protocol"] == "fresh"]
    if measure.logged:
        assert fits.history is not None
        history = fits.history[fits.history["protocol"] == "fresh"]
        by_repeat = of_curves(history, measure.logged)[measure.kind]
        return runs.assign(value=by_repeat.reindex(runs["repeat"]).to_numpy(float))
    if measure.of or measure.kind in runs:
        name = f"{measure.kind}_{measure.of}" if measure.of else measure.kind
        return runs.assign(value=runs[name] if name in runs else math.nan)
    parts = runs[[name for name in runs if str(name).startswith(f"{measure.kind}_")]]
    if measure.kind == "norm":
        return runs.assign(value=np.linalg.norm(parts.to_numpy(float), axis=1))
    return runs.assign(value=parts.iloc[:, -1] if len(parts.columns) else math.nan)


def gaining(technique: Fits, baseline: Fits) -> Fits:
    """Return a technique's fits, of which each fresh one has its gains over the baseline's.

    `gain_<score>` is by how much the score on the test rows is better.
    """
    fresh = technique.runs[technique.runs["protocol"] == "fresh"]
    pairs = pair_runs(baseline.runs[baseline.runs["protocol"] == "fresh"], fresh)
    gains = {
        f"gain_{score}": (pairs[f"test_{score}_t"] - pairs[f"test_{score}_b"]) * (1 if more else -1)
        for score, more in technique.arm.task.scores.items()
        if f"test_{score}_t" in pairs
    }
    by_repeat = pd.DataFrame({"repeat": pairs["repeat"], **gains})
    departure = technique.departure or baseline.departure
    return replace(technique, runs=fresh.merge(by_repeat, on="repeat"), departure=departure)


def of_curves(history: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return `best_epoch` and `worsening` of a logged number, by repeat.

    They are the (first) epoch at which it was best, and by how much it is worse at the last one.
    """
    metric = METRICS[column.removeprefix("val_")]
    there = history.dropna(subset=[column]).sort_values(["repeat", "epoch"])
    worse = there.assign(worse=there[column] * (-1 if metric.higher_is_better else 1))
    curves = worse.groupby("repeat")["worse"]
    best = worse.loc[curves.idxmin()].set_index("repeat")
    return pd.DataFrame({"best_epoch": best["epoch"], "worsening": curves.last() - best["worse"]})


def _smallest(measure: Measure, beside: np.ndarray, arm: Fits, statistics: Statistics) -> float:
    """Return the smallest difference of interest."""
    if not measure.about.unit:
        return arm.arm.problem_block.smallest_differences(statistics)[measure.metric]
    share = abs(float(beside.mean())) if measure.about.relative else 1.0
    return max(measure.unit.smallest * share, TINY)


def _overlap(splits: Splits, measure: Measure, watches: bool) -> float:
    """Return a bound of the overlap of measures, as `intervals.margin` wants it.

    Values that only the rows trained on have a part in share those, n_train of each N, as values by
    the rows tested on share these: the two change places in Nadeau and Bengio's bound. Of others
    it isn't known how much is due to which, and the larger of both holds.
    """
    if splits.one_sample or splits.in_time:
        return math.inf
    if not splits.test_rows:
        return 0.0
    ratio = splits.train_rows / splits.test_rows
    return ratio if measure.about.of_training and not watches else max(ratio, 1 / ratio)


def _untold(found: Comparison, values: np.ndarray, others: np.ndarray) -> str:
    """Return why a comparison has no interval, "" where it has one."""
    if not math.isnan(found.ci_low):
        return ""
    lacking = int((~np.isfinite(values) | ~np.isfinite(others)).sum())
    if lacking:
        return f"{lacking} of {found.pairs} fits lack it, as those that diverged"
    return f"{found.pairs} repeats are too few, or all of the same rows"


def fate(direction: str | None, low: float, high: float, smallest: float) -> str:
    """Return what becomes of a claim about a difference, by its interval.

    One that something is `smaller` (or `larger`) holds where the interval says so, though by too
    little to matter where it lies inside the smallest difference of interest; and doesn't hold
    where it says the opposite, or lies inside. That something is `not larger` holds where it is
    by less than that, if at all. That there is `no difference` (or that it is near a number) holds
    where the interval lies inside, and doesn't where it lies outside.

    >>> fate("smaller", -3, -1, 0.5), fate("smaller", -0.4, -0.1, 0.5)
    ('holds', 'holds, too little to matter')
    >>> fate("larger", -3, -1, 0.5), fate("no difference", -0.4, -0.1, 0.5)
    ('does not hold', 'holds')
    """
    if direction == "larger":
        low, high = -high, -low
    inside = -smallest < low and high < smallest
    if direction in ("smaller", "larger"):
        if high < 0:
            return TRIFLING if inside else HOLDS
        fails = inside or low > 0
    elif direction == "not larger":
        if high < smallest:
            return HOLDS
        fails = low > 0
    else:
        if inside:
            return HOLDS
        fails = low >= smallest or high <= -smallest
    return FAILS if fails else UNDECIDED
