"""A worker or the scheduler of a cluster is killed: the run goes on, or the same command does."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command_lines import PROJECT
from tests.torture.conftest import Line
from tests.torture.left import contents, differing, fits

pytestmark = pytest.mark.torture

HOST = "127.0.0.2"  # as another machine has another address
LONG = {"moons.training.epochs": 300}
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes of their own, which end with the test."""
    started = []
    paths = os.pathsep.join([str(PROJECT), str(PROJECT / "src")])

    def start_it(*words: str) -> subprocess.Popen[str]:
        with (tmp_path / f"{len(started)}.err").open("w") as said:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *words], cwd=PROJECT, text=True, start_new_session=True,
                    stdout=subprocess.DEVNULL, stderr=said, env={**os.environ, "PYTHONPATH": paths},
                )
            )  # fmt: skip
        return started[-1]

    yield start_it
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        process.wait()


@pytest.fixture
def cluster(start: Start) -> Callable[[], tuple[str, list[subprocess.Popen[str]]]]:
    """Start a scheduler with two workers that come back when they die."""

    def begin() -> tuple[str, list[subprocess.Popen[str]]]:
        with socket.socket() as free:
            free.bind((HOST, 0))
            port = free.getsockname()[1]
        address = f"tcp://{HOST}:{port}"
        scheduler = start(
            "dask", "scheduler", "--host", HOST, "--port", str(port), "--no-dashboard"
        )
        worker = (
            *("dask", "worker", address, "--nthreads", "1", "--no-dashboard"),
            *("--preload", "tests.torture.stopped"),
        )
        return address, [scheduler, *(start(*worker) for _ in range(2))]

    return begin


def wait_for_fits(root: Path, n: int, run: subprocess.Popen[str]) -> None:
    while len(fits(root)) < n:
        assert run.poll() is None
        time.sleep(0.1)


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [child for text in found for child in (int(text), *children(int(text)))]


def test_a_killed_worker_and_a_killed_scheduler(
    start: Start, cluster: Any, line: Line, tmp_path: Path
) -> None:
    def command(root: Path, **parameters: Any) -> list[str]:
        return ["tests.torture.plainly", *line("moons_screen", root, **LONG, **parameters).split()]

    root, alone = tmp_path / "data", tmp_path / "alone"
    assert start(*command(alone)).wait() == 0
    address, (scheduler, worker, _) = cluster()
    run = start(*command(root, workers=address))
    wait_for_fits(root, 3, run)
    os.kill(children(worker.pid)[-1], signal.SIGKILL)
    wait_for_fits(root, 12, run)
    scheduler.kill()
    assert run.wait() == 1
    said = max(tmp_path.glob("*.err"), key=lambda file: int(file.stem)).read_text()
    assert re.search(r"Error: dask: the scheduler at \S+ has gone\. What was trained so far", said)
    assert "Traceback" not in said
    stored = fits(root)
    address, _ = cluster()
    again = start(*command(root, workers=address))
    assert again.wait() == 0
    assert stored.items() <= fits(root).items()  # nothing was trained twice
    assert differing(contents(root), contents(alone)) == []
