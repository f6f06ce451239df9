"""What a mixture of recipes gives, and what each of them is worth."""

from typing import Literal

import pandas as pd

from regpipe.language import Cocktail, Problem, Statistics
from regpipe.language.metrics import MetricName
from regpipe.statistics import grid
from regpipe.statistics.difference import mean_difference
from regpipe.statistics.overlap import Splits, minus, units_of
from regpipe.statistics.plan import Plan
from regpipe.statistics.summary import compare_pairs, whole
from regpipe.statistics.verdicts import Verdict
from regpipe.strict import Number, Strict

Rivalled = Literal["baseline", "single"]
PAIR = ["repeat", "data_seed", "fit_seed"]


class Rival(Strict):
    """What the best mixtures give beside a rival: means on test rows, and the difference."""

    against: Rivalled
    metric: MetricName
    test_mixture: Number
    test_other: Number
    pairs: int
    mean: Number
    ci_low: Number
    ci_high: Number
    p_better: Number
    p_value: Number
    verdict: Verdict
    repeats_needed: int | None


class RecipeWorth(Strict):
    """What a recipe is worth in the mixtures, see `tabulate_worths`."""

    ingredient: str
    times: int
    of: int
    worth: Number
    ci_low: Number
    ci_high: Number


class CocktailAnswer(Strict):
    """What `summary.json` holds of a cocktail."""

    problem: str
    title: str
    metric: MetricName
    repeats: int
    trials: int
    pruned: int
    cocktail: Cocktail
    confidence: float
    against: dict[Rivalled, Rival]
    ingredients: list[RecipeWorth]


def rivals_of(comparison: pd.DataFrame) -> dict[Rivalled, Rival]:
    """Return the rows of `compare_mixtures` by their rivals."""
    rows = comparison.astype({"repeats_needed": object}).to_dict("records")
    rivals = [
        Rival.model_validate(row | {"repeats_needed": whole(row["repeats_needed"])}) for row in rows
    ]
    return {rival.against: rival for rival in rivals}


def compare_mixtures(
    mixtures: pd.DataFrame,
    baseline: pd.DataFrame,
    singles: pd.DataFrame,
    problem: Problem,
    statistics: Statistics,
    splits: Splits,
    plan: Plan,
) -> pd.DataFrame:
    """Return a row for the baseline and one for the best single technique.

    Args:
        mixtures: a row per repeat and mixture; `without` is missing for the best of a repeat.
        baseline: the run table of the baseline.
        singles: runs of single techniques, a row per technique, value and repeat, with validation
            scores, by which the best of a repeat is chosen; of some of the repeats, maybe.
        problem: by whose metric they are compared.
        statistics: confidence and smallest differences.
        splits: what the repeats share.
        plan: by which they were made.

    Returns:
        against (`baseline`, `single`), test_mixture and test_other (means), and of the difference
        what a `Comparison` has.
    """
    task = problem.kind
    column = f"test_{task.metric}"
    best = mixtures[mixtures["without"].isna()]
    others = {
        "baseline": baseline[baseline["protocol"] == "fresh"],
        "single": grid.choose(singles, task),
    }
    rows = []
    for name, other in others.items():
        pairs = best.merge(other, on=PAIR, suffixes=("_t", "_b"), validate="one_to_one")
        there = best if name == "baseline" else best[best["repeat"].isin(other["repeat"])]
        if pairs.empty or len(pairs) != len(there):
            raise ValueError(
                f"Of {len(there)} repeats of the cocktail, the {name} has {len(pairs)} of the same "
                "seeds. Expected all: run the whole pipeline under the same settings."
            )
        comparison = compare_pairs(pairs, task.metric, problem, statistics, splits, plan)
        means = {
            "test_mixture": pairs[f"{column}_t"].mean(),
            "test_other": pairs[f"{column}_b"].mean(),
        }
        numbers = {k: getattr(comparison, k) for k in Rival.model_fields if hasattr(comparison, k)}
        rows.append({"against": name, "metric": task.metric, **means, **numbers})
    return pd.DataFrame(rows).astype({"repeats_needed": "Int64"})


def tabulate_worths(
    mixtures: pd.DataFrame, problem: Problem, statistics: Statistics, splits: Splits
) -> pd.DataFrame:
    """Return a row per recipe: what the mixtures lose without it, the most useful first.

    Columns: ingredient (the recipe); times, in how many repeats' best mixture it is; of; worth, the
    metric with it minus that without it, on test rows, over those repeats (above 0 where it is
    useful, whatever the metric), with ci_low and ci_high, NaN for few repeats.
    """
    task = problem.kind
    column, sign = f"test_{task.metric}", 1 if task.scores[task.metric] else -1
    whole = mixtures[mixtures["without"].isna()].set_index("repeat")
    smallest = problem.smallest_differences(statistics)[task.metric]
    rows: list[dict[str, object]] = []
    for name, part in mixtures.groupby("without", sort=False):
        beside = whole.loc[part["repeat"]]
        values = sign * (beside[column].to_numpy(float) - part[column].to_numpy(float))
        by_unit = minus(units_of(beside, column), units_of(part, column))
        overlap = splits.overlap(values, by_unit)
        cost = mean_difference(values, smallest, statistics.confidence, overlap)
        times = {"ingredient": name, "times": len(values), "of": len(whole)}
        ends = {"ci_low": cost.low, "ci_high": cost.high}
        rows.append({**times, "worth": cost.mean, **ends})
    shown = ["ingredient", "times", "of", "worth", "ci_low", "ci_high"]
    table = pd.DataFrame(rows, columns=shown)
    return table.sort_values(["worth", "ingredient"], ascending=[False, True], ignore_index=True)
