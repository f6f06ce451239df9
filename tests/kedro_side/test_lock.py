"""One run at a time has a data folder, from before anything is read until all is told."""

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from regpipe.kedro_side.datasets import TrainerDataset
from regpipe.kedro_side.runner import IncrementalRunner, lock
from regpipe.kedro_side.runner.hooks import LockHooks
from regpipe.kedro_side.runner.lock import FILE, Occupied, release, take

HOLDER = """
import sys
from pathlib import Path
from regpipe.kedro_side.runner.lock import take
print(take(Path(sys.argv[1]), "weight_l2"), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    yield
    for folder in list(lock._holds):
        release(folder)


def in_another_thread(do: Callable[[], Any]) -> Any:
    """Return what it returns, or the error that it raises."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(do())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def is_held(folder: Path) -> bool:
    """Whether somebody else is refused; if not, they let go again."""

    def look() -> None:
        take(folder, "look")
        release(folder)

    return isinstance(in_another_thread(look), Occupied)


def test_who_comes_second_is_told_who_has_it_and_a_killed_process_has_nothing(
    tmp_path: Path,
) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None and holder.stdout.readline() == "True\n"
        with pytest.raises(Occupied, match=rf"process {holder.pid} on .* \(weight_l2\), since 2"):
            take(tmp_path, "digits")
        assert os.listdir(tmp_path) == [FILE]
        holder.kill()
    assert take(tmp_path, "digits")


def test_of_those_that_begin_at_the_same_moment_one_goes_on(tmp_path: Path) -> None:
    begin, over = threading.Barrier(8), threading.Barrier(8)
    went_on: list[bool] = []

    def run() -> None:
        begin.wait()
        try:
            went_on.append(take(tmp_path, "weight_l2"))
        except Occupied:
            went_on.append(False)
        over.wait()
        release(tmp_path)

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(went_on) == [False] * 7 + [True]
    assert take(tmp_path, "weight_l2")


def test_a_thread_whose_run_was_interrupted_begins_another(tmp_path: Path) -> None:
    assert take(tmp_path, "interrupted")
    assert take(tmp_path, "another")
    assert is_held(tmp_path)
    release(tmp_path)
    assert not is_held(tmp_path)


def test_what_a_thread_that_is_over_had_is_free(tmp_path: Path) -> None:
    assert in_another_thread(lambda: take(tmp_path, "interrupted"))
    assert take(tmp_path, "another")


def test_nobody_lets_go_of_what_another_thread_has(tmp_path: Path) -> None:
    take(tmp_path, "weight_l2")
    in_another_thread(lambda: release(tmp_path))
    assert is_held(tmp_path)


def test_a_folder_that_may_only_be_read_is_read_without_a_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> int:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", refuse)
    assert not take(tmp_path, "weight_l2")
    release(tmp_path)
    assert not caplog.text


def test_where_there_are_no_locks_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock.fcntl, "flock", refuse)
    assert not take(tmp_path, "weight_l2")
    assert "No locks available" in caplog.text and "one run at a time" in caplog.text


class Session:
    """Runs a pipeline as Kedro's sessions do, with our hooks and one that looks at the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.held = folder, dict[str, bool]()
        self.begun = folder / "06_models" / "ab" / "abab.4711.tmp"  # left behind by a killed run
        self.begun.parent.mkdir(parents=True, exist_ok=True)
        self.begun.write_bytes(b"half")
        self._hooks = _create_hook_manager()
        self._hooks.register(LockHooks())
        self._hooks.register(self)

    @hook_impl(trylast=True)
    def before_pipeline_run(self) -> None:
        self.held["before"] = is_held(self.folder)

    @hook_impl(trylast=True)
    def after_pipeline_run(self) -> None:
        self.held["after"] = is_held(self.folder)

    @hook_impl(trylast=True)
    def on_pipeline_error(self) -> None:
        self.held["error"] = is_held(self.folder)

    def run(self, do: Callable[[int], int]) -> None:
        catalog = DataCatalog.from_config(
            {"made": {"type": "json.JSONDataset", "filepath": str(self.folder / "made.json")}}
        )
        catalog["params:number"] = 3
        catalog["trainer"] = TrainerDataset(
            path=str(self.folder / "06_models"), engine="compiled", workers=1
        )
        pipeline = Pipeline([node(do, "params:number", "doubled", name="double")])
        arguments = {
            "run_params": {"pipeline_names": ["moons"]},
            "pipeline": pipeline,
            "catalog": catalog,
        }
        self._hooks.hook.before_pipeline_run(**arguments)
        try:
            made = IncrementalRunner().run(pipeline, catalog, self._hooks)
        except Exception as error:
            self._hooks.hook.on_pipeline_error(error=error, **arguments)
            raise
        self._hooks.hook.after_pipeline_run(run_result=made, **arguments)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def test_a_run_has_the_folder_until_all_is_told(session: Session) -> None:
    inside = []

    def look(number: int) -> int:
        inside.append(is_held(session.folder))
        return number

    session.run(look)
    assert inside == [True] and session.held == {"before": True, "after": True}
    assert not is_held(session.folder) and not session.begun.exists()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_run_that_fails_or_is_interrupted_lets_go(
    session: Session, error: type[BaseException]
) -> None:
    def fail(number: int) -> int:
        raise error

    with pytest.raises(error):
        session.run(fail)
    assert session.held["before"] and not is_held(session.folder)


def test_a_second_run_does_nothing_and_says_what_to_do(session: Session) -> None:
    take(session.folder, "weight_l2")
    other = Session(session.folder)
    error = in_another_thread(lambda: other.run(lambda number: number))
    assert isinstance(error, click.ClickException)
    assert "(weight_l2), since" in error.message and "--params=data_root=DIR" in error.message
    assert not other.held and other.begun.exists()
    assert sorted(os.listdir(session.folder)) == ["06_models", FILE]
