"""The answer about one technique, as `summary.json` holds it."""

import math
import os
import platform
from collections.abc import Mapping
from typing import Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.language import Problem, Statistics, Technique
from regpipe.provenance import versions
from regpipe.rows.draws import draws_of
from regpipe.statistics.judging import JUDGED, NOT_CONTRADICTED, reproduction
from regpipe.statistics.summary import pair_runs, sides_within, spread

Answer = dict[str, Any]
NUMBERS = (
    *("mean", "ci_low", "ci_high", "boot_low", "boot_high", "effect", "p_value"),
    *("p_better", "p_better_low", "p_better_high"),
)


def summarise(
    arm: Arm,
    problem: Problem,
    technique: Technique,
    baseline: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    statistics: Statistics,
    parameters: dict[str, Any],
    departures: Mapping[str, str | None],
) -> Answer:
    """Return the answer: what was published, what was reproduced, what holds on fresh draws.

    Args:
        arm: of the technique.
        problem: the block of its problem.
        technique: its block.
        baseline: the run table of its problem's baseline.
        runs: its own run table.
        comparison: of the two, a row per protocol and metric.
        statistics: by which they were compared.
        parameters: everything it was run with.
        departures: in what `baseline` and `technique` aren't as published.
    """
    metric = arm.task.metric
    repeats = pair_runs(baseline, runs)[["protocol", "repeat"]]
    baseline = baseline.merge(repeats)  # without those that the technique didn't need
    parts = {p: _protocol(p, metric, baseline, runs) for p in ("fixed", "fresh")}
    fresh = comparison[comparison["protocol"] == "fresh"]
    main = fresh[fresh["metric"] == metric].iloc[0]
    answer = {
        "technique": arm.technique,
        "title": technique.title,
        "problem": arm.problem,
        "metric": metric,
        "leak": arm.training.leaks,
        "fixed": {**parts["fixed"], **_claim(problem, technique, parts["fixed"], departures)},
        "fresh": {
            **parts["fresh"],
            "rows": draws_of(problem).rows,
            "difference": {row["metric"]: _difference(row) for _, row in fresh.iterrows()},
            "verdict": main["verdict"],
            "repeats_needed": _whole(main["repeats_needed"]),
            "trifling": _is_trifling(main, problem, statistics),
        },
        "run": {
            "parameters": parameters,
            "seeds": _seeds(runs),
            "versions": versions(),
            "machine": _machine(),
            "seconds": float(baseline["seconds"].sum() + runs["seconds"].sum()),
        },
    }
    return finite(answer)


def _protocol(protocol: str, metric: str, baseline: pd.DataFrame, runs: pd.DataFrame) -> Answer:
    arms = {"baseline": baseline, "technique": runs}
    chosen = {arm: table[table["protocol"] == protocol] for arm, table in arms.items()}
    return {
        "repeats": len(chosen["technique"]),
        "diverged": {arm: int((t["outcome"] == "diverged").sum()) for arm, t in chosen.items()},
        **{arm: spread(table, metric) for arm, table in chosen.items()},
        **{
            column: {arm: _range(table[column]) for arm, table in chosen.items()}
            for column in ("epochs", "best_epoch")
        },
        "seconds": {arm: float(table["seconds"].mean()) for arm, table in chosen.items()},
    }


def _range(epochs: pd.Series) -> Answer:
    return {"mean": float(epochs.mean()), "min": int(epochs.min()), "max": int(epochs.max())}


def _claim(
    problem: Problem,
    technique: Technique,
    found: Answer,
    departures: Mapping[str, str | None],
) -> Answer:
    """Return what was published, whether it may be judged by this run, and what becomes of it.

    `reproduced` is whether the seeds of the published draw range over all of its scores; None where
    nothing was published, or nothing can be told. `missed` are the sides that they don't range
    over, `also_baseline` those whose number the baseline ranges over, too.
    """
    published, departure = technique.published, departures.get("technique")
    told: Answer = {
        "published": published.model_dump() if published else None,
        "reproduced": None,
        "missed": [],
        "also_baseline": [],
        "stand_in": problem.stand_in,
        "not_comparable": departure,
        "baseline_not_comparable": departures.get("baseline"),
    }
    if published is None or problem.stand_in or departure:
        return told
    sides = [side for side in ("train", "test") if getattr(published, side) is not None]
    within = sides_within(found["technique"], published)
    words = {reproduction(side in within, found["repeats"], None, None) for side in sides}
    told["missed"] = [side for side in sides if side not in within]
    told["also_baseline"] = sides_within(found["baseline"], published)
    if words <= set(JUDGED):
        told["reproduced"] = words == {NOT_CONTRADICTED}
    return told


def _is_trifling(row: pd.Series, problem: Problem, statistics: Statistics) -> bool:
    """Whether the whole interval is smaller than the smallest difference of interest."""
    smallest = problem.smallest_differences(statistics)[row["metric"]]
    return bool(max(-row["ci_low"], row["ci_high"]) < smallest)


def _difference(row: pd.Series) -> Answer:
    numbers = {key: float(row[key]) for key in NUMBERS}
    counts = {key: int(row[key]) for key in ("pairs", "wins", "ties")}
    needed = _whole(row["repeats_needed"])
    return {**numbers, **counts, "verdict": row["verdict"], "repeats_needed": needed}


def _seeds(runs: pd.DataFrame) -> Answer:
    return {
        str(protocol): {
            column: [int(s) for s in part[column]] for column in ("data_seed", "fit_seed")
        }
        for protocol, part in runs.groupby("protocol")
    }


def _machine() -> dict[str, Any]:
    return {
        "system": platform.platform(terse=True),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)


def finite(value: Any) -> Any:
    """Return the value with None for every number that JSON can't hold."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
