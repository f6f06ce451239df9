"""Choose the strength of a recipe in each repeat, on rows that the score never sees.

All candidate values are trained without the first rows that are held out; the better half of them
goes on to the next, and so on (successive halving: K. Jamieson and A. Talwalkar, "Non-stochastic
best arm identification and hyperparameter optimization", 2016). Where the strongest is the best,
stronger ones are tried. What is chosen is trained on all rows, and scored on the test rows. A
recipe gets no further repeats once it can't win any more.

To say what choosing on the test rows would have claimed, all values are trained on all rows in the
first few repeats.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.candidates.recipes import SearchSpace, Value
from regpipe.engine import progress
from regpipe.errors import SpecError
from regpipe.language import Screen, Statistics
from regpipe.language.settings import Holdouts
from regpipe.pipelines.arm.repeats import compared
from regpipe.pipelines.fits import Repeat, repeats_of
from regpipe.pipelines.looks import Look
from regpipe.pipelines.search import Candidate, Evaluator, candidate_of, held_out, merit
from regpipe.pipelines.training import Trainer
from regpipe.statistics import grid as grid_statistics
from regpipe.statistics.futility import can_win
from regpipe.statistics.plan import Plan

CLAIMED = 5  # repeats in which every value is trained on all rows

Choice = TypeVar("Choice")
Tried = dict[tuple[int, Value], dict[str, Any]]  # a row of the table, by repeat and value


def tune(
    space: SearchSpace,
    samples: pd.DataFrame,
    trainer: Trainer,
    baseline_runs: pd.DataFrame,
    look: Look,
    screen: Screen,
) -> pd.DataFrame:
    """Return a row per repeat and value that was tried there.

    Columns: the value under its path, as far as there is one; those of a grid's run table, of which
    `validation_` scores are missing where a value wasn't validated to the end, and the others where
    it wasn't trained on all rows; `pruned`, whether it was dropped on the way.
    """
    first = space.arms[0]
    plan, statistics = look.plan, look.statistics
    repeats = repeats_of(first, samples, look.protocol, "fresh", screen.ceiling)
    candidates = candidates_of(space, samples)
    evaluator = Evaluator(first.name, trainer)
    ahead = fits_of_repeat(len(space.values), screen.holdouts) + 1
    progress.expect(ahead * len(repeats))
    search = partial(try_values, space, candidates, evaluator, screen)
    tried: Tried = {}
    for begun, ended in pairwise([0, *(plan.analyses or [len(repeats)])]):
        for part in trainer.in_threads(search, repeats[begun:ended]):
            tried |= part
        if ended < len(repeats) and not _may_win(first, tried, baseline_runs, statistics, plan):
            progress.expect(ahead * (ended - len(repeats)))
            break
    _claim(space, candidates, evaluator, tried, repeats[:CLAIMED], trainer)
    return pd.DataFrame([tried[key] for key in tried]).assign(step="coarse")


def candidates_of(space: SearchSpace, samples: pd.DataFrame) -> dict[Value, Candidate]:
    """Return the candidate of each value; of those beyond the listed ones, as Keras takes them.

    Raises:
        SpecError: the values make networks of different sizes.
    """
    candidates = {
        value: candidate_of(arm, samples)
        for value, arm in zip(space.values, space.arms, strict=True)
    }
    for value, arm in space.beyond.items():
        try:
            candidates[value] = candidate_of(arm, samples)
        except SpecError:  # as a noise of more than 1
            break
    check_alike(space.arms[0].name, candidates.values())
    return candidates


def check_alike(name: str, candidates: Iterable[Candidate]) -> None:
    """Raise SpecError unless all fits of a recipe have weights of the same shapes."""
    from regpipe.measures.network import network_of

    sizes = {
        (c.arm.training.networks, *(w.shape for w in network_of(c.architecture).model.weights))
        for c in candidates
    }
    if len(sizes) > 1:
        raise SpecError(
            f"recipes.{name}.strength: its values make networks of different sizes, and the "
            "fits of a technique are kept side by side. Expected one that changes no shape."
        )


def fits_of_repeat(values: int, holdouts: int) -> int:
    """Return how many fits it takes to choose.

    >>> fits_of_repeat(5, 3), fits_of_repeat(1, 3)
    (10, 3)
    """
    return sum(math.ceil(values / 2**step) for step in range(holdouts))


def halve(values: Sequence[Choice], go_on: Callable[[Choice], float], ways: int) -> Choice:
    """Return the best of the values, of which the better half goes on to the next way."""
    left = list(values)
    for step in range(ways):
        left = sorted(left[: math.ceil(len(values) / 2**step)], key=go_on, reverse=True)
    return left[0]


def try_values(
    space: SearchSpace,
    candidates: Mapping[Value, Candidate],
    evaluator: Evaluator,
    sizes: Holdouts,
    repeat: Repeat,
) -> Tried:
    """Try values in a repeat, and train the best on all rows."""
    arm, ways = space.arms[0], held_out(repeat, sizes)
    validations = {v: evaluator.validate(c, repeat, ways) for v, c in candidates.items()}
    tried: dict[Value, list[dict[str, float]]] = defaultdict(list)  # mean scores so far

    def go_on(value: Value) -> float:
        tried[value].append(next(validations[value]))
        return merit(tried[value][-1], arm)

    def beats(value: Value, best: Value) -> bool:
        """Whether a value is better than the best so far, after each of the ways."""
        for scores in tried[best]:
            progress.expect(1)
            if not go_on(value) > merit(scores, arm):
                return False
        return True

    best = halve(space.values, go_on, len(ways))
    if best == space.strongest:
        for further in filter(space.beyond.__contains__, candidates):
            if not beats(further, best):
                break
            best = further
    rows: Tried = {}
    for value, scores in tried.items():
        complete = scores[-1] if len(scores) == len(ways) else {}
        rows[repeat.number, value] = {
            **_row(space, repeat, value),
            **(evaluator.run(candidates[value], repeat) if value == best else {}),
            **{f"validation_{k}": v for k, v in complete.items()},
            "pruned": not complete,
        }
    return rows


def _may_win(
    arm: Arm,
    tried: Tried,
    baseline_runs: pd.DataFrame,
    statistics: Statistics,
    plan: Plan,
) -> bool:
    """Whether the recipe may still win, by what was chosen in the repeats so far."""
    metric = arm.task.metric
    chosen = grid_statistics.choose(pd.DataFrame(tried.values()), arm.task)
    comparison = compared(arm, chosen, baseline_runs, statistics, plan)
    assert plan.analyses
    return can_win(
        comparison,
        plan.analyses[-1],
        higher_is_better=arm.task.scores[metric],
        confidence=plan.level(statistics.confidence),
    )


def _claim(
    space: SearchSpace,
    candidates: Mapping[Value, Candidate],
    evaluator: Evaluator,
    tried: Tried,
    repeats: Sequence[Repeat],
    trainer: Trainer,
) -> None:
    """Train every value that was tried anywhere on all rows of each of the repeats."""
    values = [value for value in candidates if any(value == other for _, other in tried)]
    left = [
        (repeat, value)
        for repeat in repeats
        for value in values
        if "outcome" not in tried.get((repeat.number, value), ())
    ]
    progress.expect(len(left))

    def run(fit: tuple[Repeat, Value]) -> dict[str, Any]:
        repeat, value = fit
        return evaluator.run(candidates[value], repeat)

    for (repeat, value), outcome in zip(left, trainer.in_threads(run, left), strict=True):
        begun = {**_row(space, repeat, value), "pruned": False}
        tried[repeat.number, value] = tried.get((repeat.number, value), begun) | outcome


def _row(space: SearchSpace, repeat: Repeat, value: Value) -> dict[str, Any]:
    return {**dict.fromkeys(space.paths, value), **repeat.row()}
