"""From two run tables to an answer."""

from typing import Any

import pandas as pd

from regpipe.candidates.arm import apply, baseline
from regpipe.candidates.as_published import Shipped, departures
from regpipe.language import Engine, Problem, Protocol, Screen, Statistics, Technique
from regpipe.pipelines.arm.fits import splits_of
from regpipe.statistics.answer import Answer, summarise
from regpipe.statistics.summary import compare_runs


def compare(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    problem: Problem,
    protocol: Protocol,
    statistics: Statistics,
) -> pd.DataFrame:
    """Compare the technique with its baseline, repeat by repeat."""
    splits = splits_of(problem, baseline_runs)
    looks = protocol.fresh.looks
    return compare_runs(baseline_runs, runs, problem, statistics, splits, looks)


def answer(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    protocol: Protocol,
    statistics: Statistics,
    engine: Engine,
    *,
    name: str,
    shipped: Shipped | None = None,
    screen: Screen | None = None,
) -> Answer:
    """Return the answer about the technique called `name`, and everything it was run with.

    `shipped` are the blocks that what was published is about; None where nothing was. `screen`
    is what it is part of, if it is.
    """
    parameters: dict[str, Any] = {
        technique.problem: problem.model_dump(mode="json"),
        name: technique.model_dump(mode="json"),
        "protocol": protocol.model_dump(mode="json"),
        "statistics": statistics.model_dump(mode="json"),
        "engine": engine,
        **({"screen": screen.model_dump(mode="json")} if screen else {}),
    }
    arm = apply(name, technique, baseline(technique.problem, problem))
    return summarise(
        arm,
        problem,
        technique,
        baseline_runs,
        runs,
        comparison,
        statistics,
        parameters,
        departures(name, problem, technique, shipped) if shipped else {},
    )
