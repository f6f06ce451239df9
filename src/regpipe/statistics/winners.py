"""The best network of each split beside the best other model, and what it owes to its parts.

Each side's best is chosen inside the split, and so is the better side: what is chosen has seen no
row that it is tested on. Which side to use is told by the held-out rows of all splits together.
"""

from typing import Any, Literal

import numpy as np
import pandas as pd

from regpipe.language import Answering, Problem, Reference, Statistics
from regpipe.language.metrics import MetricName
from regpipe.statistics.cocktail import PAIR, RecipeWorth
from regpipe.statistics.overlap import Splits
from regpipe.statistics.plan import Plan
from regpipe.statistics.summary import compare_pairs, mean_of_runs
from regpipe.statistics.verdicts import Verdict
from regpipe.strict import Number, Strict

Side = Literal["network", "other"]
What = Literal["answer", "network", "other", "unregularized", "plain"]
WINNER, UNCUT, BARE, PLAIN, WITHOUT = "winner", "uncut", "unregularized", "plain", "without "
OF_PAIRS = ("ci_low", "ci_high", "p_value", "verdict")
WHOLE = "whole"  # what stands in place of the protocol in the row of all rows of a table


class Compared(Strict):
    """A model's mean on test rows with its interval, and what the best network has over it.

    The difference is network minus this; the verdict, whether the network is the better one. Both
    are missing where it is the network, or contains it.
    """

    what: What
    mean: Number
    mean_ci_low: Number
    mean_ci_high: Number
    difference: Number | None = None
    ci_low: Number | None = None
    ci_high: Number | None = None
    p_value: Number | None = None
    verdict: Verdict | None = None


class ChosenNetwork(Strict):
    """What was chosen of all rows of the table: see `answer.networks`."""

    mixture: dict[str, float | None]
    seeds: int
    cut: float | None


class ChosenOther(Strict):
    """The best of the other models by all rows of the table, and its setting."""

    model: str
    block: Reference
    setting: dict[str, Any]
    cut: float | None


class ModelAnswer(Strict):
    """The `answer.json` of a problem: which model to use, and what to expect of it.

    `standardised` is whether the target is in its standard deviations. `second` is the second of
    two classes, whose probability a `cut` is of. `dated` is a date among columns of rows that are
    split at random. `times` is in how many of the repeats the network
    was the better side by the rows held out, and `held_out` the mean of both sides there.
    """

    problem: str
    title: str
    metric: MetricName
    standardised: bool = False
    second: str | None = None
    dated: str | None = None
    confidence: float
    repeats: int
    train_rows: int
    rows: int
    sizes: Answering
    trials: int
    pruned: int
    side: Side
    times: int
    held_out: dict[Side, Number]
    network: ChosenNetwork
    other: ChosenOther
    compared: dict[What, Compared]
    worths: list[RecipeWorth]


def won(others: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the best other model of each repeat, and of all rows."""
    return others[others["won"].astype(bool)]


def sides_of(networks: pd.DataFrame, others: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Return the winners of both sides in each repeat, and behind them those of all rows.

    Columns: protocol, repeat, the metric on rows held out of each side, and `side`, the better one:
    of equals, the other model.
    """
    task = problem.kind
    column, sign = f"validation_{task.metric}", 1 if task.scores[task.metric] else -1
    keys = ["protocol", "repeat"]
    best = [networks[networks["variant"] == WINNER], won(others)]
    both = best[0][[*keys, column]].merge(best[1][[*keys, column]], on=keys, validate="one_to_one")
    both = both.set_axis([*keys, "network", "other"], axis=1)
    better = sign * both["network"] > sign * both["other"]
    return both.assign(side=np.where(better, "network", "other"))


def better_side(sides: pd.DataFrame, problem: Problem) -> Side:
    """Return the side that is better on held-out rows, by the mean of all repeats and all rows."""
    sign = 1 if problem.kind.scores[problem.kind.metric] else -1
    means = sign * sides[["network", "other"]].mean()
    return "network" if means["network"] > means["other"] else "other"


def compare_sides(
    networks: pd.DataFrame,
    others: pd.DataFrame,
    problem: Problem,
    statistics: Statistics,
    splits: Splits,
    plan: Plan,
) -> list[Compared]:
    """Return how the answer, both sides, and the network without its recipes do on test rows.

    Args:
        networks: a row per repeat and variant, see `answer.networks`.
        others: a row per repeat and model, see `answer.others`.
        problem: by whose metric they are compared.
        statistics: confidence and smallest differences.
        splits: what the repeats share.
        plan: by which they were made.

    Raises:
        ValueError: the tables haven't the same repeats.
    """
    variants = {name: rows for name, rows in _fresh(networks).groupby("variant")}
    other, network = won(_fresh(others)), variants[WINNER]
    sides = sides_of(networks, others, problem)
    by_network = sides.loc[(sides["protocol"] != WHOLE) & (sides["side"] == "network"), "repeat"]
    answer = pd.concat(
        [network[network["repeat"].isin(by_network)], other[~other["repeat"].isin(by_network)]]
    )
    of: dict[What, tuple[pd.DataFrame, pd.DataFrame | None]] = {
        "answer": (answer, None),
        "network": (network, None),
        "other": (other, network),
        "unregularized": (variants[BARE], variants[UNCUT]),
        "plain": (variants[PLAIN], network),
    }
    by = (problem.kind.metric, problem, statistics, splits, plan)
    rows = []
    for what, (runs, beside) in of.items():
        mean = mean_of_runs(runs, problem.kind.metric, statistics.confidence, splits)
        of_mean = {"mean": mean.mean, "mean_ci_low": mean.ci_low, "mean_ci_high": mean.ci_high}
        of_pairs: dict[str, Any] = {}
        if beside is not None:
            found = compare_pairs(_paired(runs, beside), *by)
            of_pairs = {"difference": found.mean, **{k: getattr(found, k) for k in OF_PAIRS}}
        rows.append(Compared.model_validate({"what": what, **of_mean, **of_pairs}))
    return rows


def worths_of(
    networks: pd.DataFrame, problem: Problem, statistics: Statistics, splits: Splits, plan: Plan
) -> list[RecipeWorth]:
    """Return what the best network loses without each recipe, the most useful first.

    The mean is over all repeats: where a recipe isn't in the best network, it is worth nothing.
    """
    fresh, metric = _fresh(networks), problem.kind.metric
    whole = fresh[fresh["variant"] == UNCUT]
    sign = 1 if problem.kind.scores[metric] else -1
    left_out = fresh[fresh["variant"].str.startswith(WITHOUT)]
    found = []
    for variant, part in left_out.groupby("variant", sort=False):
        there = whole["repeat"].isin(part["repeat"])
        pairs = _paired(pd.concat([part, whole[~there]]), whole)
        cost = compare_pairs(pairs, metric, problem, statistics, splits, plan)
        ends = sorted([sign * cost.ci_low, sign * cost.ci_high])
        found.append(
            RecipeWorth(
                ingredient=str(variant).removeprefix(WITHOUT),
                times=len(part),
                of=len(whole),
                worth=sign * cost.mean,
                ci_low=ends[0],
                ci_high=ends[1],
            )
        )
    return sorted(found, key=lambda one: (-one.worth, one.ingredient))


def _fresh(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["protocol"] == "fresh"]


def _paired(runs: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    pairs = runs.merge(beside, on=PAIR, suffixes=("_b", "_t"), validate="one_to_one")
    if not len(pairs) == len(runs) == len(beside):
        raise ValueError("Expected both sides of the same repeats and seeds.")
    return pairs
