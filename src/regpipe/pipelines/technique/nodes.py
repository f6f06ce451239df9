"""From two run tables to an answer, and the pictures of a technique beside its baseline."""

from typing import Any

import pandas as pd
from pydantic import BaseModel

from regpipe import plots
from regpipe.candidates.arm import Arm
from regpipe.candidates.as_published import Shipped, departures
from regpipe.language import Engine, Screen, Statistics
from regpipe.language.tasks import CODE_SCORES
from regpipe.pipelines.fits import splits_of
from regpipe.pipelines.looks import Look, Looks
from regpipe.pipelines.problem.nodes import trained
from regpipe.plots.style import Figure, note_diverged
from regpipe.rows.draws import draws_of
from regpipe.statistics.answer import Answer, summarise
from regpipe.statistics.summary import compare_runs, pair_runs, same_repeats


def compare(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    arm: Arm,
    look: Look,
    looks: Looks,
) -> pd.DataFrame:
    """Compare the technique with its baseline, repeat by repeat, and remember that it was told."""
    problem, splits = arm.problem_block, splits_of(arm.problem_block, baseline_runs)
    table = compare_runs(baseline_runs, runs, problem, look.statistics, splits, look.plan)
    looks.tell(look, table.loc[table["protocol"] == "fresh", "verdict"])
    return table


def answer(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    arm: Arm,
    look: Look,
    engine: Engine,
    *,
    screen: Screen | None = None,
    shipped: Shipped | None = None,
) -> Answer:
    """Return the answer about a technique, and everything it was run with.

    `shipped` are the blocks that what was published is about; None where nothing was. `screen` is
    what it is part of, if it is.
    """
    blocks: dict[str, BaseModel | None] = {
        arm.problem: arm.problem_block,
        arm.name: arm.technique_block,
        "protocol": look.protocol,
        "statistics": look.statistics,
        "screen": screen,
    }
    parameters: dict[str, Any] = {"engine": engine}
    parameters |= {name: block.model_dump(mode="json") for name, block in blocks.items() if block}
    published = departures(arm, shipped) if shipped else {}
    run = (baseline_runs, runs, comparison, look.statistics, parameters, published)
    return summarise(arm, *run, look.plan)


def plot_card(summary: Answer) -> Figure:
    """Show the answer as a card to send to somebody."""
    return plots.card(summary)


def plot_samples(of_problem: bytes) -> bytes:
    """Show the rows: the picture of the problem, which is drawn once for all its techniques."""
    return of_problem


def plot_learning_curves(
    baseline_history: pd.DataFrame,
    history: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    baseline_arm: Arm,
    arm: Arm,
) -> Figure:
    """Show loss and metric by epoch, of both arms over the same repeats."""
    history_b, runs_b = (same_repeats(table, runs) for table in (baseline_history, baseline_runs))
    bare = trained(history_b, runs_b, baseline_arm.training)
    with_it, problem = trained(history, runs, arm.training), arm.problem_block
    return plots.learning_curves(bare, with_it, arm.title, problem.kind.logged, draws_of(problem))


def plot_paired_differences(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    arm: Arm,
    statistics: Statistics,
) -> Figure:
    """Show what the technique changed in each repeat."""
    problem, metric = arm.problem_block, arm.task.metric
    squared = problem.training.loss in ("mse", "mean_squared_error")
    shown = {metric, *CODE_SCORES, "mse" if squared else "loss"}
    comparison = comparison[comparison["metric"].isin(shown)]
    comparison = comparison.sort_values("metric", key=lambda m: m != metric, kind="stable")
    smallest = problem.smallest_differences(statistics)
    pairs = pair_runs(baseline_runs, runs)
    figure = plots.paired_differences(pairs, comparison, arm.title, smallest, draws_of(problem))
    return note_diverged(figure, same_repeats(baseline_runs, runs), runs)


def plot_weight_norms(baseline_runs: pd.DataFrame, runs: pd.DataFrame, arm: Arm) -> Figure:
    """Show how large the weights of each layer became."""
    bare = same_repeats(baseline_runs, runs)
    figure = plots.weight_norms(bare, runs, arm.title, draws_of(arm.problem_block))
    return note_diverged(figure, bare, runs)
