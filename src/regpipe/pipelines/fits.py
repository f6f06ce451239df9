"""The fits of an arm: the rows and the seed of each repeat, what is trained, and what is left."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.language import PROTOCOLS, Problem, Protocol
from regpipe.measures.base_rates import base_rates, rates_of_fit
from regpipe.rows.arrays import Rows, hold_out, rows_of
from regpipe.rows.sources import is_table
from regpipe.seeds import derive
from regpipe.statistics.overlap import INDEPENDENT, Splits

if TYPE_CHECKING:
    from regpipe.measures.measure import Measure

Weights = Mapping[str, np.ndarray]
Repeats = dict[str, int]  # by protocol


@dataclass(frozen=True)
class Repeat:
    """The k-th paired fit of every arm: all of them share its rows and its seed.

    Attributes:
        protocol: `fixed` or `fresh`.
        number: k, from 0.
        rows: to train, test and score on.
        seed: of initial weights, orders and masks.
    """

    protocol: str
    number: int
    rows: Rows
    seed: int

    def job(self, arm: Arm, architecture: dict[str, Any], rows: Rows | None = None) -> Job:
        """Return the training of an arm on the rows of the repeat, or on some of them."""
        trained_on = watched(arm, self.rows if rows is None else rows, self.seed)
        return Job(arm, architecture, trained_on, self.seed)

    def row(self, rows: Rows | None = None) -> dict[str, Any]:
        """Return what the row of a run table begins with, for a training on these rows."""
        rows = self.rows if rows is None else rows
        return {
            "protocol": self.protocol,
            "repeat": self.number,
            "data_seed": rows.data_seed,
            "fit_seed": self.seed,
            "train_rows": len(rows.x_train),
            "test_rows": len(rows.x_score),
        }


def repeats_of(
    arm: Arm, samples: pd.DataFrame, protocol: Protocol, name: str, most: int | None = None
) -> list[Repeat]:
    """Return the repeats of the protocol called `name`, `most` of them at most."""
    draws, n = rows_of(samples, name, arm), protocol.at_most[name]
    return [
        Repeat(name, k, _draw_of(draws, k), derive(protocol.seed, f"{name} fit", k))
        for k in range(n if most is None else min(n, most))
    ]


def watched(arm: Arm, rows: Rows, seed: int) -> Rows:
    """Return the rows with those held out that the arm wants to watch.

    Where a second pass will want all rows, the engine holds some out by itself in the first.
    """
    share = arm.training.validation_split
    if share is None or arm.training.passes:
        return rows
    return hold_out(rows, share, seed)


def weights_of(weights: Weights, protocol: str, repeat: int) -> dict[str, np.ndarray]:
    """Return the weights of a fit by their paths."""
    prefix = f"{protocol}/"
    return {k.removeprefix(prefix): v[repeat] for k, v in weights.items() if k.startswith(prefix)}


def measure_of(job: Job, *fits: Fit) -> "Measure":
    """Return the measure of a fit; of several, which differ by their seeds alone, of their mean."""
    from regpipe.measures.measure import Measure

    rates, weights = base_rates(job.arm, job.rows), weights_together(job, fits)
    return Measure(job.arm, job.architecture, weights, job.rows.y_train, rates)


def weights_together(job: Job, fits: Sequence[Fit]) -> dict[str, np.ndarray]:
    """Return the weights of the networks of some fits of a job as those of a single fit."""
    from regpipe.engine.weights import together
    from regpipe.measures.network import network_of

    return together(network_of(job.architecture).model, [fit.weights for fit in fits])


def each_fit(
    arm: Arm,
    architecture: dict[str, Any],
    weights: Weights,
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> Iterator[tuple[dict[Any, Any], Rows, "Measure"]]:
    """Yield (its row of `fits`, the rows of its repeat, its measure) of every fit."""
    from regpipe.measures.measure import Measure

    draws = {protocol: rows_of(samples, protocol, arm) for protocol in PROTOCOLS}
    for fit in fits.to_dict("records"):
        protocol, repeat = fit["protocol"], fit["repeat"]
        rows, of_fit = _draw_of(draws[protocol], repeat), weights_of(weights, protocol, repeat)
        targets = watched(arm, rows, fit["fit_seed"]).y_train
        yield fit, rows, Measure(arm, architecture, of_fit, targets, rates_of_fit(fit))


def splits_of(problem: Problem, runs: pd.DataFrame) -> Splits:
    """Return what the fresh repeats of a problem share.

    `runs` is the run table of an arm that holds no rows out.
    """
    if not is_table(problem.rows):
        return INDEPENDENT
    first = runs.iloc[0]
    sizes = int(first["train_rows"]), int(first["test_rows"])
    return Splits(*sizes, one_sample=problem.one_split, in_time=problem.in_time)


def _draw_of(draws: list[Rows], repeat: int) -> Rows:
    """Return the rows of a repeat; every repeat of `fixed` has the same."""
    return draws[repeat if len(draws) > 1 else 0]
