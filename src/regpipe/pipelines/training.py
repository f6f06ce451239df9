"""Train what isn't in the store yet."""

import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from regpipe.engine import halt, progress
from regpipe.engine.fit import Fit
from regpipe.engine.fit_store import FitStore
from regpipe.engine.job import Job
from regpipe.language import Engine, Random

if TYPE_CHECKING:
    from regpipe.engine.cluster.bundles import Cluster
    from regpipe.engine.loops import Loops

Item = TypeVar("Item")
Made = TypeVar("Made")
logger = logging.getLogger(__name__)


class Trainer:
    """Trains jobs of one kind after another; TensorFlow is imported once something is trained."""

    def __init__(
        self,
        engine: Engine,
        workers: int | Mapping[str, Any],
        store: FitStore,
        random: Random = "hash",
    ) -> None:
        """Take the engine, who trains, and the store.

        Args:
            engine: which trains.
            workers: how many threads (0: one per core), or the options of a Dask cluster.
            store: of fits.
            random: by which masks and noise are drawn.
        """
        self.store = store
        self.asked: set[str] = set()  # the keys of the fits that somebody asked for
        self.asked_by = ""  # the dataset that is made of them, where that is known
        self._engine, self._workers, self._random = engine, workers, random
        self._making = Lock()  # several nodes may ask at a time
        self._made: list[Loops | Cluster] = []  # once there, the ones for all

    def for_another(self) -> "Trainer":
        """Return one with the same store and loops that knows what it alone was asked for."""
        other = copy(self)
        other.asked, other.asked_by = set(), ""
        return other

    def fits_of(self, name: str, jobs: Sequence[Job]) -> list[Fit]:
        """Return the fit of each job; those that aren't stored yet are trained, and stored.

        `name` is what the progress calls them.
        """
        keys = [self.key(job) for job in jobs]
        self.asked.update(keys)
        fits = {key: fit for key in keys if (fit := self.store.load(key)) is not None}
        missing = {key: job for key, job in zip(keys, jobs, strict=True) if key not in fits}
        progress.expect(len(missing) - len(jobs))
        logger.debug("%s: %d fits, %d of them stored", name, len(jobs), len(jobs) - len(missing))
        if missing:
            trained = self._loops.fit_all(list(missing.values()))
            wanted = list(missing)
            for place, fit in trained:
                self.store.save(wanted[place], fit, self.asked_by)
                fits[wanted[place]] = fit
                progress.advance(name)
        return [fits[key] for key in keys]

    def key(self, job: Job) -> str:
        """Return the key of a job's fit in the store."""
        return job.key(self._engine, self._random)

    def in_threads(self, train: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
        """Return `train(item)` of each; as many at a time as there are threads to train in."""
        with halt.ended_with(ThreadPoolExecutor(self.threads)) as pool:
            return list(pool.map(train, items))

    @property
    def threads(self) -> int:
        """How many train at a time."""
        if not isinstance(self._workers, int):
            return self._loops.threads
        # model.fit draws from seeds that all threads share.
        return 1 if self._engine == "keras" else self._workers or cores()

    def _trained_by(self) -> "Loops | Cluster":
        from regpipe.engine.cluster.bundles import Cluster
        from regpipe.engine.loops import Loops

        if isinstance(self._workers, int):
            return Loops(self._engine, self._random, self.threads)
        return Cluster(self._engine, self._random, self._workers)

    @property
    def _loops(self) -> "Loops | Cluster":
        with self._making:
            if not self._made:
                self._made.append(self._trained_by())
            return self._made[0]


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
