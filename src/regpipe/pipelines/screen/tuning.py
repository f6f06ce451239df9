"""Choose a recipe's dose in each repeat, on rows that the score never sees.

In each repeat some of its training rows are held out, in several ways; the dose with the best mean
on them is chosen. Optuna walks through the doses and prunes those that look hopeless after the
first ways. To say what choosing on the test rows would have claimed, every dose is trained on all
training rows, too.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.recipes import Dose, doses, strength_path, technique_of
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.errors import SpecError
from regpipe.language import Problem, Protocol, Recipe, Screen
from regpipe.language.settings import Holdouts
from regpipe.measures.base_rates import base_rates
from regpipe.pipelines.arm.fits import draw_of
from regpipe.pipelines.arm.jobs import fit_seed, watched
from regpipe.pipelines.arm.nodes import build_network
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import Rows, hold_out, rows_of
from regpipe.seeds import derive

if TYPE_CHECKING:
    from regpipe.measures.measure import Measure

DOSE = "dose"
TIE = 1e-6  # what a loss of 1 counts beside the metric: of equals, the lower loss is better


@dataclass(frozen=True)
class Candidate:
    """An arm that may be chosen, with its Keras architecture."""

    arm: Arm
    architecture: dict[str, Any]


class Judge:
    """Trains candidates and scores them, in any thread."""

    def __init__(self, name: str, trainer: Trainer) -> None:
        """Say what the progress calls the fits, and who trains them."""
        self._name, self._trainer = name, trainer
        self._own = threading.local()  # a network can hold the weights of one fit at a time

    def key(self, job: Job) -> str:
        """Return what a training is known by: rows, seed, code, versions and all."""
        return self._trainer.key(job)

    def run(self, job: Job, rows: Rows) -> dict[str, Any]:
        """Return the outcome of a training on all rows, its seconds and its scores."""
        fit, measure = self._measured(job)
        return {"outcome": fit.outcome, **measure.scores(rows), "seconds": fit.seconds}

    def validate(
        self, trial: Any, candidate: Candidate, rows: Rows, seed: int, sizes: Holdouts
    ) -> dict[str, float]:
        """Return a candidate's mean scores over the ways to hold out some of the rows.

        Raises:
            optuna.TrialPruned: it looks hopeless after the first of them.
        """
        import optuna

        scores: list[dict[str, float]] = []
        for step, held in enumerate(held_out(rows, seed, sizes)):
            watching = watched(candidate.arm, held, seed)
            job = Job(candidate.arm, candidate.architecture, watching, seed)
            scores.append(self._measured(job)[1].score(held, "val"))
            trial.report(merit(means(scores), candidate.arm), step)
            if step + 1 < sizes.holdouts and trial.should_prune():
                progress.expect(step + 1 - sizes.holdouts)
                raise optuna.TrialPruned
        return means(scores)

    def _measured(self, job: Job) -> tuple[Any, "Measure"]:
        from regpipe.measures.measure import Measure

        fit = self._trainer.fits_of(self._name, [job])[0]
        if not hasattr(self._own, "measures"):
            self._own.measures = {}
        # Doses change no prediction, other layers do.
        key = tuple((layer.kind, name) for name, layer in job.arm.layers.items())
        if key not in self._own.measures:
            self._own.measures[key] = Measure(job.arm, job.architecture)
        measure: Measure = self._own.measures[key]
        measure.load(fit.weights, job.rows.y_train, base_rates(job.arm, job.rows))
        return fit, measure


def tune(
    samples: pd.DataFrame,
    trainer: Trainer,
    problem: Problem,
    recipe: Recipe,
    protocol: Protocol,
    screen: Screen,
    *,
    name: str,
    problem_name: str,
) -> pd.DataFrame:
    """Return a row per repeat and dose.

    Columns: those of a grid's run table, with the dose under its path, as far as there is one;
    `pruned`. A dose that was pruned has no validation scores, and isn't chosen.
    """
    base = baseline(problem_name, problem)
    draws = rows_of(samples, "fresh", base)[: screen.repeats]
    candidates = {dose: _candidate(name, recipe, base, dose, samples) for dose in doses(recipe)}
    check_alike(name, candidates.values())
    judge = Judge(name, trainer)
    progress.expect(len(draws) * len(candidates) * (1 + screen.holdouts))

    def search(repeat: int) -> list[dict[str, Any]]:
        rows = draw_of(draws, repeat)
        seed = fit_seed(protocol, "fresh", repeat)
        validated = validate(judge, candidates, rows, seed, screen)
        found = []
        for dose, candidate in candidates.items():
            job = Job(
                candidate.arm, candidate.architecture, watched(candidate.arm, rows, seed), seed
            )
            path = {str(strength_path(recipe)): dose} if recipe.strength else {}
            found.append(
                {
                    **path,
                    "protocol": "fresh",
                    "repeat": repeat,
                    "data_seed": rows.data_seed,
                    "fit_seed": seed,
                    "train_rows": len(rows.x_train),
                    "test_rows": len(rows.x_score),
                    **judge.run(job, rows),
                    **{
                        f"validation_{score}": validated.get(dose, {}).get(score, np.nan)
                        for score in base.task.scores
                    },
                    "pruned": dose not in validated,
                }
            )
        return found

    found = trainer.in_threads(search, range(len(draws)))
    return pd.DataFrame([row for rows in found for row in rows]).assign(step="coarse")


def validate(
    judge: Judge,
    candidates: Mapping[Dose, Candidate],
    rows: Rows,
    seed: int,
    sizes: Holdouts,
) -> dict[Dose, dict[str, float]]:
    """Return the mean scores on held-out rows of each dose that wasn't pruned."""
    import optuna

    found: dict[Dose, dict[str, float]] = {}

    def objective(trial: Any) -> float:
        dose = trial.suggest_categorical(DOSE, list(candidates))
        found[dose] = judge.validate(trial, candidates[dose], rows, seed, sizes)
        return merit(found[dose], candidates[dose].arm)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.GridSampler({DOSE: list(candidates)}, seed=seed),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=2),
    )
    study.optimize(objective, n_trials=len(candidates))
    return found


def held_out(rows: Rows, seed: int, sizes: Holdouts) -> list[Rows]:
    """Return the ways to hold out rows in a repeat, the same for all that is tried there."""
    return [
        hold_out(rows, sizes.validation_split, derive(seed, "choice", k))
        for k in range(sizes.holdouts)
    ]


def means(scores: list[dict[str, float]]) -> dict[str, float]:
    """Return the mean of each score."""
    return {name: float(np.mean([s[name] for s in scores])) for name in scores[0]}


def merit(found: dict[str, float], arm: Arm) -> float:
    """Return what is to be as large as possible; what is no number is worse than any other."""
    metric = found[arm.task.metric] * (1 if arm.task.scores[arm.task.metric] else -1)
    value = metric - TIE * found["loss"]
    return value if np.isfinite(value) else -1e9


def check_alike(name: str, candidates: Iterable[Candidate]) -> None:
    """Raise SpecError unless all fits of a recipe have weights of the same shapes."""
    from regpipe.engine.network import build_model

    sizes = {
        (
            candidate.arm.training.cycles,
            *(w.shape for w in build_model(candidate.architecture).weights),
        )
        for candidate in candidates
    }
    if len(sizes) > 1:
        raise SpecError(
            [
                f"recipes.{name}.strength: its values make networks of different sizes, and the "
                "fits of a technique are kept side by side. Expected one that changes no shape."
            ]
        )


def _candidate(
    name: str, recipe: Recipe, base: Arm, dose: Dose, samples: pd.DataFrame
) -> Candidate:
    arm = apply(name, technique_of(name, recipe, base, dose), base)
    return Candidate(arm, build_network(arm, samples))
