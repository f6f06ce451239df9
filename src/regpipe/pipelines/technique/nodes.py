"""From two run tables to an answer and its pictures."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from regpipe import plots
from regpipe.report.summary import Answer, summarise
from regpipe.spec import Engine, Problem, Protocol, Statistics, Technique
from regpipe.statistics.summary import compare_runs


def compare(
    baseline_runs: pd.DataFrame, runs: pd.DataFrame, statistics: Statistics
) -> pd.DataFrame:
    """Compare the technique with its baseline, repeat by repeat."""
    return compare_runs(baseline_runs, runs, statistics)


def answer_as(name: str) -> Callable[..., Answer]:
    """Return the node that writes the answer about the technique called `name`."""

    def answer(
        baseline_runs: pd.DataFrame,
        runs: pd.DataFrame,
        comparison: pd.DataFrame,
        problem: Problem,
        technique: Technique,
        protocol: Protocol,
        statistics: Statistics,
        engine: Engine,
    ) -> Answer:
        parameters: dict[str, Any] = {
            technique.problem: problem.model_dump(mode="json"),
            name: technique.model_dump(mode="json"),
            "protocol": protocol.model_dump(mode="json"),
            "statistics": statistics.model_dump(mode="json"),
            "engine": engine,
        }
        return summarise(name, technique, baseline_runs, runs, comparison, parameters)

    return answer


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
    return plots.paired_differences(
        baseline_runs, runs, comparison, technique.title, statistics.smallest_difference
    )


def plot_weight_norms(
    baseline_runs: pd.DataFrame, runs: pd.DataFrame, technique: Technique
) -> Figure:
    """Show how large the weights of each layer became."""
    return plots.weight_norms(baseline_runs, runs, technique.title)
