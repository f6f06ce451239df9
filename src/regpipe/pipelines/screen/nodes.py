"""From what was tuned to an answer per recipe, a leaderboard, and the page that tells it."""

from typing import Any

import numpy as np
import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.recipes import (
    Dose,
    doses,
    left_out,
    parse_recipes,
    strength_path,
    technique_of,
)
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Engine, Problem, Protocol, Recipe, Screen, Statistics, Technique
from regpipe.pipelines.arm.fits import Repeats, draw_of, splits_of
from regpipe.pipelines.arm.jobs import fit_seed, jobs_of, watched
from regpipe.pipelines.arm.nodes import build_network, train_plan
from regpipe.pipelines.study import nodes as study_nodes
from regpipe.pipelines.technique import nodes as technique_nodes
from regpipe.pipelines.training import Trainer
from regpipe.plots.style import Figure
from regpipe.report.study import Screening, Stories, Study
from regpipe.rows.arrays import rows_of
from regpipe.rows.draws import draws_of
from regpipe.statistics import grid as grid_statistics
from regpipe.statistics.answer import Answer
from regpipe.statistics.claims import tabulate_claims
from regpipe.statistics.grid import Choice
from regpipe.statistics.references import compare_references
from regpipe.statistics.summary import Mean, compare_runs, spread


def settle(
    trials: pd.DataFrame, problem: Problem, recipe: Recipe, *, name: str, problem_name: str
) -> tuple[Technique, Arm]:
    """Return the recipe in the dose that was chosen most often, as a technique and as an arm."""
    base = baseline(problem_name, problem)
    chosen = doses_chosen(trials, problem, recipe)
    dose = float(pd.Series(chosen).mode().iloc[0]) if strength_path(recipe) else None
    technique = technique_of(name, recipe, base, dose)
    return technique, apply(name, technique, base)


def doses_chosen(trials: pd.DataFrame, problem: Problem, recipe: Recipe) -> list[Dose]:
    """Return the dose of each repeat."""
    path = strength_path(recipe)
    chosen = grid_statistics.choose(trials, problem.kind)
    return [None] * len(chosen) if path is None else [float(dose) for dose in chosen[path]]


def count_repeats(screen: Screen, protocol: Protocol) -> Repeats:
    """Return how often a recipe is trained; its baseline may be more often."""
    return {name: min(screen.repeats, most) for name, most in protocol.at_most.items()}


def train_chosen(
    arm: Arm,
    architecture: dict[str, Any],
    trials: pd.DataFrame,
    samples: pd.DataFrame,
    trainer: Trainer,
    repeats: Repeats,
    problem: Problem,
    recipe: Recipe,
    protocol: Protocol,
    *,
    name: str,
    problem_name: str,
) -> tuple[dict[str, np.ndarray], pd.DataFrame, pd.DataFrame]:
    """Train the recipe: on fresh draws in the dose of each repeat, on the fixed one in `arm`'s.

    Returns what `train` of an arm returns. The fits on fresh draws are in the store already.
    """
    fixed = jobs_of(arm, architecture, samples, protocol, "fixed", range(repeats["fixed"]))
    plan = [("fixed", repeat, job) for repeat, job in enumerate(fixed)]
    base, draws = baseline(problem_name, problem), rows_of(samples, "fresh", arm)
    built: dict[Dose, tuple[Arm, dict[str, Any]]] = {}
    for repeat, dose in enumerate(doses_chosen(trials, problem, recipe)):
        if dose not in built:
            chosen = apply(name, technique_of(name, recipe, base, dose), base)
            built[dose] = chosen, build_network(chosen, samples)
        seed = fit_seed(protocol, "fresh", repeat)
        rows = watched(arm, draw_of(draws, repeat), seed)
        plan.append(("fresh", repeat, Job(*built[dose], rows, seed)))
    progress.expect(len(plan))
    return train_plan(arm, plan, trainer)


def compare(
    baseline_runs: pd.DataFrame, runs: pd.DataFrame, problem: Problem, statistics: Statistics
) -> pd.DataFrame:
    """Compare the recipe with the baseline; the number of repeats was set beforehand."""
    splits = splits_of(problem, baseline_runs)
    return compare_runs(baseline_runs, runs, problem, statistics, splits)


def answer(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    comparison: pd.DataFrame,
    technique: Technique,
    problem: Problem,
    protocol: Protocol,
    statistics: Statistics,
    screen: Screen,
    engine: Engine,
    *,
    name: str,
) -> Answer:
    """Return the answer about a recipe."""
    return technique_nodes.answer(
        baseline_runs,
        runs,
        comparison,
        problem,
        technique,
        protocol,
        statistics,
        engine,
        name=name,
        screen=screen,
    )


def tabulate(
    trials: pd.DataFrame, problem: Problem, recipe: Recipe, statistics: Statistics
) -> pd.DataFrame:
    """Return a row per dose."""
    splits = splits_of(problem, trials)
    paths = list(recipe.strength)
    return grid_statistics.tabulate(trials, paths, problem.kind, statistics, None, splits)


def choose(
    trials: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    problem: Problem,
    recipe: Recipe,
    statistics: Statistics,
    *,
    name: str,
    problem_name: str,
) -> Choice:
    """Return what tuning gave, and what tuning on the test rows would have claimed."""
    paths, task = list(recipe.strength), problem.kind
    splits = splits_of(problem, trials)
    found = grid_statistics.choice(trials, baseline_runs, paths, task, statistics, splits)
    return Choice(
        technique=name,
        title=recipe.title,
        problem=problem_name,
        metric=task.metric,
        paths=paths,
        confidence=statistics.confidence,
        pruned=int(trials["pruned"].sum()),
        doses=[float(dose) for dose in doses(recipe) if dose is not None],
        fresh=found["fresh"],
    )


def plot_doses(
    grid: pd.DataFrame, baseline_runs: pd.DataFrame, problem: Problem, recipe: Recipe
) -> Figure:
    """Show the metric over the doses."""
    metric, draws = problem.kind.metric, draws_of(problem)
    fresh = baseline_runs[baseline_runs["protocol"] == "fresh"]
    same = fresh[fresh["repeat"] < grid["repeats"].max()]
    found = spread(same, metric)
    without = {"fresh": {str(side): numbers.mean for side, numbers in found.items()}}
    return plots.grid(grid, list(recipe.strength), recipe.title, metric, without, draws)


def rank(*stories: Stories) -> pd.DataFrame:
    """Put all recipes side by side."""
    return study_nodes.rank(study_nodes.gather(*stories))


def gather_tuning(**choices: Choice) -> pd.DataFrame:
    """Return a row per recipe: what tuning gave, and what tuning on the test rows would have."""
    rows = []
    for name, told in choices.items():
        fresh, paths = told.fresh, told.paths
        rows.append(
            {
                "technique": name,
                "title": told.title,
                "metric": told.metric,
                "strength": paths[0].rpartition(".")[2] if paths else None,
                "chosen": fresh.chosen[0][paths[0]] if paths else None,
                "lowest": min(told.doses, default=None),
                "highest": max(told.doses, default=None),
                "times": fresh.chosen[0]["times"] if paths else fresh.repeats,
                "repeats": fresh.repeats,
                "pruned": told.pruned,
                **{
                    f"{kind}{'' if key == 'mean' else '_' + key}": value
                    for kind, numbers in fresh
                    if isinstance(numbers, Mean)
                    for key, value in numbers
                },
            }
        )
    return pd.DataFrame(rows)


def leave_out(problem: Problem, recipes: dict[str, Any], *, name: str) -> dict[str, str]:
    """Return the recipes that are for the task and don't suit the problem, and why."""
    return left_out(parse_recipes(recipes), baseline(name, problem))


def train_references(
    samples: pd.DataFrame, problem: Problem, screen: Screen, *, name: str
) -> pd.DataFrame:
    """Return the scores of models without a network, on the same splits: a row per fit."""
    from regpipe.measures.references import score_references

    draws = rows_of(samples, "fresh", baseline(name, problem))[: screen.repeats]
    return score_references(draws, problem)


def rank_references(
    references: pd.DataFrame, baseline_runs: pd.DataFrame, problem: Problem, statistics: Statistics
) -> pd.DataFrame:
    """Put the other models beside the network without a recipe."""
    splits = splits_of(problem, baseline_runs)
    return compare_references(references, baseline_runs, problem, statistics, splits)


def plot_forest(table: pd.DataFrame) -> Figure:
    """Show all effects with their intervals."""
    return plots.forest(table)


def report(
    leaderboard: pd.DataFrame,
    tuning: pd.DataFrame,
    references: pd.DataFrame,
    forest_plot: bytes,
    left_out: dict[str, str],
    problem: Problem,
    *stories: Stories,
    name: str,
) -> str:
    """Tell it all on one page."""
    from regpipe.report.page import render

    return render(
        Study(
            leaderboard,
            tabulate_claims([], {}),
            pd.DataFrame(),
            {name: problem.title},
            study_nodes.gather(*stories),
            {"forest": forest_plot},
            Screening(tuning, references, left_out),
        )
    )
