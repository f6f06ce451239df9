"""The trainings of an arm: which rows and which seed each repeat has."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine.job import Job
from regpipe.language import Protocol
from regpipe.pipelines.arm.fits import draw_of
from regpipe.rows.arrays import Rows, hold_out, rows_of
from regpipe.seeds import derive


def jobs_of(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    protocol: Protocol,
    name: str,
    repeats: Iterable[int],
) -> list[Job]:
    """Return what is to be trained at some repeats of the protocol called `name`."""
    draws = rows_of(samples, name, arm)
    jobs = []
    for repeat in repeats:
        seed = fit_seed(protocol, name, repeat)
        jobs.append(Job(arm, architecture, watched(arm, draw_of(draws, repeat), seed), seed))
    return jobs


def fit_seed(protocol: Protocol, name: str, repeat: int) -> int:
    """Return the seed that all arms of a repeat share."""
    return derive(protocol.seed, f"{name} fit", repeat)


def watched(arm: Arm, rows: Rows, seed: int) -> Rows:
    """Return the rows with those held out that the arm wants to watch.

    Where a second pass will want all rows, the engine holds some out by itself in the first.
    """
    share = arm.training.validation_split
    if share is None or arm.training.after_stopping:
        return rows
    return hold_out(rows, share, seed)
