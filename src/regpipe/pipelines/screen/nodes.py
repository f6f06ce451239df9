"""From what was tuned to an answer per recipe, a leaderboard, and the page that tells it."""

from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm
from regpipe.candidates.recipes import Dose, SearchSpace, left_out, parse_recipes, space_of
from regpipe.engine import progress
from regpipe.language import Engine, Problem, Protocol, Recipe, Screen, Statistics
from regpipe.pipelines.arm.nodes import Trained, train_plan
from regpipe.pipelines.fits import Repeats, repeats_of, splits_of
from regpipe.pipelines.search import candidate_of
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


def make_space(base: Arm, recipe: Recipe, *, name: str) -> SearchSpace:
    """Return the arms that the recipe called `name` makes of a problem's baseline."""
    return space_of(name, recipe, base)


def settle(space: SearchSpace, trials: pd.DataFrame) -> Arm:
    """Return the recipe's arm in the dose that was chosen most often."""
    return space.at(usual_of(doses_chosen(space, trials)))


def doses_chosen(space: SearchSpace, trials: pd.DataFrame) -> list[Dose]:
    """Return the dose of each repeat."""
    chosen = grid_statistics.choose(trials, space.arms[0].task)
    return [None] * len(chosen) if space.path is None else chosen[space.path].tolist()


def usual_of(doses: list[Dose]) -> Dose:
    """Return the most frequent dose, the lowest of several."""
    return None if None in doses else float(pd.Series(doses).mode().iloc[0])


def count_repeats(screen: Screen, protocol: Protocol) -> Repeats:
    """Return how often a recipe is trained; its baseline may be more often."""
    return {name: min(screen.repeats, most) for name, most in protocol.at_most.items()}


def train_chosen(
    space: SearchSpace,
    trials: pd.DataFrame,
    samples: pd.DataFrame,
    trainer: Trainer,
    repeats: Repeats,
    protocol: Protocol,
) -> Trained:
    """Train the recipe: on fresh draws in the dose of each repeat, on the fixed one in the usual.

    Returns what `train` of an arm returns. The fits on fresh draws are in the store already.
    """
    chosen = doses_chosen(space, trials)
    usual = usual_of(chosen)
    candidates = {dose: candidate_of(space.at(dose), samples) for dose in set(chosen)}
    arm = candidates[usual].arm
    plan = [
        (repeat, candidates[dose].job(repeat))
        for name, doses in (("fixed", [usual] * repeats["fixed"]), ("fresh", chosen))
        for repeat, dose in zip(
            repeats_of(arm, samples, protocol, name, repeats[name]), doses, strict=True
        )
    ]
    progress.expect(len(plan))
    return train_plan(arm, plan, trainer)


def answer(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    arm: Arm,
    protocol: Protocol,
    statistics: Statistics,
    screen: Screen,
    engine: Engine,
) -> tuple[pd.DataFrame, Answer]:
    """Return the comparison with the baseline and the answer; the repeats were set beforehand."""
    problem = arm.problem_block
    splits = splits_of(problem, baseline_runs)
    comparison = compare_runs(baseline_runs, runs, problem, statistics, splits)
    run = (baseline_runs, runs, comparison, arm, protocol, statistics, engine)
    return comparison, technique_nodes.answer(*run, screen=screen)


def tabulate(trials: pd.DataFrame, space: SearchSpace, statistics: Statistics) -> pd.DataFrame:
    """Return a row per dose."""
    first = space.arms[0]
    splits = splits_of(first.problem_block, trials)
    return grid_statistics.tabulate(trials, space.paths, first.task, statistics, None, splits)


def choose(
    trials: pd.DataFrame, baseline_runs: pd.DataFrame, space: SearchSpace, statistics: Statistics
) -> Choice:
    """Return what tuning gave, and what tuning on the test rows would have claimed."""
    first, paths = space.arms[0], space.paths
    splits = splits_of(first.problem_block, trials)
    found = grid_statistics.choice(trials, baseline_runs, paths, first.task, statistics, splits)
    return Choice(
        technique=first.name,
        title=first.title,
        problem=first.problem,
        metric=first.task.metric,
        paths=paths,
        confidence=statistics.confidence,
        pruned=int(trials["pruned"].sum()),
        doses=[float(dose) for dose in space.values if dose is not None],
        fresh=found["fresh"],
    )


def plot_doses(grid: pd.DataFrame, baseline_runs: pd.DataFrame, space: SearchSpace) -> Figure:
    """Show the metric over the doses."""
    first = space.arms[0]
    metric, draws = first.task.metric, draws_of(first.problem_block)
    fresh = baseline_runs[baseline_runs["protocol"] == "fresh"]
    same = fresh[fresh["repeat"] < grid["repeats"].max()]
    found = spread(same, metric)
    without = {"fresh": {str(side): numbers.mean for side, numbers in found.items()}}
    return plots.grid(grid, space.paths, first.title, metric, without, draws)


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


def leave_out(base: Arm, recipes: dict[str, Any]) -> dict[str, str]:
    """Return the recipes that are for the task and don't suit the problem, and why."""
    return left_out(parse_recipes(recipes), base)


def train_references(samples: pd.DataFrame, base: Arm, screen: Screen) -> pd.DataFrame:
    """Return the scores of models without a network, on the same splits: a row per fit."""
    from regpipe.measures.references import score_references

    draws = rows_of(samples, "fresh", base)[: screen.repeats]
    return score_references(draws, base.problem_block)


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
