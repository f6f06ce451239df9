"""Choose the strength of a recipe in each repeat, on rows that the score never sees.

Optuna walks through the candidate values and prunes those that look hopeless; the one with the best
mean over the ways to hold rows out is chosen. To say what choosing on the test rows would have
claimed, every value is trained on all training rows, too.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.recipes import SearchSpace, Value
from regpipe.engine import progress
from regpipe.errors import SpecError
from regpipe.language import Protocol, Screen
from regpipe.language.settings import Holdouts
from regpipe.pipelines.fits import Repeat, repeats_of
from regpipe.pipelines.search import Candidate, Evaluator, candidate_of, merit
from regpipe.pipelines.training import Trainer

Candidates = dict[Value, Candidate]


def tune(
    space: SearchSpace,
    samples: pd.DataFrame,
    trainer: Trainer,
    protocol: Protocol,
    screen: Screen,
) -> pd.DataFrame:
    """Return a row per repeat and candidate value.

    Columns: those of a grid's run table, with the value under its path, as far as there is one;
    `pruned`. A value that was pruned has no validation scores, and isn't chosen.
    """
    first = space.arms[0]
    repeats = repeats_of(first, samples, protocol, "fresh", screen.repeats)
    candidates = {
        value: candidate_of(arm, samples)
        for value, arm in zip(space.values, space.arms, strict=True)
    }
    check_alike(first.name, candidates.values())
    progress.expect(len(repeats) * len(candidates) * (1 + screen.holdouts))
    evaluator = Evaluator(first.name, trainer)
    search = partial(_rows_of_repeat, space, candidates, evaluator, screen)
    tables = trainer.in_threads(search, repeats)
    return pd.DataFrame([row for rows in tables for row in rows]).assign(step="coarse")


def validate(
    evaluator: Evaluator, candidates: Candidates, repeat: Repeat, sizes: Holdouts
) -> dict[Value, dict[str, float]]:
    """Return the mean scores on held-out rows of each value that wasn't pruned."""
    import optuna

    scores: dict[Value, dict[str, float]] = {}

    def objective(trial: Any) -> float:
        value = trial.suggest_categorical("value", list(candidates))
        scores[value] = evaluator.validate(trial, candidates[value], repeat, sizes)
        return merit(scores[value], candidates[value].arm)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.GridSampler({"value": list(candidates)}, seed=repeat.seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2),
    )
    study.optimize(objective, n_trials=len(candidates))
    return scores


def check_alike(name: str, candidates: Iterable[Candidate]) -> None:
    """Raise SpecError unless all fits of a recipe have weights of the same shapes."""
    from regpipe.engine.network import build_model

    sizes = {
        (
            candidate.arm.training.networks,
            *(w.shape for w in build_model(candidate.architecture).weights),
        )
        for candidate in candidates
    }
    if len(sizes) > 1:
        raise SpecError(
            f"recipes.{name}.strength: its values make networks of different sizes, and the "
            "fits of a technique are kept side by side. Expected one that changes no shape."
        )


def _rows_of_repeat(
    space: SearchSpace, candidates: Candidates, evaluator: Evaluator, sizes: Screen, repeat: Repeat
) -> list[dict[str, Any]]:
    validated = validate(evaluator, candidates, repeat, sizes)
    return [
        {
            **dict.fromkeys(space.paths, value),
            **repeat.row(),
            **evaluator.run(candidate, repeat),
            **{
                f"validation_{score}": validated.get(value, {}).get(score, np.nan)
                for score in candidate.arm.task.scores
            },
            "pruned": value not in validated,
        }
        for value, candidate in candidates.items()
    ]
