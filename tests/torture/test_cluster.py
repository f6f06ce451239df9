"""A worker, the scheduler or the run itself is ended: it goes on, or the same command does."""

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

from regpipe.kedro_side.interrupts import CODE, KEPT
from tests.command_lines import PROJECT
from tests.torture.conftest import Line
from tests.torture.left import contents, differing, fits

pytestmark = pytest.mark.torture

HOST = "127.0.0.2"  # as another machine has another address
LONG = {"moons.training.epochs": 300}
Start = Callable[..., subprocess.Popen[str]]
Command = Callable[..., list[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start processes of their own, which end with the test."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background's would be ignored
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


@pytest.fixture
def command(line: Line) -> Command:
    """Return what runs a pipeline on a data folder, with the clocks of files stopped."""

    def words(name: str, root: Path, **parameters: Any) -> list[str]:
        return ["tests.torture.plainly", *line(name, root, **LONG, **parameters).split()]

    return words


def said(folder: Path) -> str:
    """Return what the process that was started last wrote to its standard error."""
    return max(folder.glob("*.err"), key=lambda file: int(file.stem)).read_text()


def test_a_killed_worker_and_a_killed_scheduler(
    start: Start, cluster: Any, command: Command, tmp_path: Path
) -> None:
    root, alone = tmp_path / "data", tmp_path / "alone"
    assert start(*command("moons_screen", alone)).wait() == 0
    address, (scheduler, worker, _) = cluster()
    run = start(*command("moons_screen", root, workers=address))
    wait_for_fits(root, 3, run)
    os.kill(children(worker.pid)[-1], signal.SIGKILL)
    wait_for_fits(root, 12, run)
    scheduler.kill()
    assert run.wait() == 1
    told = said(tmp_path)
    assert re.search(r"Error: dask: the scheduler at \S+ has gone\. What was trained so far", told)
    assert "Traceback" not in told
    stored = fits(root)
    address, _ = cluster()
    again = start(*command("moons_screen", root, workers=address))
    assert again.wait() == 0
    assert stored.items() <= fits(root).items()  # nothing was trained twice
    assert differing(contents(root), contents(alone)) == []


@pytest.mark.parametrize("name", ["moons_cocktail", "weight_l2_grid"])
def test_a_run_that_is_ended_and_another_on_the_same_workers(
    name: str, start: Start, cluster: Any, command: Command, tmp_path: Path
) -> None:
    root, alone = tmp_path / "data", tmp_path / "alone"
    assert start(*command(name, alone)).wait() == 0
    address, _ = cluster()
    stored: dict[str, int] = {}
    for number in (signal.SIGKILL, signal.SIGINT):
        run = start(*command(name, root, workers=address))
        wait_for_fits(root, len(stored) + 1, run)
        run.send_signal(number)
        assert run.wait() == (-number if number == signal.SIGKILL else CODE)
        assert said(tmp_path).strip() == ("" if number == signal.SIGKILL else KEPT)
        assert stored.items() <= fits(root).items()
        stored = fits(root)
    assert start(*command(name, root, workers=address)).wait() == 0
    assert stored.items() <= fits(root).items()
    assert differing(contents(root), contents(alone)) == []
