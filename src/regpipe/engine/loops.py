"""Loops for many jobs: those that differ in strengths, seeds or rows alone share one.

Several threads may ask at a time, also for the same loop: it keeps nothing of a fit. A compiled
loop leaves Python for a chunk of epochs at a time, so two threads keep two cores busy.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from threading import Lock, Semaphore
from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.engine import halt, progress
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Fit, Start
from regpipe.engine.job import Job
from regpipe.engine.keras_loop import KerasLoop
from regpipe.engine.strengths import without_strengths, without_training_strengths
from regpipe.language import Engine, Random
from regpipe.rows.arrays import Rows, hold_out


class Loops:
    """Trains any job, in any thread, and keeps the loops it made."""

    def __init__(self, engine: Engine, random: Random = "hash", threads: int = 1) -> None:
        """Take the engine, what draws masks and noise, and how many `fit_all` trains at a time."""
        self._engine, self._random, self.threads = engine, random, threads
        self._loops: dict[str, CompiledLoop] = {}
        self._making = Lock()
        # Whoever waits for a compile leaves the core to other fits; so their seconds are their own.
        self._cores = Semaphore(threads)
        self._first: dict[Any, Lock] = defaultdict(Lock)
        self._compiled: set[Any] = set()

    @property
    def compiles(self) -> int:
        """How many programs were compiled so far."""
        return sum(loop.compiles for loop in self._loops.values())

    def fit(self, job: Job) -> Fit:
        """Train once, or as often as an idea of the training asks for."""
        halt.check()
        training = job.arm.training

        def once(changes: dict[str, Any], rows: Rows, seed: int, **start: Any) -> Fit:
            arm = replace(job.arm, training=training.model_copy(update=changes))
            begin = Start(weights_seed=job.weights_seed, **start)
            return self._train(arm, job.architecture, rows, seed, begin)

        if training.passes:
            return training.passes.train(once, hold_out, training, job.rows, job.seed)
        return once({}, job.rows, job.seed)

    def fit_all(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Fit]]:
        """Train each job; yield its place among the jobs, and its fit, as soon as it is done.

        A fit doesn't depend on the number of threads: its seed is its own.
        """
        threads = min(self.threads, len(jobs))
        if threads <= 1:
            yield from enumerate(map(self.fit, jobs))
            return
        with ThreadPoolExecutor(threads, thread_name_prefix="fits") as pool:
            yield from enumerate(pool.map(self.fit, jobs))

    def _train(
        self, arm: Arm, architecture: dict[str, Any], rows: Rows, seed: int, start: Start
    ) -> Fit:
        if self._engine == "keras":
            return KerasLoop(arm, architecture).fit(rows, seed, start)
        key = kind_of(arm, architecture)
        form = key, *(len(part) for part in (rows.x_train, rows.x_val)), rows.room
        with self._making:
            if key not in self._loops:
                progress.compiling(arm.name)
                self._loops[key] = CompiledLoop(arm, architecture, self._random)
            loop = self._loops[key]
            first = nullcontext() if form in self._compiled else self._first[form]
        with first, self._cores:
            fit = loop.fit(rows, seed, start, arm, architecture)
            self._compiled.add(form)
            return fit


def kind_of(arm: Arm, architecture: dict[str, Any]) -> str:
    """Return what a loop is compiled for: an arm and its network, but for their strengths."""
    network, training = without_strengths(architecture), without_training_strengths(arm.training)
    return json.dumps([network, training, arm.task.name], sort_keys=True)
