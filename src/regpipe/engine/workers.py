"""Many fits on all cores: threads of one process, each with compiled loops of its own.

A compiled loop leaves Python for a block of epochs at a time, so two threads keep two cores busy.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.spec import Engine


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def fit_all(jobs: Sequence[Job], engine: Engine, workers: int) -> Iterator[Fit]:
    """Train each job and yield the fits in the order of the jobs.

    A fit doesn't depend on the number of workers: its seed is its own, and so is its loop.
    """
    own = threading.local()

    def fit(job: Job) -> Fit:
        if not hasattr(own, "loops"):
            own.loops = Loops(engine)
        return own.loops.fit(job)

    workers = min(workers, len(jobs))
    if workers <= 1:
        yield from map(fit, jobs)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="fits") as pool:
        yield from pool.map(fit, jobs)
