"""Threads against the processes of a Dask cluster, and how many workers one scheduler can serve.

Prints tables in Markdown. The fits of the last one are stubs: a worker sleeps as long as a bundle
takes and answers with as many bytes; scheduler, client and store of fits are the real ones.

    python benchmarks/cluster.py
"""

import asyncio
import pickle
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import psutil
from arms import CASES, prepare
from distributed import Client, Worker, get_worker
from scaling import markdown, resident

from regpipe.engine.cluster import bundles
from regpipe.engine.cluster.bundles import MOST, Cluster
from regpipe.engine.fit import Fit, make_fit
from regpipe.engine.fit_store import FitStore
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.pipelines.training import Trainer, cores

FITS, ROUNDS = 120, 3
KINDS = [case.name for case in CASES if case.name not in ("digits", "waves", "table", "codes")]
WORKERS = (10, 25, 50, 100)
EACH = 3  # bundles for each stub worker
SECONDS = 0.2  # a stub sleeps for each fit
IN_ONE = 25  # stub workers in one process


def main() -> None:
    """Measure and print."""
    for table in (sizes, throughput, memory, stubs):
        print(f"{table.__name__}\n\n{markdown(table())}\n", flush=True)


def jobs_of(name: str, n: int, first: int = 0) -> list[Job]:
    """Return so many jobs of an arm, which differ in their seeds."""
    arm, architecture, rows = prepare(name)
    return [Job(arm, architecture, rows, first + seed) for seed in range(n)]


def sizes() -> pd.DataFrame:
    """Return the bytes of a job of `weight_l2`, with and without rows that score, and of a fit."""
    job = jobs_of("weight_l2", 1)[0]
    inputs, targets = (np.zeros((10_000, n), np.float32) for n in (2, 1))
    score = {"x_score": inputs, "y_score": targets}
    job = replace(job, rows=replace(job.rows, **score))
    parts = {"job": job, "without rows that only score": bundles._lean(job), "fit": stub_fit(job)}
    return pd.DataFrame({name: [len(pickle.dumps(part, 5))] for name, part in parts.items()})


def throughput() -> pd.DataFrame:
    """Return fits of `weight_l2` per second by threads and by processes, each compiled before.

    Raises:
        AssertionError: a fit of processes isn't that of threads, to the bit.
    """
    options = {"dashboard_address": None}
    ways: dict[str, Loops | Cluster] = {
        "1 thread": Loops("compiled"),
        f"{cores()} threads": Loops("compiled", threads=cores()),
        "1 process": Cluster("compiled", "hash", {**options, "n_workers": 1}),
        "1 process of 2 threads": Cluster(
            "compiled", "hash", {**options, "n_workers": 1, "threads_per_worker": 2}
        ),
        "2 processes": Cluster("compiled", "hash", {**options, "n_workers": 2}),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    begun: dict[str, float] = {}
    for way, trains in ways.items():
        clock = time.perf_counter()
        list(trains.fit_all(jobs_of("weight_l2", FITS)))
        begun[way] = FITS / (time.perf_counter() - clock)
    for _ in range(ROUNDS):
        found = {}
        for way, trains in ways.items():
            clock = time.perf_counter()
            found[way] = dict(trains.fit_all(jobs_of("weight_l2", FITS)))
            speeds[way].append(FITS / (time.perf_counter() - clock))
        first, *others = found.values()
        assert all(same(fits[k], fit) for fits in others for k, fit in first.items())
    for trains in ways.values():
        if isinstance(trains, Cluster):
            trains.close()
    return pd.DataFrame(
        {
            way: [begun[way], statistics.median(per_second), max(per_second)]
            for way, per_second in speeds.items()
        }
    )


def same(fit: Fit, other: Fit) -> bool:
    """Whether two fits are equal to the bit."""
    return all(
        mine.keys() == theirs.keys()
        and all(np.array_equal(mine[name], theirs[name], equal_nan=True) for name in mine)
        for mine, theirs in ((fit.weights, other.weights), (fit.history, other.history))
    )


def memory() -> pd.DataFrame:
    """Return the resident MiB of a worker after one kind of fits, and after many."""
    cluster = Cluster("compiled", "hash", {"n_workers": 1, "dashboard_address": None})
    found = {}
    for kinds in (1, len(KINDS) // 2, len(KINDS)):
        for name in KINDS[:kinds]:
            list(cluster.fit_all(jobs_of(name, 1)))
        (found[f"{kinds} kinds"],) = cluster._client.run(resident).values()
    cluster.close()
    return pd.DataFrame({name: [mib] for name, mib in found.items()})


def stubs() -> pd.DataFrame:
    """Return what it takes to serve more and more workers that only sleep.

    Their answers come through the scheduler, or straight from the workers.
    """
    trained, bundles.train = bundles.train, stub_train
    table = pd.DataFrame([stubbed(n, straight) for straight in (False, True) for n in WORKERS])
    bundles.train = trained
    return table


def stubbed(n: int, straight: bool) -> dict[str, float]:
    """Return what it takes to serve so many workers."""
    with stub_cluster(n) as (address, scheduler), TemporaryDirectory() as folder:
        options = {"address": address, "direct_to_workers": straight}
        trainer = Trainer("compiled", options, FitStore(Path(folder)))
        assert trainer.threads == n
        jobs = jobs_of("weight_l2", n * EACH * MOST)
        before, cpu, clock = used(scheduler), time.process_time(), time.perf_counter()
        trainer.fits_of("stub", jobs)
        seconds = time.perf_counter() - clock
        cpu, scheduled = time.process_time() - cpu, used(scheduler) - before
        trainer._loops.close()
    print(f"{n} stub workers", file=sys.stderr)
    return {
        "workers": n,
        "straight": straight,
        "fits/s": len(jobs) / seconds,
        "% of time asleep": 100 * len(jobs) * SECONDS / n / seconds,
        "scheduler, CPU ms per bundle": 1000 * scheduled / (n * EACH),
        "client, CPU ms per fit": 1000 * cpu / len(jobs),
    }


def stub_train(how: object, expected: Mapping[str, str | None], bundle: bytes) -> tuple[str, bytes]:
    """Sleep as long as a bundle takes, and answer with as much."""
    jobs = pickle.loads(bundle)
    time.sleep(SECONDS * len(jobs))
    return get_worker().address, pickle.dumps([stub_fit(job) for job in jobs])


def stub_fit(job: Job) -> Fit:
    """Return something of the size of a fit of `weight_l2`."""
    epochs = job.arm.training.epochs
    shapes = {"hidden/kernel": (2, 500), "hidden/bias": (500,), "output/kernel": (500, 1)}
    logs = ("loss", "accuracy", "val_loss", "val_accuracy")
    return make_fit(
        {name: np.full(shape, job.seed, np.float32) for name, shape in shapes.items()},
        {name: np.full(epochs, job.seed, np.float32) for name in logs},
        SECONDS,
        stopped=False,
        best_epoch=None,
    )


def used(process: psutil.Process) -> float:
    """Return the CPU seconds of a process."""
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def stub_cluster(n: int) -> Iterator[tuple[str, psutil.Process]]:
    """Start a scheduler and so many workers; yield its address, and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", port]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen([*command, "--no-dashboard"], **quiet)
    hosts = []
    for begin in range(0, n, IN_ONE):
        some = str(min(IN_ONE, n - begin))
        hosts.append(subprocess.Popen([sys.executable, __file__, "host", address, some], **quiet))
    try:
        wait_for(address, n)
        yield address, psutil.Process(scheduler.pid)
    finally:
        for process in (*hosts, scheduler):
            process.kill()
            process.wait()


def wait_for(address: str, n: int) -> None:
    """Wait until so many workers are there."""
    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(n, timeout=300)


async def host(address: str, n: int) -> None:
    """Be so many workers, each with a thread."""
    workers = [Worker(address, nthreads=1, memory_limit=0, dashboard=False) for _ in range(n)]
    await asyncio.gather(*workers)
    await asyncio.gather(*(worker.finished() for worker in workers))


if __name__ == "__main__":
    if sys.argv[1:2] == ["host"]:
        asyncio.run(host(sys.argv[2], int(sys.argv[3])))
    else:
        main()
