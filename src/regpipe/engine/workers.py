"""Many fits on all cores: threads of one process.

A compiled loop leaves Python for a chunk of epochs at a time, so two threads keep two cores busy.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.language import Engine, Random


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Trains jobs, and keeps what was compiled for them."""

    def __init__(self, engine: Engine, n: int, random: Random = "hash") -> None:
        """Take the engine, the number of threads, and how masks and noise are drawn."""
        self._n = n
        self._loops = Loops(engine, random)

    @property
    def compiles(self) -> int:
        """How many programs were compiled so far."""
        return self._loops.compiles

    def fit_all(self, jobs: Sequence[Job]) -> Iterator[Fit]:
        """Train each job and yield the fits in the order of the jobs.

        A fit doesn't depend on the number of workers: its seed is its own.
        """
        threads = min(self._n, len(jobs))
        if threads <= 1:
            yield from map(self._loops.fit, jobs)
            return
        with ThreadPoolExecutor(threads, thread_name_prefix="fits") as pool:
            yield from pool.map(self._loops.fit, jobs)
