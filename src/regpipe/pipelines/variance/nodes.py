"""From fits whose rows, initial weights and orders vary apart to what each of them moves."""

import itertools
from typing import Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Problem, Protocol
from regpipe.pipelines.fits import measure_of, watched
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import rows_of
from regpipe.rows.sources import is_table
from regpipe.seeds import derive
from regpipe.statistics.variance import tabulate_variance


def train_nested(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    trainer: Trainer,
    protocol: Protocol,
) -> pd.DataFrame:
    """Train a baseline on several draws, from several weights on each, in several orders.

    Returns:
        A row per fit: problem, metric, draw, weights, order, the seeds, and the problem's metric on
        the draw's own test rows (`test_`) and, of a generator, on new ones (`score_`).
    """
    sizes = protocol.variance
    draws = rows_of(samples, "fresh", arm)[: sizes.draws]
    keys = list(itertools.product(range(len(draws)), range(sizes.weights), range(sizes.orders)))
    jobs = []
    for draw, weights, order in keys:
        weights_seed = derive(protocol.seed, "variance weights", draw, weights)
        seed = derive(protocol.seed, "variance order", draw, weights, order)
        rows = watched(arm, draws[draw], weights_seed)
        jobs.append(Job(arm, architecture, rows, seed, weights_seed))
    progress.expect(len(jobs))
    fits = trainer.fits_of(f"{arm.name}, variance", jobs)
    metric, table = arm.task.metric, []
    for (draw, weights, order), job, fit in zip(keys, jobs, fits, strict=True):
        rows, measure = draws[draw], measure_of(job, fit)
        scores = {f"test_{metric}": measure.metric(rows, "val")}
        if not is_table(arm.problem_block.rows):
            scores[f"score_{metric}"] = measure.metric(rows, "score")
        levels = {"problem": arm.problem, "draw": draw, "weights": weights, "order": order}
        seeds = {"weights_seed": job.weights_seed, "fit_seed": job.seed}
        table.append({**levels, "data_seed": rows.data_seed, **seeds, **scores})
    return pd.DataFrame(table)


def split(nested: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Return how much of the metric's variance each source has."""
    return tabulate_variance(nested, problem.kind.metric)


def gather(*tables: pd.DataFrame) -> pd.DataFrame:
    """Return the tables of all problems as one."""
    return pd.concat(tables, ignore_index=True)
