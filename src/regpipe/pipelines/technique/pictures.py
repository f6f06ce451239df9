"""The pictures of a technique beside its baseline."""

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm
from regpipe.language import Problem, Statistics, Technique
from regpipe.language.tasks import CODE_SCORES
from regpipe.pipelines.arm.curves import trained
from regpipe.plots.diverged import tell_diverged
from regpipe.plots.style import Figure
from regpipe.rows.draws import draws_of
from regpipe.rows.samples import feature_names
from regpipe.statistics.summary import pair_runs


def plot_learning_curves(
    baseline_history: pd.DataFrame,
    history: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    arm: Arm,
    problem: Problem,
    technique: Technique,
) -> Figure:
    """Show loss and metric by epoch, of both arms."""
    bare = trained(baseline_history, baseline_runs, problem.training)
    with_it = trained(history, runs, arm.training)
    draws = draws_of(problem)
    return plots.learning_curves(bare, with_it, technique.title, problem.kind.logged, draws)


def plot_decision_boundary(
    baseline: pd.DataFrame,
    surfaces: pd.DataFrame,
    samples: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
) -> Figure:
    """Show where both arms draw the line, and where their repeats disagree."""
    figure = plots.decision_boundary(baseline, surfaces, samples, technique.title)
    return tell_diverged(figure, baseline_runs, runs)


def plot_confusion(
    baseline: pd.DataFrame,
    confusions: pd.DataFrame,
    samples: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
) -> Figure:
    """Show which classes both arms take for which."""
    figure = plots.confusion(
        baseline, confusions, technique.title, problem.classes, draws_of(problem)
    )
    return tell_diverged(figure, baseline_runs, runs)


def plot_predicted_true(
    baseline: pd.DataFrame,
    predictions: pd.DataFrame,
    samples: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
) -> Figure:
    """Show what both arms predict against what is true."""
    figure = plots.predicted_true(baseline, predictions, technique.title, draws_of(problem))
    return tell_diverged(figure, baseline_runs, runs)


def plot_reconstructions(
    baseline: pd.DataFrame,
    reconstructions: pd.DataFrame,
    samples: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    problem: Problem,
    technique: Technique,
) -> Figure:
    """Show what both arms make of some rows."""
    shape = tuple(problem.input_shape or [len(feature_names(samples))])
    figure = plots.reconstructions(
        baseline, reconstructions, technique.title, shape, draws_of(problem)
    )
    return tell_diverged(figure, baseline_runs, runs)


def plot_paired_differences(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    problem: Problem,
    technique: Technique,
    statistics: Statistics,
) -> Figure:
    """Show what the technique changed in each repeat."""
    task = technique.judged(problem.kind)
    squared = problem.training.loss in ("mse", "mean_squared_error")
    shown = {task.metric, *CODE_SCORES, "mse" if squared else "loss"}
    comparison = comparison[comparison["metric"].isin(shown)]
    comparison = comparison.sort_values("metric", key=lambda m: m != task.metric, kind="stable")
    smallest = problem.smallest_differences(statistics)
    pairs = pair_runs(baseline_runs, runs)
    figure = plots.paired_differences(
        pairs, comparison, technique.title, smallest, draws_of(problem)
    )
    return tell_diverged(figure, baseline_runs, runs)


def plot_weight_norms(
    baseline_runs: pd.DataFrame, runs: pd.DataFrame, problem: Problem, technique: Technique
) -> Figure:
    """Show how large the weights of each layer became."""
    figure = plots.weight_norms(baseline_runs, runs, technique.title, draws_of(problem))
    return tell_diverged(figure, baseline_runs, runs)
