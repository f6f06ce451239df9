"""A data root on S3 does all that one on this machine does, held against a server like S3."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from regpipe.engine.fit_store import FitStore
from regpipe.errors import SpecError
from regpipe.kedro_side.datasets import LooksDataset, NpzDataset, TrialJournalDataset
from regpipe.kedro_side.datasets.files import FileDataset
from regpipe.kedro_side.runner import lock
from regpipe.kedro_side.runner.lock import Occupied, release, take
from regpipe.language import Protocol
from regpipe.pipelines.looks import Looks
from regpipe.places.files import exists, files_in, read
from regpipe.places.place import Place
from tests.conftest import another_run
from tests.kedro_side.conftest import BUCKET, Server
from tests.pipelines.test_looks import at

KILLED = """
import os, signal, sys
from regpipe.kedro_side.runner.lock import take
from regpipe.places.place import place_of
take(place_of(sys.argv[1]), "weight_l2")
os.kill(os.getpid(), signal.SIGKILL)
"""
FITS = "06_models/fits/"


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys of the fits that are stored meanwhile."""
    keys: list[str] = []
    save = FitStore.save

    def saved(fits: FitStore, key: str, *given: Any) -> None:
        save(fits, key, *given)
        keys.append(key)

    monkeypatch.setattr(FitStore, "save", saved)
    return keys


def run_it(run: Callable[..., None], folder: Place, pipeline: str = "weight_l2") -> None:
    run(pipeline, data_root=folder, incremental=True)


# --- runs


def test_files_are_those_of_a_run_here_and_nothing_is_made_twice(
    run: Callable[..., None], server: Server, folder: Place, tiny_run: Path, trained: list[str]
) -> None:
    here = {
        str(file.relative_to(tiny_run)): file.read_bytes()
        for file in tiny_run.rglob("*")
        if file.is_file() and file.name != "lock"
    }
    for name in (name for name in here if name.startswith(FITS)):  # with the seconds they took
        server.put(f"{folder.name}/{name}", here[name])
    run_it(run, folder)
    there = server.contents(folder.name)
    assert json.loads(there.pop("made.json")) == json.loads(here.pop("made.json"))
    assert there.keys() == here.keys()  # the lock is gone, too
    assert [name for name in here if here[name] != there[name]] == []
    before = server.keys(folder.name)
    run_it(run, folder)
    assert server.keys(folder.name) == before and trained == []


def test_a_run_that_was_ended_goes_on_and_trains_nothing_twice(
    run: Callable[..., None], folder: Place, trained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    save = FitStore.save

    def saved(fits: FitStore, *given: Any) -> None:
        if len(trained) == 1:
            raise KeyboardInterrupt
        save(fits, *given)

    with monkeypatch.context() as patch:
        patch.setattr(FitStore, "save", saved)
        with pytest.raises(KeyboardInterrupt):
            run_it(run, folder, "moons")
    run_it(run, folder, "moons")
    assert len(trained) == len(set(trained)) == 4


def test_what_is_lost_or_damaged_is_made_again_and_nothing_else(
    run: Callable[..., None], server: Server, made: str, folder: Place, trained: list[str]
) -> None:
    fits = json.loads(server.get(f"{made}/made.json"))["weight_l2.weights"]["fits"]
    lost, damaged = fits[:2]
    names = {key: f"{made}/{FITS}{key[:2]}/{key}.npz" for key in fits}
    server.delete(names[lost])
    server.put(names[damaged], server.get(names[damaged])[:200])
    before = server.keys(made)
    run_it(run, folder)
    assert trained == [] and server.keys(made) == before  # nobody asks for them
    server.delete(f"{made}/06_models/weight_l2/weights.npz")
    server.put(f"{made}/08_reporting/weight_l2/summary.json", b"damaged")
    run_it(run, folder)
    assert sorted(trained) == sorted([lost, damaged])
    assert b"verdict" in server.get(f"{made}/08_reporting/weight_l2/summary.json")


# --- who has the folder


def test_a_run_beside_another_is_refused(run: Callable[..., None], folder: Place) -> None:
    with another_run(folder), pytest.raises(click.ClickException) as refused:
        run_it(run, folder)
    assert f"{folder} is in use by process {os.getpid()}" in refused.value.message
    assert "--params=data_root=DIR" in refused.value.message


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0.0)


@pytest.mark.usefixtures("_at_once")
def test_who_was_killed_here_has_nothing(server: Server, folder: Place) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert b"(weight_l2), since 2" in server.get(f"{folder.name}/lock")
    assert take(folder, "digits")
    assert f"process {os.getpid()} on" in server.get(f"{folder.name}/lock").decode()
    release(folder)
    assert server.keys(folder.name) == {}


@pytest.mark.usefixtures("_at_once")
def test_who_has_it_on_another_machine_is_told_and_how_to_go_on(
    server: Server, folder: Place
) -> None:
    server.put(f"{folder.name}/lock", b"process 7 on far (digits), since then\nanother's mark\n")
    for _ in range(2):
        with pytest.raises(Occupied, match="process 7 on far .digits., since then") as told:
            take(folder, "weight_l2")
        assert str(told.value).endswith(f"was killed, remove the object {folder / 'lock'}.")
    server.delete(f"{folder.name}/lock")
    assert take(folder, "weight_l2")


@pytest.mark.usefixtures("_at_once")
def test_of_machines_that_begin_at_the_same_moment_one_goes_on(
    server: Server, folder: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(place: Place) -> bytes:
        server.put(f"{folder.name}/lock", b"process 7 on far\n")
        raise FileNotFoundError

    monkeypatch.setattr(lock.lock_object, "read", too_late)
    with pytest.raises(Occupied, match="in use by another run"):
        take(folder, "weight_l2")
    assert server.get(f"{folder.name}/lock") == b"process 7 on far\n"


def test_a_bucket_that_is_missing_is_one_line(run: Callable[..., None], server: Server) -> None:
    with pytest.raises(click.ClickException) as refused:
        run("weight_l2", data_root="s3://none/folder", incremental=True)
    assert refused.value.message.startswith(
        "data_root: s3://none/folder/lock: The specified bucket does not exist. Expected a bucket"
    )
    assert [one["Name"] for one in server.client.list_buckets()["Buckets"]] == [BUCKET]


# --- single files


def test_what_others_change_is_seen_at_once(server: Server, folder: Place) -> None:
    file, key = folder / "a.npz", f"{folder.name}/a.npz"
    dataset = NpzDataset(filepath=str(file))
    for content in ({"a": np.ones(2)}, {"a": np.zeros(3)}):
        assert not exists(file) and files_in(folder) == {} and not dataset.exists()
        dataset.save(content)
        assert exists(file) and files_in(folder).keys() == {file} and dataset.exists()
        np.testing.assert_array_equal(dataset.load()["a"], content["a"])
        server.put(key, b"")
        assert files_in(folder) == {file: 0} and read(file) == b""
        server.delete(key)


class FolderDataset(FileDataset[list[str], list[str]]):
    """Saves and loads names of files that are in a folder."""

    def _write(self, path: Path, data: list[str]) -> None:
        path.mkdir()
        for name in data:
            (path / name).write_text(name)

    def _read(self, path: Path) -> list[str]:
        return sorted(file.name for file in path.iterdir() if file.read_text())


def test_a_folder_is_what_is_in_it_now(server: Server, folder: Place) -> None:
    dataset = FolderDataset(filepath=str(folder))
    for names in (["a", "b"], ["b", "c"]):
        dataset.save(names)
        assert dataset.load() == names and server.keys(folder.name).keys() == {*names}
    server.put(f"{folder.name}/d", b"d")
    server.delete(f"{folder.name}/c")
    assert dataset.load() == ["b", "d"] and dataset.exists()
    for name in ("b", "d"):
        server.delete(f"{folder.name}/{name}")
    assert not dataset.exists()


def test_verdicts_that_were_told_are_remembered(server: Server, folder: Place) -> None:
    def looks() -> Looks:
        return LooksDataset(path=str(folder / "looks.csv")).load()

    first, other = at(looks(), 30), Protocol(seed=2)
    looks().tell(first, ["helps"])
    assert at(looks(), 30).plan == replace(first.plan, taken=1)
    looks().tell(at(looks(), 30, protocol=other), ["hurts"])
    assert at(looks(), 30, protocol=other).plan.asked == 1
    assert len(server.get(f"{folder.name}/looks.csv").splitlines()) == 3
    server.put(f"{folder.name}/looks.csv", b"no table")
    with pytest.raises(SpecError, match=rf"^{folder}/looks.csv: can't be read"):
        looks().check()


def test_trials_that_ended_are_there_again(
    server: Server, folder: Place, caplog: pytest.LogCaptureFixture
) -> None:
    import optuna

    def study() -> Any:
        journal = TrialJournalDataset(path=str(folder / "trials.log")).load()
        return optuna.create_study(study_name="a", storage=journal, load_if_exists=True)

    first = study()
    first.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=3)
    first.ask()  # and it is killed
    again = study()
    assert [t.params for t in again.trials] == [t.params for t in first.trials[:3]]
    key = f"{folder.name}/trials.log"
    whole = server.get(key)
    server.put(key, whole + b'{"op_code":4,"wor')
    assert len(study().trials) == 3 and server.get(key) == whole
    assert f"{folder / 'trials.log'}: the last 17 bytes" in caplog.text
