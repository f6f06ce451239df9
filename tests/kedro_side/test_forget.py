"""`kedro regpipe forget` empties what would be found again, and nothing else."""

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.startup import bootstrap_project

from regpipe.cli import cli
from regpipe.engine import fit_store
from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side.runner.lock import FILE
from tests.conftest import PROJECT, another_run
from tests.engine.test_fit_store import KEY, OTHER, a_fit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder with two fits, one that is half-written, a journal and a result."""
    store = FitStore(tmp_path / "06_models" / "fits")
    store.save(KEY, a_fit())
    store.save(OTHER, a_fit())
    files = {
        "made.json": '{"moons.runs": {"fingerprint": "ab"}}',
        f"06_models/fits/ab/{KEY}.4711.tmp": "half",
        "06_models/moons_cocktail/trials.log": "a trial",
        "07_model_output/moons/runs.csv": "repeat,test_accuracy",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def forget(folder: Path) -> Result:
    bootstrap_project(PROJECT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        return CliRunner().invoke(cli, ["regpipe", "forget", "--data-root", str(folder)])


def left(root: Path) -> set[str]:
    return {file.name for file in root.rglob("*") if file.is_file()}


def test_fits_and_trials_are_forgotten_and_results_stay(root: Path) -> None:
    done = forget(root)
    assert done.exit_code == 0, done.output
    assert "2 fits and the trials of 1 cocktail are forgotten" in done.output
    assert left(root) == {"made.json", "runs.csv", FILE}
    assert json.loads((root / "made.json").read_text()) == {}


def test_a_folder_that_is_not_there_is_said_and_not_made(root: Path) -> None:
    done = forget(root / "typo")
    assert done.exit_code == 1 and f"there is no folder {root / 'typo'}." in done.output
    assert not (root / "typo").exists()


def test_beside_a_run_nothing_is_forgotten(root: Path) -> None:
    before = left(root)
    with another_run(root):
        refused = forget(root)
    assert refused.exit_code == 1 and "(weight_l2), since" in refused.output
    assert "Wait until it is over" in refused.output and left(root) == before | {FILE}


def test_a_folder_that_may_only_be_read_is_one_line(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, **_: Any) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(fit_store.Path, "unlink", refuse)
    done = forget(root)
    assert done.exit_code == 1 and len(done.output.splitlines()) == 1
    assert "Read-only file system" in done.output and str(root) in done.output
