"""How many repeats an arm gets: as many as were asked for, or as many as it takes."""

import logging
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine import progress
from regpipe.language import PROTOCOLS, Protocol, Statistics
from regpipe.pipelines.fits import Repeats, measure_of, repeats_of, splits_of
from regpipe.pipelines.training import Trainer
from regpipe.statistics.overlap import halves_of
from regpipe.statistics.paired import Comparison, compare, is_out_of_reach

logger = logging.getLogger(__name__)


def repeat_to_the_end(protocol: Protocol) -> Repeats:
    """Return how often a baseline is trained: no technique is compared more often."""
    return protocol.at_most


def repeat_until_decided(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    trainer: Trainer,
    baseline_runs: pd.DataFrame,
    protocol: Protocol,
    statistics: Statistics,
) -> Repeats:
    """Return how often a technique is trained.

    Where that is `auto`, it is trained a batch at a time, until its metric on fresh draws has a
    verdict beside its baseline's, or no further repeat could give one. What was trained is left in
    the store, where `train` will find it.
    """
    analyses = protocol.fresh.analyses
    if analyses is None:
        return protocol.at_most
    fixed, fresh = (
        [repeat.job(arm, architecture) for repeat in repeats_of(arm, samples, protocol, name)]
        for name in PROTOCOLS
    )
    progress.expect(len(fixed))
    trainer.fits_of(arm.name, fixed)  # as long as what is compiled for the others is there
    metric, own = arm.task.metric, list[list[float]]()
    bare = bare_scores(baseline_runs, metric)
    smallest = arm.problem_block.smallest_differences(statistics)[metric]
    for begun, n in pairwise([0, *analyses]):
        batch = fresh[begun:n]
        progress.expect(len(batch))
        for job, fit in zip(batch, trainer.fits_of(arm.name, batch), strict=True):
            scores = measure_of(job, fit).scores(job.rows)
            own.append([scores[column] for column in columns_of(metric)])
        comparison, overlap = compared(
            arm, np.array(own).T, bare[:, :n], baseline_runs, statistics, analyses
        )
        if comparison.verdict != "undecided" or is_out_of_reach(
            comparison, smallest, statistics.confidence, overlap
        ):
            break
    progress.expect(n - analyses[-1])  # those that aren't needed
    return {**protocol.at_most, "fresh": n}


def columns_of(metric: str) -> list[str]:
    """Return the columns of a run table that hold a metric and its halves."""
    return [f"test_{metric}", halves_of(f"test_{metric}")]


def bare_scores(baseline_runs: pd.DataFrame, metric: str) -> np.ndarray:
    """Return the metric of the baseline's fits on fresh draws, and its halves, in their order."""
    fresh = baseline_runs[baseline_runs["protocol"] == "fresh"].sort_values("repeat")
    return fresh[columns_of(metric)].to_numpy().T


def compared(
    arm: Arm,
    own: np.ndarray,
    bare: np.ndarray,
    baseline_runs: pd.DataFrame,
    statistics: Statistics,
    analyses: list[int],
) -> tuple[Comparison, float]:
    """Return what an interim analysis says, and the overlap of its pairs.

    `own` and `bare` are the scores of the arm and of its baseline, of shape (2, repeats so far).
    """
    problem, metric, (difference, halves) = arm.problem_block, arm.task.metric, own - bare
    overlap = splits_of(problem, baseline_runs).overlap(difference, halves)
    comparison = compare(
        bare[0],
        own[0],
        higher_is_better=arm.task.scores[metric],
        smallest_difference=problem.smallest_differences(statistics)[metric],
        confidence=statistics.confidence,
        overlap=overlap,
        analyses=analyses,
    )
    logger.debug("%s after %d fresh repeats: %s", arm.name, own.shape[1], comparison.verdict)
    return comparison, overlap
