"""`kedro regpipe store` shows, checks, and removes what no block makes any more, nothing else."""

import errno
import json
import shutil
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.context import KedroContext
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from regpipe.cli import cli
from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side import folder as folder_module
from regpipe.kedro_side import store as store_module
from regpipe.kedro_side.runner.lock import FILE
from regpipe.places.place import Place
from tests.conftest import PROJECT, another_run
from tests.engine.test_fit_store import KEY, OTHER, a_fit
from tests.kedro_side.conftest import Server

THIRD = "ef" * 32


@cache
def context() -> KedroContext:
    """Return the project's context, made once: to read all files of YAML takes seconds."""
    bootstrap_project(PROJECT)
    return KedroSession.create(PROJECT).load_context()


def store(command: str, folder: Path) -> Result:
    class Session:
        @staticmethod
        def create(env: str | None, runtime_params: dict[str, str]) -> Any:
            loader = context().config_loader
            loader.runtime_params, loader._runtime_params_oc = runtime_params, None
            return SimpleNamespace(load_context=context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folder_module, "KedroSession", Session)
        arguments = ["regpipe", "store", *command.split(), "--data-root", str(folder)]
        return CliRunner().invoke(cli, arguments)


def left(root: Path) -> set[str]:
    return {file.name for file in root.rglob("*") if file.is_file()}


@pytest.fixture
def root(tiny_run: Path, tmp_path: Path) -> Path:
    """What weight_l2 left, with two fits, a journal and a half-written file that none asks for."""
    shutil.copytree(tiny_run, tmp_path, dirs_exist_ok=True)
    fits = FitStore(tmp_path / "06_models" / "fits")
    fits.save(KEY, a_fit(), "gone.fits")
    fits.save(OTHER, a_fit())
    for name, text in {
        "06_models/moons_cocktail/trials.log": '{"op_code": 0, "worker_id": "a"}\n',
        "06_models/gone_cocktail/trials.log": '{"op_code": 0, "worker_id": "a"}\n',
        "07_model_output/gone/runs.4711.tmp.csv": "half",
        "08_reporting/gone/comparison.csv": "a,b",
        "08_reporting/gone/notes.txt": "a person's own",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    records = json.loads((tmp_path / "made.json").read_text())
    digest = "bc3847c8aad1cc7c8d8c59ba9cd3ee92d8a4d2ad0c1a1f3b1a7c0f2a9b5d3e7f"
    records["gone.comparison"] = {"fingerprint": "ab", "content": digest}
    (tmp_path / "made.json").write_text(json.dumps(records))
    return tmp_path


def test_it_shows_what_each_block_uses(root: Path) -> None:
    shown = store("", root)
    assert shown.exit_code == 0, shown.output
    rows = {line.split()[0]: line.split() for line in shown.output.splitlines() if line.strip()}
    assert rows["moons"][4] == rows["weight_l2"][4] == "4"  # fits: 2 fixed and 2 fresh
    assert "used by nothing yet" in shown.output and rows["all"][4] == "10"


def test_what_no_block_makes_is_removed_and_nothing_else(root: Path) -> None:
    before = left(root)
    tried = store("gc --dry-run", root)
    assert (
        tried.exit_code == 0
        and "would be removed" in tried.output
        and left(root) == before | {FILE}
    )
    done = store("gc", root)
    assert done.exit_code == 0, done.output
    assert "1 dataset, 1 fit, 1 journal, 1 half-written file (" in done.output
    assert "): removed." in done.output and "  gone.comparison\n" in done.output
    # A fit of another runner, which didn't say for what it was, may be wanted.
    assert before - left(root) == {f"{KEY}.npz", "runs.4711.tmp.csv", "comparison.csv"} - left(root)
    assert not (root / "06_models" / "gone_cocktail").exists()
    assert (root / "06_models" / "moons_cocktail" / "trials.log").exists()
    assert (root / "08_reporting" / "gone" / "notes.txt").exists()
    assert not (root / "08_reporting" / "gone" / "comparison.csv").exists()
    assert "gone.comparison" not in json.loads((root / "made.json").read_text())
    again = store("gc", root)
    assert again.output.startswith("All that is there is made by some block")


def test_what_a_run_would_make_is_told_by_the_parameters_that_a_run_has(root: Path) -> None:
    for command, typed in (("verify", False), ("gc", True), ("", False)):
        store(command, root)
        assert (context()._pipelines_to_validate is None) is typed  # Kedro types those of all


def test_no_folder_is_not_the_usual_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Session:
        @staticmethod
        def create(env: str | None, runtime_params: dict[str, str]) -> Any:
            asked.append(runtime_params)
            raise SystemExit(1)

    monkeypatch.setattr(folder_module, "KedroSession", Session)
    CliRunner().invoke(cli, ["regpipe", "store", "forget", "--data-root", ""])
    assert asked == [{"data_root": ""}]


def test_fits_of_a_run_stay_until_it_is_finished(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = FitStore(root / "06_models" / "fits")
    fits.save(THIRD, a_fit(), "weight_l2.fits")
    assert store("gc", root).exit_code == 0
    assert THIRD in fits.sizes()  # as it stands, the block asks for more repeats than were made
    monkeypatch.setattr(store_module, "needed", lambda *_: set())
    assert store("gc", root).exit_code == 0 and THIRD not in fits.sizes()


def test_damage_is_told_by_file_and_mended_by_nobody(root: Path) -> None:
    (root / "08_reporting" / "gone" / "comparison.csv").unlink()
    whole = store("verify", root)
    assert whole.exit_code == 0 and "are as they were written" in whole.output, whole.output
    (fit,) = root.rglob(f"{OTHER}.npz")
    damaged = [root / "07_model_output" / "moons" / "runs.csv", fit]
    damaged += [root / "06_models" / "moons_cocktail" / "trials.log"]
    for file in damaged:
        file.write_bytes(file.read_bytes()[:-7])
    told = store("verify", root)
    assert told.exit_code == 1 and "3 of " in told.output
    assert [line for line in told.output.splitlines() if line.startswith("damaged")] == [
        f"damaged: {file}" for file in damaged
    ]
    assert all(file.exists() for file in damaged)


def test_fits_and_trials_are_forgotten_and_results_stay(root: Path) -> None:
    results = {file for file in left(root) if not file.endswith((".npz", ".log", ".tmp.csv"))}
    done = store("forget", root)
    assert done.exit_code == 0, done.output
    assert "10 fits and the trials of 2 searches are forgotten" in done.output
    assert results | {"weights.npz", "row_scores.npz", FILE} >= left(root) >= results
    assert json.loads((root / "made.json").read_text()) == {}


@pytest.mark.parametrize("command", ["", "gc"])
def test_a_folder_that_is_not_there_is_said_and_not_made(tmp_path: Path, command: str) -> None:
    done = store(command, tmp_path / "typo")
    assert done.exit_code == 1 and f"there is no folder {tmp_path / 'typo'}." in done.output
    assert not (tmp_path / "typo").exists()


def test_beside_a_run_it_is_refused(root: Path) -> None:
    before = left(root)
    with another_run(root):
        refused = store("gc", root)
    assert refused.exit_code == 1 and "(weight_l2), since" in refused.output
    assert "Wait until it is over" in refused.output and left(root) == before | {FILE}


def test_a_folder_that_may_only_be_read_is_one_line(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    done = store("forget", root)
    assert done.exit_code == 1 and len(done.output.splitlines()) == 1
    assert "Read-only file system" in done.output and str(root) in done.output


def test_a_folder_on_s3_is_looked_at_cleaned_and_emptied(
    server: Server, made: str, folder: Place, tiny_run: Path
) -> None:
    root: Any = folder
    assert "moons" in store("", root).output
    assert "8 fits are as they were written" in store("verify", root).output
    records = json.loads(server.get(f"{made}/made.json"))
    records["gone.comparison"] = {"fingerprint": "ab", "content": "cd"}
    server.put(f"{made}/made.json", json.dumps(records).encode())
    server.put(f"{made}/08_reporting/gone/comparison.csv", b"a,b")
    server.put(f"{made}/06_models/gone_cocktail/trials.log", b"{}\n")
    told = store("verify", root)
    assert told.exit_code == 1 and "2 of " in told.output
    assert f"damaged: {folder}/08_reporting/gone/comparison.csv" in told.output
    done = store("gc", root)
    assert "1 dataset, 1 journal: removed." in done.output, done.output
    assert server.keys(made).keys() == _files(tiny_run)
    with another_run(folder):
        refused = store("forget", root)
    assert refused.exit_code == 1 and "Wait until it is over" in refused.output
    assert "8 fits are forgotten" in store("forget", root).output
    left = {name for name in _files(tiny_run) if not name.startswith("06_models/fits/")}
    assert server.keys(made).keys() == left
    typo = store("verify", folder.parent / "typo")
    assert typo.exit_code == 1 and f"there is no folder {folder.parent / 'typo'}." in typo.output


def _files(root: Path) -> set[str]:
    files = {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}
    return files - {"lock"}
