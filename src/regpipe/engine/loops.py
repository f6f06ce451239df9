"""Loops for many jobs: those that differ in strengths, seeds or rows alone share one compile."""

import json
from typing import Any

from regpipe.arm import Arm
from regpipe.engine.after_stopping import Loop, TwoPasses
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Fit, Start
from regpipe.engine.job import Job
from regpipe.engine.reference import KerasLoop
from regpipe.engine.strengths import strengths, without_strengths
from regpipe.network import Architecture
from regpipe.problems.samples import Rows
from regpipe.spec import Engine


class Loops:
    """Trains any job, and keeps the loops it made."""

    def __init__(self, engine: Engine) -> None:
        """Say with which engine."""
        self._engine = engine
        self._loops: dict[str, Loop] = {}

    def fit(self, job: Job) -> Fit:
        """Train once."""
        training, rows = job.arm.training, job.rows
        shares = self._engine == "compiled" and not training.after_stopping
        network = without_strengths(job.architecture) if shares else job.architecture
        shapes = [part.shape for part in (rows.x_train, rows.x_val)]
        key = json.dumps([network, training.model_dump(), shapes])
        if key not in self._loops:
            self._loops[key] = make_loop(self._engine, job.arm, job.architecture, rows)
        loop, start = self._loops[key], Start(weights_seed=job.weights_seed)
        if isinstance(loop, CompiledLoop):
            return loop.fit(rows, job.seed, strengths(job.architecture), start)
        return loop.fit(rows, job.seed, start=start)


def make_loop(engine: Engine, arm: Arm, architecture: Architecture, rows: Rows) -> Any:
    """Return the loop that trains an arm, for rows of these shapes."""
    if arm.training.after_stopping:
        return TwoPasses(arm, lambda arm, rows: make_loop(engine, arm, architecture, rows))
    if engine == "keras":
        return KerasLoop(arm, architecture)
    return CompiledLoop(arm, architecture, rows)
