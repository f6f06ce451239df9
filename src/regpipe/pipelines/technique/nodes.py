"""From two run tables to an answer and its pictures."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from regpipe import plots
from regpipe.arm import apply, baseline
from regpipe.report.summary import Answer, summarise
from regpipe.spec import Engine, Problem, Protocol, Statistics, Technique
from regpipe.statistics.summary import compare_runs, pair_runs
from regpipe.tasks import TASKS


def compare(
    baseline_runs: pd.DataFrame, runs: pd.DataFrame, problem: Problem, statistics: Statistics
) -> pd.DataFrame:
    """Compare the technique with its baseline, repeat by repeat."""
    return compare_runs(baseline_runs, runs, statistics, TASKS[problem.task])


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
) -> Answer:
    """Return the answer about the technique called `name`, and everything it was run with."""
    parameters: dict[str, Any] = {
        technique.problem: problem.model_dump(mode="json"),
        name: technique.model_dump(mode="json"),
        "protocol": protocol.model_dump(mode="json"),
        "statistics": statistics.model_dump(mode="json"),
        "engine": engine,
    }
    arm = apply(name, technique, baseline(technique.problem, problem))
    return summarise(arm, technique, baseline_runs, runs, comparison, parameters)


def plot_learning_curves(
    baseline_history: pd.DataFrame, history: pd.DataFrame, technique: Technique
) -> Figure:
    """Show loss and accuracy by epoch, of both arms."""
    return plots.learning_curves(baseline_history, history, technique.title)


def plot_decision_boundary(
    baseline_surfaces: pd.DataFrame,
    surfaces: pd.DataFrame,
    samples: pd.DataFrame,
    technique: Technique,
) -> Figure:
    """Show where both arms draw the line, and where their repeats disagree."""
    return plots.decision_boundary(baseline_surfaces, surfaces, samples, technique.title)


def plot_paired_differences(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    technique: Technique,
    statistics: Statistics,
) -> Figure:
    """Show what the technique changed in each repeat."""
    pairs = pair_runs(baseline_runs, runs)
    smallest = statistics.smallest_difference.model_dump()
    return plots.paired_differences(pairs, comparison, technique.title, smallest)


def plot_weight_norms(
    baseline_runs: pd.DataFrame, runs: pd.DataFrame, technique: Technique
) -> Figure:
    """Show how large the weights of each layer became."""
    return plots.weight_norms(baseline_runs, runs, technique.title)
