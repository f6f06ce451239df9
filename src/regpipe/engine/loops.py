"""Loops for many jobs: those that differ in strengths, seeds or rows alone share one compile.

Several threads may ask at a time. Where many fits of a kind are ahead, each thread compiles a loop
of its own. Else a second one is compiled only once the fits of that kind have taken as long as a
compile does; until then, who comes second waits for the first.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.engine.after_stopping import Loop, TwoPasses
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Fit, Start
from regpipe.engine.job import Job
from regpipe.engine.network import Architecture
from regpipe.engine.reference import KerasLoop
from regpipe.engine.strengths import strengths, without_strengths
from regpipe.engine.training_strengths import training_strengths, without_training_strengths
from regpipe.language import Engine
from regpipe.rows.arrays import Rows


@dataclass
class Kind:
    """The loops of one kind: those that nobody uses, how many there are, what they took."""

    idle: list[Loop] = field(default_factory=list)
    made: int = 0
    seconds_compiling: float = 0.0  # of one of them
    seconds_training: float = 0.0  # of all fits so far

    def wants_another(self, most: int, many: bool) -> bool:
        """Whether one more is worth its compile; `many`: there is enough ahead for all."""
        pays = many or self.seconds_training > self.seconds_compiling > 0
        return self.made == 0 or (self.made < most and pays)


class Loops:
    """Trains any job, in any thread, and keeps the loops it made."""

    def __init__(self, engine: Engine, threads: int = 1) -> None:
        """Say with which engine, and how many threads will ask at a time."""
        self._engine, self._threads = engine, threads
        self._kinds: dict[str, Kind] = {}
        self._changed = Condition()

    def fit(self, job: Job, many: bool = False) -> Fit:
        """Train once; say so where many more of the kind are ahead."""
        training, rows = job.arm.training, job.rows
        shares = self._engine == "compiled" and not training.after_stopping
        network = without_strengths(job.architecture) if shares else job.architecture
        asked = without_training_strengths(training) if shares else training.model_dump()
        shapes = [part.shape for part in (rows.x_train, rows.x_val)]
        key = json.dumps([network, asked, shapes])
        start = Start(weights_seed=job.weights_seed)
        with self._borrow(
            key, lambda: make_loop(self._engine, job.arm, job.architecture, rows), many
        ) as loop:
            if isinstance(loop, CompiledLoop):
                values = {**strengths(job.architecture), **training_strengths(training)}
                return loop.fit(rows, job.seed, values, start)
            return loop.fit(rows, job.seed, start=start)

    @contextmanager
    def _borrow(self, key: str, make: Callable[[], Loop], many: bool) -> Iterator[Loop]:
        """Lend a loop of a kind: one that is idle, or a new one, or the next that is given back."""
        kind = self._kinds.setdefault(key, Kind())
        with self._changed:
            while not kind.idle and not kind.wants_another(self._threads, many):
                self._changed.wait()
            loop = kind.idle.pop() if kind.idle else None
            kind.made += loop is None
        clock = time.perf_counter()
        try:
            if loop is None:
                loop = make()
                kind.seconds_compiling = time.perf_counter() - clock
                clock = time.perf_counter()
            yield loop
        finally:
            with self._changed:
                if loop is None:  # it couldn't be made
                    kind.made -= 1
                else:
                    kind.idle.append(loop)
                kind.seconds_training += time.perf_counter() - clock
                self._changed.notify_all()


def make_loop(engine: Engine, arm: Arm, architecture: Architecture, rows: Rows) -> Any:
    """Return the loop that trains an arm, for rows of these shapes."""
    if arm.training.after_stopping:
        return TwoPasses(arm, lambda arm, rows: make_loop(engine, arm, architecture, rows))
    if engine == "keras":
        return KerasLoop(arm, architecture)
    return CompiledLoop(arm, architecture, rows)
