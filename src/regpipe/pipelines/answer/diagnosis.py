"""Before anything is searched: how does the problem's network do as it is, and on fewer rows?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine import progress
from regpipe.engine.job import Job
from regpipe.language import Problem, Protocol
from regpipe.language.blocks import N_SPLITS
from regpipe.pipelines.fits import Repeat, measure_of, repeats_of
from regpipe.pipelines.search import Candidate, candidate_of
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import Rows
from regpipe.seeds import derive

REPEATS = 8
FITS = ((1.0, 0), (1.0, 1), (0.5, 0), (0.25, 0))  # shares of the rows, and seeds, of each repeat
FEWEST = 2  # rows, groups or times that are kept: a training may hold some of them out


def fit_for_diagnosis(
    samples: pd.DataFrame, trainer: Trainer, base: Arm, protocol: Protocol
) -> pd.DataFrame:
    """Train a problem's network on all rows of some fresh repeats, by two seeds, and on fewer.

    Returns:
        A row per fit: repeat, data_seed, fit_seed, share (of the training rows: 1, 0.5 or 0.25;
        smaller sets are parts of larger ones), seed (0 or 1), train_rows, test_rows, outcome, and
        the scores as `Measure.scores` has them: on the rows kept (`train_`) and on the test rows,
        which are the same for all shares; and guess, see `Measure.guess`.
    """
    candidate = candidate_of(base, samples)
    most = _repeats(base.problem_block)
    repeats = repeats_of(base, samples, protocol, "fresh", most)
    planned = [fit for repeat in repeats for fit in _planned(candidate, repeat)]
    progress.expect(len(planned))
    fits = trainer.fits_of(f"{base.name}, diagnosis", [one.job for one in planned])
    return pd.DataFrame(
        {
            **one.repeat.row(),
            "share": one.share,
            "seed": one.seed,
            "outcome": fit.outcome,
            **measure.scores(one.repeat.rows),
            "guess": measure.guess(one.repeat.rows),
        }
        for one, fit in zip(planned, fits, strict=True)
        for measure in [measure_of(one.job, fit)]
    )


def _repeats(problem: Problem) -> int:
    """Return how many repeats there are: each origin in time counts as often as any other."""
    if not problem.in_time:
        return REPEATS
    origins = problem.split.n_splits or N_SPLITS
    return REPEATS - REPEATS % min(origins, REPEATS)


@dataclass(frozen=True)
class Planned:
    """A fit on a share of a repeat's rows, by one of its seeds, 0 or 1."""

    share: float
    seed: int
    repeat: Repeat
    job: Job


def _planned(candidate: Candidate, repeat: Repeat) -> Iterator[Planned]:
    """Yield the fits of a repeat; those on fewer rows have the room of all, and share a compile."""
    whole = candidate.job(repeat)
    room = whole.rows.room or (len(whole.rows.x_train), len(whole.rows.x_val))
    seeds, drawn_by = (repeat.seed, derive(repeat.seed, "diagnosis")), derive(repeat.seed, "share")
    for share, seed in FITS:
        part = replace(repeat, rows=kept(repeat.rows, share, drawn_by), seed=seeds[seed])
        job = candidate.job(part)
        if share < 1:
            job = replace(job, rows=replace(job.rows, room=room))
        yield Planned(share, seed, part, job)


def kept(rows: Rows, share: float, seed: int) -> Rows:
    """Return rows of which only a share is trained on, and the same is watched and scored.

    They are drawn, and of rows that come in groups it is a share of the groups. Of rows that have a
    time, they are the latest. By the same seed, fewer are a part of more.

    Args:
        rows: those of a repeat.
        share: in (0, 1].
        seed: by which they are drawn.
    """
    if share == 1:
        return rows
    stay = _drawn(rows, share, seed) if rows.times is None else _latest(rows.times, share)
    labels = dict(rows.labels)
    if "train" in labels:
        labels["train"] = labels["train"][stay]
    return replace(
        rows,
        x_train=rows.x_train[stay],
        y_train=rows.y_train[stay],
        groups=None if rows.groups is None else rows.groups[stay],
        times=None if rows.times is None else rows.times[stay],
        labels=labels,
    )


def _drawn(rows: Rows, share: float, seed: int) -> np.ndarray:
    """Return whether each row stays, of a draw among rows or groups."""
    groups = np.arange(len(rows.x_train)) if rows.groups is None else rows.groups
    units = np.random.default_rng(seed).permutation(np.unique(groups))
    return np.isin(groups, units[: max(round(share * len(units)), FEWEST)])


def _latest(times: np.ndarray, share: float) -> np.ndarray:
    """Return whether each row stays; rows of one time stay together."""
    wanted = times[len(times) - max(round(share * len(times)), 1)]
    return times >= min(wanted, np.unique(times)[-FEWEST:][0])
