"""From what was tuned to an answer per recipe, a leaderboard, and the page that shows them."""

from dataclasses import replace
from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm
from regpipe.candidates.recipes import SearchSpace, Value, left_out, parse_recipes, space_of
from regpipe.engine import progress
from regpipe.language import Engine, Problem, Protocol, Recipe, Screen, Statistics
from regpipe.pipelines.arm.nodes import Trained, train_plan
from regpipe.pipelines.fits import repeats_of, splits_of
from regpipe.pipelines.grid.nodes import choose_values
from regpipe.pipelines.looks import Look, Looks
from regpipe.pipelines.screen.references import left_out_references, peers_for
from regpipe.pipelines.search import candidate_of
from regpipe.pipelines.study import nodes as study_nodes
from regpipe.pipelines.technique import nodes as technique_nodes
from regpipe.pipelines.training import Trainer
from regpipe.plots.style import Figure
from regpipe.provenance.origin import Origin
from regpipe.report.study import Screening, Stories, Study
from regpipe.rows.draws import draws_of
from regpipe.statistics import grid as grid_statistics
from regpipe.statistics.answer import Answer
from regpipe.statistics.claims import tabulate_claims
from regpipe.statistics.grid import Choice
from regpipe.statistics.judging import FEW_SEEDS
from regpipe.statistics.plan import Plan
from regpipe.statistics.references import compare_references
from regpipe.statistics.summary import spread


def make_space(base: Arm, recipe: Recipe, *, name: str) -> SearchSpace:
    """Return the arms that the recipe called `name` makes of a problem's baseline."""
    return space_of(name, recipe, base)


def plan_repeats(
    space: SearchSpace,
    samples: pd.DataFrame,
    looks: Looks,
    protocol: Protocol,
    statistics: Statistics,
    screen: Screen,
) -> Look:
    """Return by which plan the recipe is asked about."""
    plan = Plan(screen.analyses_within(protocol.fresh.ceiling))
    arms, ways = [*space.arms, *space.beyond.values()], [screen.holdouts, screen.validation_split]
    asked = (arms, samples, protocol, statistics, plan)
    return looks.at(*asked, repeats=screen.ceiling, name=space.arms[0].name, further=ways)


def choose_arm(space: SearchSpace, trials: pd.DataFrame) -> Arm:
    """Return the recipe's arm with the value that was chosen most often."""
    return space.at(usual_of(values_chosen(space, trials)))


def values_chosen(space: SearchSpace, trials: pd.DataFrame) -> list[Value]:
    """Return the value of each repeat."""
    chosen = grid_statistics.choose(trials, space.arms[0].task)
    return [None] * len(chosen) if space.path is None else chosen[space.path].tolist()


def usual_of(values: list[Value]) -> Value:
    """Return the most frequent value, the lowest of several."""
    return None if None in values else float(pd.Series(values).mode().iloc[0])


def train_chosen(
    space: SearchSpace,
    trials: pd.DataFrame,
    samples: pd.DataFrame,
    trainer: Trainer,
    protocol: Protocol,
) -> Trained:
    """Train the recipe: on fresh draws with each repeat's value, on the fixed one with the usual.

    Returns what `train` of an arm returns. The fits on fresh draws are in the store already. On the
    fixed one, seeds alone differ, and nothing is decided: a few are enough.
    """
    chosen = values_chosen(space, trials)
    usual = usual_of(chosen)
    candidates = {value: candidate_of(space.at(value), samples) for value in set(chosen)}
    arm = candidates[usual].arm
    fixed = [usual] * min(FEW_SEEDS, protocol.fixed.repeats, len(chosen))
    plan = [
        (repeat, candidates[value].job(repeat))
        for name, values in (("fixed", fixed), ("fresh", chosen))
        for repeat, value in zip(
            repeats_of(arm, samples, protocol, name, len(values)), values, strict=True
        )
    ]
    progress.expect(len(plan))
    return train_plan(arm, plan, trainer)


def answer(
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    arm: Arm,
    look: Look,
    looks: Looks,
    screen: Screen,
    engine: Engine,
) -> tuple[pd.DataFrame, Answer]:
    """Return the comparison with the baseline and the answer."""
    ended = replace(look, plan=look.plan.ended(int((runs["protocol"] == "fresh").sum())))
    comparison = technique_nodes.compare(baseline_runs, runs, arm, ended, looks)
    run = (baseline_runs, runs, comparison, arm, ended, engine)
    return comparison, technique_nodes.answer(*run, screen=screen)


def tabulate(trials: pd.DataFrame, space: SearchSpace, statistics: Statistics) -> pd.DataFrame:
    """Return a row per value."""
    first = space.arms[0]
    splits = splits_of(first.problem_block, trials)
    return grid_statistics.tabulate(trials, space.paths, first.task, statistics, None, splits)


def choose(
    trials: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    space: SearchSpace,
    protocol: Protocol,
    screen: Screen,
    statistics: Statistics,
) -> Choice:
    """Return what tuning gave, and what tuning on the test rows would have claimed."""
    values = sorted(set(trials[space.path])) if space.path else []
    pruned = int(trials["pruned"].sum())
    return choose_values(
        trials,
        baseline_runs,
        space.arms[0],
        space.paths,
        statistics,
        pruned=pruned,
        values=values,
        planned=min(screen.ceiling, protocol.fresh.ceiling),
    )


def plot_values(grid: pd.DataFrame, baseline_runs: pd.DataFrame, space: SearchSpace) -> Figure:
    """Show the metric over the values."""
    first = space.arms[0]
    metric, draws = first.task.metric, draws_of(first.problem_block)
    fresh = baseline_runs[baseline_runs["protocol"] == "fresh"]
    same = fresh[fresh["repeat"] < grid["repeats"].max()]
    without = {"fresh": {str(side): n.mean for side, n in spread(same, metric).items()}}
    return plots.grid(grid, space.paths, first.title, metric, without, draws)


def rank(*stories: Stories) -> pd.DataFrame:
    """Put all recipes side by side."""
    return study_nodes.rank(study_nodes.gather(*stories))


def gather_tuning(**choices: Choice) -> pd.DataFrame:
    """Return a row per recipe: what tuning gave, and what tuning on the test rows would have."""
    rows = []
    for name, choice in choices.items():
        fresh, paths = choice.fresh, choice.paths
        rows.append(
            {
                "technique": name,
                "title": choice.title,
                "metric": choice.metric,
                "strength": paths[0].rpartition(".")[2] if paths else None,
                "chosen": fresh.chosen[0][paths[0]] if paths else None,
                "lowest": min(choice.values, default=None),
                "highest": max(choice.values, default=None),
                "times": fresh.chosen[0]["times"] if paths else fresh.repeats,
                "repeats": fresh.repeats,
                "planned": choice.planned,
                "compared": fresh.compared,
                "pruned": choice.pruned,
                **fresh.means,
            }
        )
    return pd.DataFrame(rows)


def leave_out(
    base: Arm,
    samples: pd.DataFrame,
    recipes: dict[str, Any],
    references: dict[str, Any],
    screen: Screen,
) -> dict[str, str]:
    """Return the recipes and the models that don't suit the problem, and why; see `left_out`."""
    slow = left_out_references(samples, base, references)
    return {**left_out(parse_recipes(recipes), base, screen.recipes), **slow}


def plan_references(
    base: Arm,
    samples: pd.DataFrame,
    looks: Looks,
    protocol: Protocol,
    statistics: Statistics,
    screen: Screen,
    references: dict[str, Any],
) -> Look:
    """Return by which plan other models are asked about, once all of them are there."""
    peers = peers_for(samples, base, references)
    tried = [peer.block.model_dump(exclude={"at_most"}) for peer in peers]
    asked = ([base], samples, protocol, statistics, Plan())
    ways = [screen.holdouts, screen.validation_split]
    n = screen.certain_within(protocol.fresh.ceiling)
    return looks.at(*asked, repeats=n, name="references", further=[tried, ways])


def rank_references(
    references: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    problem: Problem,
    look: Look,
    looks: Looks,
) -> pd.DataFrame:
    """Put the other models beside the network without a recipe."""
    by = (problem, look.statistics, splits_of(problem, baseline_runs), look.plan)
    table = compare_references(references, baseline_runs, *by)
    looks.tell(look, table["verdict"].dropna())
    return table


def report(
    leaderboard: pd.DataFrame,
    tuning: pd.DataFrame,
    references: pd.DataFrame,
    left_out: dict[str, str],
    problem: Problem,
    origin: Origin,
    *,
    name: str,
    **shown: Any,
) -> tuple[str, dict[str, bytes]]:
    """Return the page that shows it all, and the files beside it.

    `shown` are the `forest_plot` and the stories of all recipes, by the names of their datasets.
    """
    forest = shown.pop("forest_plot")
    study = Study(
        leaderboard,
        tabulate_claims([], {}),
        pd.DataFrame(),
        {name: problem.title},
        study_nodes.gather(*shown.values()),
        {"forest": forest},
        Screening(tuning, references, left_out),
    )
    return study_nodes.written(study, origin)
