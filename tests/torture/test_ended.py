"""Ctrl-C and SIGTERM: one line or none, and the same command goes on."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from regpipe.kedro_side.interrupts import CODE, KEPT
from tests.command_lines import PROJECT
from tests.torture.conftest import Line
from tests.torture.forks import Forks
from tests.torture.left import contents, differing, fits

pytestmark = pytest.mark.torture


@pytest.mark.parametrize("at", [2, 50, 100, 150, 200])
def test_ctrl_c_at_a_write_says_one_line(
    at: int, forks: Forks, line: Line, finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    for workers in (1, 2):
        root = tmp_path / str(workers)
        fault = {"root": str(root), "at": at, "how": "int"}
        ended = forks.run(line("weight_l2", root, workers=workers), fault=fault)
        assert (ended.code, ended.err.strip()) == (CODE, KEPT)
    stored = fits(root)
    assert forks.run(line("weight_l2", root)).code == 0
    assert differing(contents(root), finished[1]) == []
    assert stored.items() <= fits(root).items()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["weight_l2", "moons_screen", "moons_cocktail"])
def test_it_ends_soon_at_any_time(
    number: int, name: str, forks: Forks, line: Line, tmp_path: Path
) -> None:
    root = tmp_path / "data"
    for delay in (3, 8):
        command = forks.start(line(name, root, **{"moons.training.epochs": 4000}))
        time.sleep(delay)
        os.kill(command.pid, number)
        ended = command.wait()
        if ended.code:
            if number == signal.SIGTERM:
                assert (ended.code, ended.err) == (-signal.SIGTERM, "")
            elif "Traceback" not in ended.err:  # of Kedro's own start, when nothing was begun
                assert (ended.code, ended.err.strip()) == (CODE, KEPT)
    assert not list(root.rglob("*.lock*"))


@pytest.mark.parametrize("twice", [False, True])
def test_ctrl_c_while_tensorflow_is_imported(twice: bool, line: Line, tmp_path: Path) -> None:
    """In a process of its own: what forks has imported it already."""
    words = line("weight_l2", tmp_path / "data").split()
    process = subprocess.Popen(
        [sys.executable, "-m", *words], cwd=PROJECT, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT / "src")},
    )  # fmt: skip
    maps = Path(f"/proc/{process.pid}/maps")
    while "tensorflow" not in maps.read_text():  # a library of its own is there
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    if twice:
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == CODE
    assert re.fullmatch(rf"\s*{re.escape(KEPT)}\s*", err)
