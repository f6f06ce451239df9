"""What has been trained is not trained again, whatever the run looks like."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest

from regpipe.kedro_side.runner.lock import FILE
from tests.conftest import PROJECT, another_run

Run = Callable[..., None]


def fits(root: Path) -> dict[Path, int]:
    """Return when each stored fit was written."""
    files = (root / "06_models" / "fits").rglob("*.npz")
    return {file: file.stat().st_mtime_ns for file in files}


def runs(root: Path, arm: str) -> pd.DataFrame:
    return pd.read_csv(root / "07_model_output" / arm / "runs.csv")


def repeats(fresh: int) -> dict[str, Any]:
    return {"fixed": {"repeats": 2}, "fresh": {"repeats": fresh, "score_rows": 100}}


@pytest.fixture(scope="module")
def trained(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root of a run of weight_l2."""
    root = tmp_path_factory.mktemp("trained")
    run("weight_l2", data_root=root, incremental=True)
    return root


@pytest.fixture
def left(trained: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_more_repeats_train_the_new_ones_alone(run: Run, left: Path) -> None:
    before, table = fits(left), runs(left, "weight_l2")
    assert len(before) == 8
    run("weight_l2", data_root=left, protocol=repeats(fresh=5))
    after = fits(left)
    assert len(after) == 8 + 2 * 3
    assert {file: after[file] for file in before} == before
    # Also the seconds of those that were there: they weren't trained again.
    pd.testing.assert_frame_equal(runs(left, "weight_l2")[:4], table)


def test_a_changed_technique_trains_itself_alone(run: Run, left: Path) -> None:
    before, baseline = (
        fits(left),
        (left / "07_model_output" / "moons" / "runs.csv").stat().st_mtime_ns,
    )
    stronger = {"network": {"hidden": {"kernel_regularizer": {"l2": 0.1}}}}
    run("weight_l2", data_root=left, incremental=True, weight_l2=stronger)
    assert len(fits(left)) == len(before) + 4
    assert (left / "07_model_output" / "moons" / "runs.csv").stat().st_mtime_ns == baseline
    # And back again, under another title: nothing is trained.
    run("weight_l2", data_root=left, incremental=True, weight_l2={"title": "Another title"})
    assert len(fits(left)) == len(before) + 4
    summary = json.loads((left / "08_reporting" / "weight_l2" / "summary.json").read_text())
    assert summary["title"] == "Another title"


def test_a_damaged_fit_is_trained_again_and_is_the_same(
    run: Run, left: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = fits(left)
    weights = dict(np.load(left / "06_models" / "moons" / "weights.npz"))
    damaged = sorted(before)[:4]
    for file in damaged:
        file.write_bytes(file.read_bytes()[:200])
    caplog.clear()
    run("weight_l2", data_root=left)
    assert caplog.text.count("is trained again") == 4
    again = fits(left)
    assert {file for file in before if again[file] != before[file]} == set(damaged)
    for name, array in np.load(left / "06_models" / "moons" / "weights.npz").items():
        np.testing.assert_array_equal(array, weights[name])


def test_a_run_that_changes_nothing_answers_at_once(
    run: Run, left: Path, without_slow_libraries: dict[str, str]
) -> None:
    files = {f: f.stat().st_mtime_ns for f in left.rglob("*.*")}
    parameters = {
        "data_root": left,
        "protocol.fixed.repeats": 2,
        "protocol.fresh.repeats": 2,
        "protocol.fresh.score_rows": 100,
        "moons.training.epochs": 5,
    }
    text = ",".join(f"{key}={value}" for key, value in parameters.items())
    done = subprocess.run(
        [sys.executable, "-m", "kedro", "run", "--pipelines=weight_l2", f"--params={text}"],
        cwd=PROJECT, env=without_slow_libraries, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "L2 weight penalty (weight_l2)" in done.stdout
    assert re.search(r"(\d+) of \1 nodes are up to date", done.stdout)
    assert files == {f: f.stat().st_mtime_ns for f in files}


def test_an_interrupted_run_keeps_what_it_has_trained(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regpipe.engine.loops import Loops

    whole = Loops.fit_all

    def interrupted(loops: Loops, jobs: Any) -> Any:
        yield from whole(loops, jobs[:3])
        raise KeyboardInterrupt

    monkeypatch.setattr(Loops, "fit_all", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("moons", data_root=tmp_path)
    assert len(kept := fits(tmp_path)) == 3
    monkeypatch.setattr(Loops, "fit_all", whole)
    run("moons", data_root=tmp_path)
    assert len(fits(tmp_path)) == 4 and kept.items() <= fits(tmp_path).items()


@pytest.mark.parametrize("incremental", [True, False])
def test_a_second_run_on_a_data_folder_is_refused_whatever_its_runner(
    run: Run, tmp_path: Path, incremental: bool
) -> None:
    refused = pytest.raises(
        click.ClickException, match=r"in use by process .* \(weight_l2\), since"
    )
    with another_run(tmp_path), refused:
        run("moons", data_root=tmp_path, incremental=incremental)
    assert [file.name for file in tmp_path.iterdir()] == [FILE]
