"""How many repeats an arm gets: as many as were asked for, or as many as it takes."""

import logging
from itertools import pairwise
from typing import Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine import progress
from regpipe.language import PROTOCOLS, Protocol, Statistics
from regpipe.pipelines.fits import Repeats, measure_of, repeats_of, splits_of
from regpipe.pipelines.looks import Look, Looks
from regpipe.pipelines.training import Trainer
from regpipe.statistics.paired import Comparison, goes_on
from regpipe.statistics.plan import Plan
from regpipe.statistics.summary import compare_pairs

logger = logging.getLogger(__name__)


def repeat_to_the_end(protocol: Protocol) -> Repeats:
    """Return how often a baseline is trained: no technique is compared more often."""
    return protocol.at_most


def plan_repeats(
    arm: Arm,
    samples: pd.DataFrame,
    looks: Looks,
    protocol: Protocol,
    statistics: Statistics,
    *,
    family: int,
) -> Look:
    """Return by which plan a technique is asked about, one of `family` on its problem."""
    fresh = protocol.fresh
    plan = Plan(fresh.analyses, family=family)
    return looks.at([arm], samples, protocol, statistics, plan, repeats=fresh.ceiling)


def repeat_until_decided(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    trainer: Trainer,
    baseline_runs: pd.DataFrame,
    look: Look,
) -> Repeats:
    """Return how often a technique is trained.

    Where that is `auto`, it is trained a batch at a time, until its metric on fresh draws has a
    verdict beside its baseline's, or no further repeat could give one, see `goes_on`. What was
    trained is left in the store, where `train` will find it.
    """
    protocol, statistics, analyses = look.protocol, look.statistics, look.plan.analyses
    if analyses is None:
        return protocol.at_most
    fixed, fresh = (
        [repeat.job(arm, architecture) for repeat in repeats_of(arm, samples, protocol, name)]
        for name in PROTOCOLS
    )
    progress.expect(len(fixed))
    trainer.fits_of(arm.name, fixed)  # as long as what is compiled for the others is there
    metric, own = arm.task.metric, list[dict[str, Any]]()
    smallest = arm.problem_block.smallest_differences(statistics)[metric]
    for begun, n in pairwise([0, *analyses]):
        batch = fresh[begun:n]
        progress.expect(len(batch))
        for job, fit in zip(batch, trainer.fits_of(arm.name, batch), strict=True):
            own.append(measure_of(job, fit).scores(job.rows))
        comparison = compared(arm, pd.DataFrame(own), baseline_runs, statistics, look.plan)
        if not goes_on(comparison, smallest, statistics.confidence, look.plan):
            break
    progress.expect(n - analyses[-1])  # those that aren't needed
    return {**protocol.at_most, "fresh": n}


def compared(
    arm: Arm,
    own: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    statistics: Statistics,
    plan: Plan,
) -> Comparison:
    """Return what an interim analysis says; `own` are the arm's scores on fresh draws so far."""
    problem, metric, n = arm.problem_block, arm.task.metric, len(own)
    bare = baseline_runs[baseline_runs["protocol"] == "fresh"].sort_values("repeat")[:n]
    sides = (bare.add_suffix("_b"), own.add_suffix("_t"))
    pairs = pd.concat([side.reset_index(drop=True) for side in sides], axis=1)
    splits = splits_of(problem, baseline_runs)
    comparison = compare_pairs(pairs, metric, problem, statistics, splits, plan)
    logger.debug("%s after %d fresh repeats: %s", arm.name, n, comparison.verdict)
    return comparison
