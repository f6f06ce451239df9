"""Many real pairs of fits on fresh draws, for the calibration to draw from.

They are kept in data/calibration, so that a second look at them costs nothing.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from arms import arm_called

from regpipe.candidates.arm import Arm
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.engine.network import build_architecture
from regpipe.language import FreshProtocol, Protocol
from regpipe.pipelines.fits import measure_of
from regpipe.pipelines.training import cores
from regpipe.rows.arrays import Rows, rows_of
from regpipe.rows.samples import draw_samples, split_samples
from regpipe.seeds import derive

FOLDER = Path(__file__).parents[1] / "data" / "calibration"
CHUNK = 500  # draws at a time, so that the 10,000 scoring rows of each fit into memory


def pairs_of(name: str, n: int, epochs: int | None = None) -> np.ndarray:
    """Return the accuracies of n pairs, each on a draw of its own: of shape (n, 2).

    Args:
        name: of a technique, which is paired with its baseline; or of a problem, whose baseline is
            paired with itself under other seeds.
        n: how many pairs, a multiple of 500.
        epochs: to train for, if not as many as the problem says.
    """
    file = FOLDER / f"{name}-{n}-{epochs or 'all'}-epochs.csv"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        chunks = [np.stack(chunk, axis=1) for chunk in _train(name, n, epochs)]
        pd.DataFrame(np.concatenate(chunks), columns=["baseline", "other"]).to_csv(
            file, index=False
        )
    return pd.read_csv(file).to_numpy()


def _train(name: str, n: int, epochs: int | None) -> Iterator[list[np.ndarray]]:
    """Yield the accuracies of both arms, a chunk of draws at a time."""
    problem, arm = arm_called(name)
    base = arm_called(arm.problem)[1]
    seeds = ("fit", "fit" if arm.technique else "other fit")
    for begun in range(0, n, CHUNK):
        draws = draw_samples(problem, Protocol(seed=begun + 1, fresh=FreshProtocol(repeats=CHUNK)))
        samples = split_samples(draws, problem)
        yield [
            _accuracies(_for(one, epochs), rows_of(samples, "fresh", one), seed)
            for one, seed in zip((base, arm), seeds, strict=True)
        ]
        print(f"{name}: {begun + CHUNK} of {n} pairs", file=sys.stderr)


def _accuracies(arm: Arm, draws: list[Rows], seed: str) -> np.ndarray:
    architecture = build_architecture(arm, draws[0].x_train.shape[1:])
    jobs = [Job(arm, architecture, rows, derive(rows.data_seed, seed)) for rows in draws]
    fits = Loops("compiled", threads=cores()).fit_all(jobs)
    scores = [measure_of(jobs[place], fit).score(jobs[place].rows, "score") for place, fit in fits]
    return np.array([score["accuracy"] for score in scores])


def _for(arm: Arm, epochs: int | None) -> Arm:
    if epochs is None:
        return arm
    return replace(arm, training=arm.training.model_copy(update={"epochs": epochs}))
