"""A machine that gives out: a full disk, a folder to be read alone, too little of something.

What a user sees is one line that says what is missing; with more room, the same command goes on.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.torture.conftest import Line
from tests.torture.forks import Ended, Forks
from tests.torture.left import contents, differing

pytestmark = pytest.mark.torture
ROOT = os.geteuid() == 0  # may mount, and isn't kept from writing by modes


def said(ended: Ended) -> str:
    """Return the one line of a run that failed."""
    assert ended.code == 1
    assert "Traceback" not in ended.out + ended.err
    lines = [text for text in ended.err.splitlines() if text.strip()]
    assert len(lines) == 1, ended.err
    return lines[0]


@contextmanager
def disk(folder: Path, kilobytes: int) -> Iterator[None]:
    """Have a disk of that size at a folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write to a folder."""
    if ROOT:
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
    else:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        if ROOT:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        else:
            for path in [folder, *folder.rglob("*")]:
                path.chmod(path.stat().st_mode | 0o200)


@pytest.mark.parametrize("kilobytes", [4, 16, 64, 100, 160, 250] if ROOT else [])
def test_a_full_disk(
    kilobytes: int, forks: Forks, line: Line, finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    with disk(tmp_path / "full", kilobytes):
        root = tmp_path / "full" / "data"
        assert "No space left on device" in said(forks.run(line("weight_l2", root)))
        assert not list(root.rglob("*.tmp*"))
        grow = ["mount", "-o", "remount,size=100m", str(tmp_path / "full")]
        subprocess.run(grow, check=True)
        assert forks.run(line("weight_l2", root)).code == 0
        assert differing(contents(root), finished[1]) == []


@pytest.mark.parametrize("size", [0, 1000, 10000])
def test_files_that_may_not_be_larger(
    size: int, forks: Forks, line: Line, finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    root = tmp_path / "data"
    assert "File too large" in said(
        forks.run(line("weight_l2", root), limits={"RLIMIT_FSIZE": size})
    )
    assert not list(root.rglob("*.tmp*"))
    assert forks.run(line("weight_l2", root)).code == 0
    assert differing(contents(root), finished[1]) == []


def test_a_folder_to_be_read_alone(
    forks: Forks, line: Line, finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    empty, half, whole = (tmp_path / name for name in ("empty", "half", "whole"))
    empty.mkdir()
    for copy in (half, whole):
        shutil.copytree(finished[0], copy)
    shutil.rmtree(half / "08_reporting")
    for folder in (empty, half):
        with read_only(folder):
            line_said = said(forks.run(line("weight_l2", folder)))
            assert "Read-only file system" in line_said or "Permission denied" in line_said
    with read_only(whole):
        ended = forks.run(line("weight_l2", whole))
        assert ended.code == 0 and "Test accuracy" in ended.out and not ended.err
        parts = forks.run(f"{line('weight_l2', whole)} --tags=plot")
        assert parts.code == 0 and not parts.err


@pytest.mark.parametrize("engine", ["compiled", "keras"] if ROOT else [])
def test_a_full_folder_for_temporary_files_is_none_of_a_run(
    engine: str, forks: Forks, line: Line, tmp_path: Path
) -> None:
    """TensorFlow would translate Python by way of files in it."""
    with disk(tmp_path / "tmp", 4):
        temporary = str(tmp_path / "tmp")
        ended = forks.run(line("moons", tmp_path / "data", engine=engine), TMPDIR=temporary)
        assert ended.code == 0 and not ended.err


@pytest.mark.parametrize("files", [5, 7])
def test_too_few_open_files(files: int, forks: Forks, line: Line, tmp_path: Path) -> None:
    ended = forks.run(line("weight_l2", tmp_path / "data"), limits={"RLIMIT_NOFILE": files})
    assert "Too many open files" in said(ended)


def test_too_little_memory(forks: Forks, line: Line, tmp_path: Path) -> None:
    limits = {"RLIMIT_AS": 4_000_000_000}
    many = {"limits.units": 50_000_000, "limits.weights": 200_000_000}
    units = {"moons.network.hidden.Dense.units": 50_000_000, **many}
    ended = forks.run(line("weight_l2", tmp_path / "data", **units), limits=limits)
    assert "memory" in said(ended)
