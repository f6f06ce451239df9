"""From a search in each repeat to what the best mixture gives, and what each part is worth."""

import json
from collections import Counter
from statistics import median
from typing import Any

import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm, apply, as_yaml
from regpipe.candidates.mixtures import NAME, Mixture, MixtureSpace, mixable
from regpipe.candidates.recipes import only, parse_recipes
from regpipe.engine import progress
from regpipe.language import Cocktail, Problem, Protocol, Recipe, Screen, Statistics
from regpipe.pipelines.fits import Repeat, repeats_of, splits_of
from regpipe.pipelines.looks import Look, Looks
from regpipe.pipelines.mixing import Clock, Mixtures, search
from regpipe.pipelines.search import Evaluator
from regpipe.pipelines.training import Trainer
from regpipe.plots.style import Figure
from regpipe.report.views.cocktail import NOTHING_COMMON
from regpipe.rows.arrays import input_shape
from regpipe.statistics.cocktail import (
    CocktailAnswer,
    RecipeWorth,
    compare_mixtures,
    rivals_of,
    tabulate_worths,
)
from regpipe.statistics.plan import Plan


def plan_repeats(
    base: Arm,
    samples: pd.DataFrame,
    looks: Looks,
    protocol: Protocol,
    statistics: Statistics,
    cocktail: Cocktail,
    screen: Screen,
) -> Look:
    """Return by which plan mixtures are asked about."""
    search = cocktail.model_dump(exclude={"repeats"})
    if screen.recipes:
        search["recipes"] = sorted(screen.recipes)
    asked = ([base], samples, protocol, statistics, Plan())
    return looks.at(*asked, repeats=cocktail.repeats, name="cocktail", further=search)


def mix_and_measure(
    samples: pd.DataFrame,
    trainer: Trainer,
    journal: Any,
    base: Arm,
    recipes: dict[str, Any],
    protocol: Protocol,
    cocktail: Cocktail,
    *,
    tried: tuple[str, ...],
) -> pd.DataFrame:
    """Search in each repeat for the best mixture of recipes that are `tried`, and score it.

    Returns:
        A row per repeat and mixture: repeat, data_seed, fit_seed, train_rows, test_rows; without,
        the recipe that was left out of the best mixture, or None; mixture (JSON: the value of
        each recipe that is in it), outcome, the scores of a network trained on all of the repeat's
        training rows, and for the best one trials, pruned and its validation scores.
    """
    shape = input_shape(base, samples)
    made = Mixtures(MixtureSpace(_mixed(recipes, tried, base), base), shape)
    repeats = repeats_of(base, samples, protocol, "fresh", cocktail.repeats)
    evaluator = Evaluator(NAME, trainer)
    clock = Clock(cocktail.minutes, len(repeats), trainer.threads)
    progress.expect(len(repeats) * (cocktail.trials * cocktail.holdouts + 1))

    def measured(repeat: Repeat, mixture: Mixture, without: str | None) -> dict[str, Any]:
        scores = evaluator.run(made.candidate(mixture), repeat)
        return {**repeat.row(), "without": without, "mixture": json.dumps(mixture), **scores}

    def mix_one(repeat: Repeat) -> list[dict[str, Any]]:
        ranked, numbers = search(made, evaluator, repeat, cocktail, journal, clock.seconds())
        best = ranked[0]
        progress.expect(len(best))
        less = {out: {k: v for k, v in best.items() if k != out} for out in best}
        whole = measured(repeat, best, None) | numbers
        return [whole, *(measured(repeat, mixture, out) for out, mixture in less.items())]

    tables = trainer.in_threads(mix_one, repeats)
    return pd.DataFrame([row for rows in tables for row in rows])


def compare(
    mixtures: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    problem: Problem,
    look: Look,
    looks: Looks,
    **trials: pd.DataFrame,
) -> pd.DataFrame:
    """Compare the best mixture of each repeat with the baseline and with the best single recipe.

    The single one is chosen as the mixture is, in each repeat, by held-out training rows; `trials`
    are those of a screen, by the name of the recipe. They are compared over the repeats that all of
    these have: a recipe that was given up has fewer.
    """
    singles = pd.concat([table.assign(technique=recipe) for recipe, table in trials.items()])
    tried = singles.groupby("repeat")["technique"].nunique()
    singles = singles[singles["repeat"].map(tried) == len(trials)]
    by = (problem, look.statistics, splits_of(problem, mixtures), look.plan)
    table = compare_mixtures(mixtures, baseline_runs, singles, *by)
    looks.tell(look, table["verdict"])
    return table


def tabulate_recipes(
    mixtures: pd.DataFrame, problem: Problem, statistics: Statistics
) -> pd.DataFrame:
    """Return what leaving out each recipe costs."""
    return tabulate_worths(mixtures, problem, statistics, splits_of(problem, mixtures))


def to_technique(
    mixtures: pd.DataFrame, base: Arm, recipes: dict[str, Any], *, tried: tuple[str, ...]
) -> tuple[str, Arm]:
    """Return what is in most repeats' mixtures, with median values: as YAML, and as an arm."""
    space = MixtureSpace(_mixed(recipes, tried, base), base)
    common = common_of(mixtures)
    technique = space.technique(common, f"Cocktail of {base.problem}")
    arm = apply(f"{base.problem}_mixture", technique, base)
    return as_yaml(arm.name, technique) if common else f"# {NOTHING_COMMON}\n", arm


def _mixed(recipes: dict[str, Any], tried: tuple[str, ...], base: Arm) -> dict[str, Recipe]:
    return mixable(only(parse_recipes(recipes), tried), base)


def common_of(mixtures: pd.DataFrame) -> Mixture:
    """Return what most repeats' best mixtures have in common."""
    best = [json.loads(text) for text in mixtures.loc[mixtures["without"].isna(), "mixture"]]
    times = Counter(recipe for mixture in best for recipe in mixture)
    common: Mixture = {}
    for recipe, n in times.items():
        if 2 * n > len(best):
            values = [mixture[recipe] for mixture in best if recipe in mixture]
            common[recipe] = None if None in values else _nearest(median(values), values)
    return common


def answer(
    mixtures: pd.DataFrame,
    comparison: pd.DataFrame,
    parts: pd.DataFrame,
    problem: Problem,
    cocktail: Cocktail,
    statistics: Statistics,
    *,
    name: str,
) -> CocktailAnswer:
    """Return the answer."""
    best = mixtures[mixtures["without"].isna()]
    return CocktailAnswer(
        problem=name,
        title=problem.title,
        metric=problem.kind.metric,
        repeats=len(best),
        trials=int(best["trials"].sum()),
        pruned=int(best["pruned"].sum()),
        cocktail=cocktail,
        confidence=statistics.confidence,
        against=rivals_of(comparison),
        ingredients=[RecipeWorth.model_validate(row) for row in parts.to_dict("records")],
    )


def plot_recipes(parts: pd.DataFrame, problem: Problem) -> Figure:
    """Show what each recipe is worth."""
    return plots.recipe_worth(parts, problem.title, problem.kind.metric)


def report(
    answer: CocktailAnswer,
    mixtures: pd.DataFrame,
    arm: Arm,
    samples: pd.DataFrame,
    recipes: dict[str, Any],
    **shown: Any,
) -> str:
    """Show it all on one page.

    `arm` is of what most mixtures have in common; `shown` are its `block`, the `picture`, and the
    `origin` of the page.
    """
    from regpipe.report.keras_code import keras_code  # slow to import
    from regpipe.report.page import render_cocktail

    titles = {key: recipe.title for key, recipe in parse_recipes(recipes).items()}
    code = keras_code(arm, input_shape(arm, samples), arm.problem_block.standardise)
    return render_cocktail(answer, mixtures, titles=titles, code=code, **shown)


def _nearest(middle: float, values: list[float]) -> float:
    return min(values, key=lambda value: abs(value - middle))
