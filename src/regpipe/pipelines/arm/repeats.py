"""How many repeats an arm gets: as many as were asked for, or as many as it takes."""

import logging
from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm, baseline
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Problem, Protocol, Statistics
from regpipe.measures.base_rates import base_rates
from regpipe.pipelines.arm.fits import PROTOCOLS, Repeats, splits
from regpipe.pipelines.arm.jobs import jobs_of
from regpipe.pipelines.arm.nodes import build_network
from regpipe.pipelines.training import Trainer
from regpipe.statistics.overlap import halves_of
from regpipe.statistics.paired import compare, is_out_of_reach

logger = logging.getLogger(__name__)


def repeat_to_the_end(protocol: Protocol) -> Repeats:
    """Return how often a baseline is trained: no technique is compared more often."""
    return protocol.at_most


def repeat_until_decided(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    trainer: Trainer,
    problem: Problem,
    protocol: Protocol,
    statistics: Statistics,
) -> Repeats:
    """Return how often a technique is trained.

    Where that is `auto`, it is trained beside its baseline, a batch at a time, until its metric on
    fresh draws has a verdict, or no further repeat could give one. What was trained is left in the
    store, where both arms will find it.
    """
    looks, metric = protocol.fresh.looks, arm.task.metric
    if looks is None:
        return protocol.at_most

    def competitor(arm: Arm, architecture: dict[str, Any]) -> Competitor:
        fixed, fresh = (
            jobs_of(arm, architecture, samples, protocol, name, range(protocol.at_most[name]))
            for name in PROTOCOLS
        )
        progress.expect(len(fixed))
        trainer.fits_of(arm.name, fixed)  # as long as what is compiled for the others is there
        return Competitor(arm, fresh, trainer, metric)

    base = baseline(arm.problem, problem)
    bare, with_it = competitor(base, build_network(base, samples)), competitor(arm, architecture)
    shared = splits(problem, bare.jobs[0].rows)
    smallest = problem.smallest_differences(statistics)[metric]
    for look in looks:
        (without, halves_without), (scores, halves) = (
            competitor.scores_until(look) for competitor in (bare, with_it)
        )
        overlap = shared.overlap(scores - without, halves - halves_without)
        found = compare(
            without,
            scores,
            higher_is_better=arm.task.scores[metric],
            smallest_difference=smallest,
            confidence=statistics.confidence,
            overlap=overlap,
            looks=looks,
        )
        logger.debug("%s after %d fresh repeats: %s", arm.name, look, found.verdict)
        if found.verdict != "undecided":
            break
        if is_out_of_reach(found, smallest, statistics.confidence, overlap):
            break
    progress.expect(look - looks[-1])  # those that nobody needs
    return {**protocol.at_most, "fresh": look}


class Competitor:
    """An arm that is trained as far as it has to be."""

    def __init__(self, arm: Arm, jobs: list[Job], trainer: Trainer, metric: str) -> None:
        """Keep what there is to train, and by which metric the arms are compared."""
        from regpipe.measures.measure import Measure

        self.jobs, self._name, self._trainer = jobs, arm.name, trainer
        self._metric, self._measure = metric, Measure(arm, jobs[0].architecture)
        self._scores: list[float] = []
        self._halves: list[float] = []

    def scores_until(self, look: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the metric of the first `look` fits on rows that score them, and its halves."""
        batch, column = self.jobs[len(self._scores) : look], f"test_{self._metric}"
        progress.expect(len(batch))
        for job, fit in zip(batch, self._trainer.fits_of(self._name, batch), strict=True):
            rates = base_rates(job.arm, job.rows)
            self._measure.load(fit.weights, job.rows.y_train, rates)
            scores = self._measure.scores(job.rows)
            self._scores.append(scores[column])
            self._halves.append(scores[halves_of(column)])
        return np.array(self._scores), np.array(self._halves)
