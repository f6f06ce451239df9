"""Jobs are cut into bundles, and these are sent to workers.

A bundle is of fits of one kind, which pay for one compile, and goes to a worker that has compiled
that kind before, if there is one. Rows that only score stay here: a fit's weights have to come back
in any case, as they are stored, and are less than those rows.
"""

import json
import logging
import pickle
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from regpipe.engine import halt
from regpipe.engine.cluster.client import client_of
from regpipe.engine.cluster.worker import about, check, train
from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.errors import SpecError, reason_of
from regpipe.language import Engine, Random

logger = logging.getLogger(__name__)

FEWEST, MOST = 10, 30  # fits of a bundle: a compile takes as long as 10 or more of them
KEPT = "What was trained so far is kept: the same command goes on from there."


class Cluster:
    """Trains any job on the workers of a cluster; any thread may ask."""

    def __init__(self, engine: Engine, random: Random, options: Mapping[str, Any]) -> None:
        """Connect.

        Args:
            engine: which trains.
            random: by which masks and noise are drawn.
            options: those of `distributed.Client`, such as the `address` of a scheduler; without
                one, those of `distributed.LocalCluster`.

        Raises:
            SpecError: nobody answers, or a worker would train otherwise than this process.
        """
        self._how = engine, random
        self._client = client_of(json.dumps(dict(options), sort_keys=True))
        self._address = self._client.scheduler.address
        self._about = about()
        try:
            told = self._client.run(about)
        except OSError as error:
            raise SpecError(
                f"dask: a worker of {self._address} ended before it trained ({reason_of(error)}). "
                "Expected about 1 GB of memory for each."
            ) from None
        for worker, theirs in told.items():
            check(worker, theirs, self._about)
        if not self._client.nthreads():  # which is right where they come when there is work
            logger.warning(
                "%s has no workers yet. Fits wait for the first one: dask worker %s",
                *(self._address, self._address),
            )
        self._compiled: dict[str, set[str]] = defaultdict(set)  # workers, by kinds

    @property
    def threads(self) -> int:
        """How many fits the workers that there are now train at a time."""
        return max(1, sum(self._client.nthreads().values()))

    def fit_all(self, jobs: Sequence[Job]) -> Iterator[tuple[int, Fit]]:
        """Train each job; yield its place among the jobs, and its fit, as soon as it is done.

        A fit doesn't depend on where and when it is trained: its seed is its own.

        Raises:
            SpecError: the scheduler has gone, or no worker survives a fit.
        """
        from distributed import as_completed

        bundles = {}
        with self._losses_told():
            for kind, places in self._bundles(jobs):
                lean = pickle.dumps([_lean(jobs[place]) for place in places])
                before = sorted(self._compiled[kind])
                wish = {"workers": before, "allow_other_workers": True} if before else {}
                task = self._client.submit(train, self._how, self._about, lean, pure=False, **wish)
                bundles[task] = kind, places
            try:
                for task in as_completed(bundles, loop=self._client.loop):
                    kind, places = bundles[task]
                    worker, fits = task.result()
                    self._compiled[kind].add(worker)
                    yield from zip(places, pickle.loads(fits), strict=True)
                    task.release()
                    halt.check()  # what had come is stored by now
            finally:
                if self._client.status == "running":  # nobody waits for what is left
                    self._client.cancel([task for task in bundles if not task.done()])

    def close(self) -> None:
        """Let go of it; a cluster of this machine ends."""
        self._client.close()
        if self._client.cluster is not None:
            self._client.cluster.close()

    @contextmanager
    def _losses_told(self) -> Iterator[None]:
        """Tell in a line that the scheduler, or worker after worker, is lost."""
        from distributed import CancelledError, KilledWorker

        try:
            yield
        except KilledWorker as error:
            raise SpecError(
                f"dask: worker after worker died at the same fits, the last at "
                f"{error.last_worker.address}. Have they enough memory? {KEPT}"
            ) from None
        except (CancelledError, OSError):
            if self._client.status == "running":
                raise
            raise SpecError(f"dask: the scheduler at {self._address} has gone. {KEPT}") from None

    def _bundles(self, jobs: Sequence[Job]) -> Iterator[tuple[str, list[int]]]:
        """Yield the kind and the places of the jobs of each bundle."""
        from regpipe.engine.loops import kind_of

        kinds: dict[str, list[int]] = defaultdict(list)
        for place, job in enumerate(jobs):
            kinds[kind_of(job.arm, job.architecture)].append(place)
        for kind, places in kinds.items():
            size = min(max(-(-len(places) // self.threads), FEWEST), MOST)
            for begin in range(0, len(places), size):
                yield kind, places[begin : begin + size]


def _lean(job: Job) -> Job:
    """Return a job without the rows that its training never reads."""
    rows = job.rows
    return replace(job, rows=replace(rows, x_score=rows.x_score[:0], y_score=rows.y_score[:0]))
