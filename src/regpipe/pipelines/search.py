"""What every search does: train candidates without some of the rows, and score them on those.

In each repeat some of its training rows are held out, in several ways, the same for all that is
tried there; the score never sees them. Candidates that look hopeless after the first ways are
pruned.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.language.settings import Holdouts
from regpipe.pipelines.arm.nodes import build_network
from regpipe.pipelines.fits import Repeat, measure_of, weights_together
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import Rows, hold_out
from regpipe.rows.encodings import encoded
from regpipe.seeds import derive
from regpipe.statistics import grid

if TYPE_CHECKING:
    from regpipe.measures.measure import Measure


@dataclass(frozen=True)
class Candidate:
    """An arm that may be chosen, with its Keras architecture.

    Attributes:
        arm: what is trained.
        architecture: the JSON of its Keras model.
        numbers: which inputs the arm may write in another way, by places; see `encodings`.
    """

    arm: Arm
    architecture: dict[str, Any]
    numbers: tuple[bool, ...] = ()

    def sees(self, rows: Rows) -> Rows:
        """Return rows as its network takes them, by those trained on."""
        return encoded(rows, self.arm.inputs, self.numbers)

    def job(self, repeat: Repeat, rows: Rows | None = None) -> Job:
        """Return its training on the rows of a repeat, or on some of them, as it sees them."""
        return repeat.job(self.arm, self.architecture, rows)


def candidate_of(arm: Arm, samples: pd.DataFrame) -> Candidate:
    """Return an arm with its architecture, once Keras and the engine take both."""
    return Candidate(arm, build_network(arm, samples))


class Evaluator:
    """Trains candidates and scores them, in any thread."""

    def __init__(self, name: str, trainer: Trainer) -> None:
        self._name, self._trainer = name, trainer

    def key(self, job: Job) -> str:
        """Return the key of a training in the store: of rows, seed, code, versions and all."""
        return self._trainer.key(job)

    def run(self, candidate: Candidate, repeat: Repeat) -> dict[str, Any]:
        """Return the outcome of a training on all rows of a repeat, its scores and seconds."""
        rows = candidate.sees(repeat.rows)
        fit, measure = self._measured(candidate.job(repeat, rows))
        return {"outcome": fit.outcome, **measure.scores(rows), "seconds": fit.seconds}

    def validate(
        self, candidate: Candidate, repeat: Repeat, ways: Iterable[Rows]
    ) -> Iterator[dict[str, float]]:
        """Yield a candidate's mean scores so far, after each way to hold out some of the rows."""
        scores = []
        for held in map(candidate.sees, ways):
            scores.append(self._measured(candidate.job(repeat, held))[1].score(held, "val"))
            yield mean_of(scores)

    def mean_of(
        self, candidate: Candidate, repeat: Repeat, rows: Rows, seeds: int = 1
    ) -> tuple["Measure", float]:
        """Return the measure of the mean of so many networks, and the seconds of their fits.

        `rows` are as the candidate sees them; the seed of the first network is the repeat's own.
        """
        job, fits = self._several(candidate, repeat, rows, seeds)
        return measure_of(job, *fits), sum(fit.seconds for fit in fits)

    def weights_of(
        self, candidate: Candidate, repeat: Repeat, rows: Rows, seeds: int = 1
    ) -> dict[str, np.ndarray]:
        """Return the weights of the same networks, as those of one fit."""
        return weights_together(*self._several(candidate, repeat, rows, seeds))

    def _several(
        self, candidate: Candidate, repeat: Repeat, rows: Rows, seeds: int
    ) -> tuple[Job, list[Fit]]:
        job = candidate.job(repeat, rows)
        drawn = [repeat.seed, *(derive(repeat.seed, "mean", k) for k in range(1, seeds))]
        jobs = [replace(job, seed=seed) for seed in drawn]
        return job, self._trainer.fits_of(self._name, jobs)

    def _measured(self, job: Job) -> tuple[Any, Any]:
        fit = self._trainer.fits_of(self._name, [job])[0]
        return fit, measure_of(job, fit)


def mean_of(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each score over some ways to hold out rows."""
    return {name: float(np.mean([one[name] for one in scores])) for name in scores[0]}


def held_out(repeat: Repeat, sizes: Holdouts) -> list[Rows]:
    """Return the ways to hold out rows in a repeat, the same for all that is tried there."""
    share, n = sizes.validation_split, sizes.holdouts
    return [
        hold_out(repeat.rows, share, derive(repeat.seed, "choice", k), (k, n)) for k in range(n)
    ]


def merit(scores: dict[str, float], arm: Arm) -> float:
    """Return what is to be as large as possible; what is no number is worse than any other."""
    value = grid.merit(scores[arm.task.metric], scores["loss"], arm.task)
    return value if np.isfinite(value) else -1e9
