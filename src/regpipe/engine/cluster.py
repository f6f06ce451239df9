"""Fits on the workers of a Dask cluster: processes of this machine, or those of any scheduler.

A task is a bundle of fits of one kind, which pays for its compile once, and goes to a worker that
has compiled that kind before, if there is one. Rows that only score stay here. A worker imports
this module before anything is trained, so it doesn't import TensorFlow.
"""

import json
import logging
import os
import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from regpipe.engine import halt
from regpipe.engine.fit import Fit
from regpipe.engine.job import CODE, LIBRARIES, Job
from regpipe.errors import SpecError, reason_of
from regpipe.language import Engine, Random
from regpipe.provenance.closures import code_digest
from regpipe.provenance.versions import version_of

if TYPE_CHECKING:
    from distributed import Client

    from regpipe.engine.loops import Loops

logger = logging.getLogger(__name__)

FEWEST, MOST = 10, 30  # fits of a bundle: a compile takes as long as 10 or more of them
KEPT = "What was trained so far is kept: the same command goes on from there."
PATIENCE = 10  # seconds in which a scheduler has to answer


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
        for worker, theirs in self._client.run(about).items():
            _check(worker, theirs, self._about)
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
                lean = [_lean(jobs[place]) for place in places]
                before = sorted(self._compiled[kind])
                wish = {"workers": before, "allow_other_workers": True} if before else {}
                task = self._client.submit(train, self._how, self._about, lean, pure=False, **wish)
                bundles[task] = kind, places
            try:
                for task in as_completed(bundles, loop=self._client.loop):
                    halt.check()
                    kind, places = bundles[task]
                    worker, fits = task.result()
                    self._compiled[kind].add(worker)
                    yield from zip(places, fits, strict=True)
                    task.release()
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


# What follows runs on a worker.

_one_at_a_time = Lock()  # fits of `model.fit`, whose threads share their seeds


@cache
def _loops(engine: Engine, random: Random) -> "Loops":
    from distributed import get_worker

    from regpipe.engine.loops import Loops

    return Loops(engine, random, threads=get_worker().state.nthreads)


def train(
    how: tuple[Engine, Random], expected: Mapping[str, str | None], jobs: Sequence[Job]
) -> tuple[str, list[Fit]]:
    """Train a bundle of jobs; return the worker's address, and the fits.

    Raises:
        SpecError: this worker would train otherwise than who asks: it came later than others.
    """
    from distributed import get_worker

    worker = get_worker().address
    _check(worker, about(), expected)
    with _one_at_a_time if how[0] == "keras" else nullcontext():
        return worker, [_loops(*how).fit(job) for job in jobs]


def about() -> dict[str, str | None]:
    """Return what decides what becomes of a fit."""
    libraries = {name: version_of(name) for name in LIBRARIES}
    code = code_digest(CODE, LIBRARIES)[:12]
    return {"Python": platform.python_version(), **libraries, "regpipe's code": code}


def _check(worker: str, theirs: Mapping[str, str | None], ours: Mapping[str, str | None]) -> None:
    if differing := [name for name in ours if theirs.get(name) != ours[name]]:
        said = ", ".join(f"{name} {theirs.get(name)} instead of {ours[name]}" for name in differing)
        raise SpecError(f"dask: the worker at {worker} has {said}. Expected the same everywhere.")


# How a client is come by.

_clients: dict[str, "Client"] = {}
_connecting = Lock()


def client_of(options: str) -> "Client":
    """Return the client of a cluster, by its options as JSON; one for all runs of a process."""
    with _connecting:
        client = _clients.get(options)
        if client is None or client.status != "running":
            client = _clients[options] = _connected(**json.loads(options))
            logger.info("Training on %s (%s).", client.scheduler.address, client.dashboard_link)
        return client


def _connected(address: str | None = None, **options: Any) -> "Client":
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")  # here, and in its processes
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise SpecError(
            "workers: dask isn't installed. Expected it: pip install 'regpipe[dask]'."
        ) from None
    if address is None:
        settings = {"threads_per_worker": 1, "silence_logs": logging.ERROR, **options}
        return Client(LocalCluster(**settings), set_as_default=False)
    try:
        return Client(address, **{"timeout": PATIENCE, "set_as_default": False, **options})
    except (OSError, ValueError) as error:
        raise SpecError(
            f"dask: no scheduler answers at {address} ({reason_of(error)}). Expected the address "
            "that `dask scheduler` shows, such as tcp://10.0.0.1:8786."
        ) from None
