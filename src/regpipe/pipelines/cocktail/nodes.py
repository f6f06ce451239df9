"""From a search in each repeat to what the best mixture gives, and what each part is worth."""

import json
from collections import Counter
from statistics import median
from typing import Any

import pandas as pd
import yaml

from regpipe import plots
from regpipe.candidates.arm import apply, baseline
from regpipe.candidates.recipes import parse_recipes
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Cocktail, Problem, Protocol, Statistics, Technique
from regpipe.language.reading import parse
from regpipe.pipelines.arm.fits import splits_of
from regpipe.pipelines.arm.jobs import fit_seed, watched
from regpipe.pipelines.cocktail.search import NAME, Bar, Clock, Mixture, menu, search
from regpipe.pipelines.screen.tuning import Judge
from regpipe.pipelines.training import Trainer
from regpipe.plots.style import Figure
from regpipe.provenance import versions
from regpipe.rows.arrays import input_shape, rows_of
from regpipe.statistics.cocktail import (
    CocktailAnswer,
    Ingredient,
    compare_mixtures,
    ingredients,
    rivals_of,
)


def mix_and_measure(
    samples: pd.DataFrame,
    trainer: Trainer,
    journal: Any,
    problem: Problem,
    recipes: dict[str, Any],
    protocol: Protocol,
    cocktail: Cocktail,
    *,
    name: str,
) -> pd.DataFrame:
    """Search in each repeat, and score what was found.

    Returns:
        A row per repeat and mixture: repeat, data_seed, fit_seed, train_rows, test_rows; without,
        the ingredient that was left out of the best mixture, or None; mixture (JSON: what is
        in it, in which dose), outcome, the scores of a network trained on all of the repeat's
        training rows, and for the best one trials, pruned and its validation scores.
    """
    base = baseline(name, problem)
    bar = Bar(menu(parse_recipes(recipes), base), base, input_shape(base, samples))
    draws = rows_of(samples, "fresh", base)[: cocktail.repeats]
    judge = Judge(NAME, trainer)
    clock = Clock(cocktail.minutes, len(draws), trainer.threads)
    progress.expect(len(draws) * (cocktail.trials * cocktail.holdouts + 1))

    def one(repeat: int) -> list[dict[str, Any]]:
        rows, seed = draws[repeat], fit_seed(protocol, "fresh", repeat)
        found, told = search(bar, judge, rows, seed, cocktail, journal, clock.seconds())
        tried: dict[str, Mixture] = {"": found}
        tried |= {out: {k: v for k, v in found.items() if k != out} for out in found}
        progress.expect(len(found))
        measured = []
        for out, mixture in tried.items():
            made = bar.candidate(mixture)
            job = Job(made.arm, made.architecture, watched(made.arm, rows, seed), seed)
            measured.append(
                {
                    "protocol": "fresh",
                    "repeat": repeat,
                    "data_seed": rows.data_seed,
                    "fit_seed": seed,
                    "train_rows": len(rows.x_train),
                    "test_rows": len(rows.x_score),
                    "without": out or None,
                    "mixture": json.dumps(mixture),
                    **judge.run(job, rows),
                    **(told if not out else {}),
                }
            )
        return measured

    found = trainer.in_threads(one, range(len(draws)))
    return pd.DataFrame([row for rows in found for row in rows])


def compare(
    mixtures: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    problem: Problem,
    statistics: Statistics,
    **trials: pd.DataFrame,
) -> pd.DataFrame:
    """Compare the best mixture of each repeat with the baseline and with the best single recipe.

    The single one is chosen as the mixture is, in each repeat, by held-out training rows; `trials`
    are those of a screen, by the name of the recipe.
    """
    singles = pd.concat([table.assign(technique=recipe) for recipe, table in trials.items()])
    splits = splits_of(problem, mixtures)
    return compare_mixtures(mixtures, baseline_runs, singles, problem, statistics, splits)


def tabulate_ingredients(
    mixtures: pd.DataFrame, problem: Problem, statistics: Statistics
) -> pd.DataFrame:
    """Return what leaving out each ingredient costs."""
    return ingredients(mixtures, problem, statistics, splits_of(problem, mixtures))


def to_technique(
    mixtures: pd.DataFrame, problem: Problem, recipes: dict[str, Any], *, name: str
) -> str:
    """Return a block of YAML: what is in most repeats' mixtures, each in its median dose."""
    base = baseline(name, problem)
    bar = Bar(menu(parse_recipes(recipes), base), base, ())
    best = [json.loads(text) for text in mixtures.loc[mixtures["without"].isna(), "mixture"]]
    times = Counter(ingredient for mixture in best for ingredient in mixture)
    common: Mixture = {}
    for ingredient, n in times.items():
        if 2 * n > len(best):
            doses = [mixture[ingredient] for mixture in best if ingredient in mixture]
            common[ingredient] = None if None in doses else _nearest(median(doses), doses)
    technique = bar.technique(common, f"Cocktail of {name}")
    apply(f"{name}_{NAME}", technique, base)
    block = {f"{name}_mixture": technique.model_dump(exclude_unset=True, mode="json")}
    return yaml.safe_dump(block, sort_keys=False, allow_unicode=True, width=100)


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
        ingredients=[Ingredient.model_validate(row) for row in parts.to_dict("records")],
    )


def plot_ingredients(parts: pd.DataFrame, problem: Problem) -> Figure:
    """Show what each ingredient is worth."""
    return plots.ingredients(parts, problem.title, problem.kind.metric)


def report(
    answer: CocktailAnswer,
    parts: pd.DataFrame,
    mixtures: pd.DataFrame,
    picture: bytes,
    block: str,
    samples: pd.DataFrame,
    problem: Problem,
    recipes: dict[str, Any],
    *,
    name: str,
) -> str:
    """Tell it all on one page."""
    from regpipe.report.keras_code import keras_code  # slow to import
    from regpipe.report.page import render_cocktail

    base = baseline(name, problem)
    ((technique_name, written),) = yaml.safe_load(block).items()
    arm = apply(technique_name, parse(Technique, written, technique_name), base)
    titles = {key: recipe.title for key, recipe in parse_recipes(recipes).items()}
    code = keras_code(arm, input_shape(arm, samples), problem.standardise)
    version = versions()["regpipe"]
    return render_cocktail(answer, parts, mixtures, picture, titles, block, code, version)


def _nearest(middle: float, doses: list[float]) -> float:
    return min(doses, key=lambda dose: abs(dose - middle))
