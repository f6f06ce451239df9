"""What an MLflow store gets of a run: in a database, and by a server that really runs."""

import importlib.util
import json
import logging
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.request import urlopen

import click
import numpy as np
import pandas as pd
import pytest

from regpipe.errors import SpecError
from regpipe.kedro_side.tracking import store as stores
from regpipe.kedro_side.tracking.arms import asked_for, read_run
from regpipe.kedro_side.tracking.runs import DIGEST, Point, Run, curve_points, points
from regpipe.kedro_side.tracking.store import Store, TrackingError, patience
from regpipe.language import Settings
from regpipe.language.reading import parse
from regpipe.pipeline_registry import register_pipelines
from regpipe.statistics.grid import Choice
from tests.conftest import blocks, summary_of

# MLflow's own, with SQLAlchemy 2.1.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy is deprecated")
needs_mlflow = pytest.mark.skipif(
    importlib.util.find_spec("mlflow") is None,
    reason="needs the extra: pip install -e '.[mlflow]'",
)
PARENT = "mlflow.parentRunId"
RunIt = Callable[..., None]


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def client_of(uri: str) -> Any:
    with patience(retries=1, seconds=30):
        from mlflow import MlflowClient

    return MlflowClient(uri)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URI of a database whose folder isn't there yet."""
    return f"sqlite:///{tmp_path_factory.mktemp('store')}/new/mlflow.db"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URI of a server that keeps its own database and hands out the artifacts."""
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder}/mlflow.db"]
    command += ["--artifacts-destination", str(folder / "artifacts")]
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **quiet},
            stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        await_health(f"http://127.0.0.1:{port}/health", process, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


def await_health(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except OSError:  # not yet
            time.sleep(0.2)
    raise AssertionError(f"the server doesn't answer:\n{log.read_text()}")


@pytest.fixture(scope="module")
def root(run: RunIt, database: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data root of a run that was sent to the database."""
    root = tmp_path_factory.mktemp("data")
    run("weight_l2", data_root=root, tracking=database, incremental=True)
    return root


@pytest.fixture(scope="module", params=["database", "server"])
def tracked(request: pytest.FixtureRequest, run: RunIt, root: Path) -> tuple[Any, list[Any]]:
    """A client of a store that got that run, and the runs in the store."""
    uri = request.getfixturevalue(request.param)
    run("weight_l2", data_root=root, tracking=uri, incremental=True)
    client = client_of(uri)
    return client, runs_of(client)


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of that data root, which a test may change; what is there isn't trained again."""
    return shutil.copytree(root, tmp_path / "data")


@pytest.fixture
def another_database(root: Path, database: str, tmp_path: Path) -> str:
    """A database that got nothing; a copy, since making one takes seconds."""
    client, file = client_of(database), tmp_path / "mlflow.db"
    shutil.copy(database.removeprefix("sqlite:///"), file)
    with closing(sqlite3.connect(file)) as opened:
        for experiment in client.search_experiments():
            name = f"old {experiment.name}"
            new = (name, int(experiment.experiment_id))
            opened.execute("UPDATE experiments SET name = ? WHERE experiment_id = ?", new)
        opened.commit()
    return f"sqlite:///{file}"


def runs_of(client: Any, problem: str = "moons") -> list[Any]:
    experiment = client.get_experiment_by_name(f"regpipe/{problem}")
    return client.search_runs([experiment.experiment_id]) if experiment else []


def parents(runs: list[Any]) -> dict[str, Any]:
    return {run.info.run_name: run for run in runs if PARENT not in run.data.tags}


def nested(runs: list[Any], name: str) -> dict[tuple[str, int], Any]:
    """Return the runs inside an arm's by protocol and repeat."""
    run_id = parents(runs)[name].info.run_id
    inside = [run for run in runs if run.data.tags.get(PARENT) == run_id]
    return {(r.data.params["protocol"], int(r.data.params["repeat"])): r for r in inside}


Tracked = tuple[Any, list[Any]]


@needs_mlflow
def test_each_arm_has_a_run_and_each_fit_a_run_inside_it(tracked: Tracked) -> None:
    _, runs = tracked
    arms = parents(runs)
    assert set(arms) == {"moons", "weight_l2"} and len(runs) == 2 + 2 * 4
    assert {run.info.status for run in runs} == {"FINISHED"}
    tags, params = arms["weight_l2"].data.tags, arms["weight_l2"].data.params
    assert (tags["technique"], tags["problem"], tags["family"]) == ("weight_l2", "moons", "weight")
    assert tags["title"] == "L2 weight penalty"
    assert "over 2 fresh draws" in tags["mlflow.note.content"]
    assert params["network.hidden.kernel_regularizer.l2"] == "0.001"
    assert params["training.epochs"] == "5" and params["protocol.fixed.repeats"] == "2"
    assert arms["moons"].data.tags["technique"] == "baseline"
    assert "network.hidden.kernel_regularizer.l2" not in arms["moons"].data.params


@needs_mlflow
@pytest.mark.parametrize("arm", ["moons", "weight_l2"])
def test_a_fit_has_the_numbers_of_its_row(tracked: Tracked, root: Path, arm: str) -> None:
    _, runs = tracked
    table = pd.read_csv(root / "07_model_output" / arm / "runs.csv")
    fits = nested(runs, arm)
    assert len(fits) == len(table) == 4
    for row in table.to_dict("records"):
        fit = fits[row["protocol"], row["repeat"]]
        assert fit.data.tags["outcome"] == row["outcome"] == "completed"
        for key in ("data_seed", "fit_seed", "settings", "train_rows", "test_rows"):
            assert fit.data.params[key] == str(row[key])
        for key in table.columns[table.columns.get_loc("epochs") :]:
            if pd.notna(row[key]):  # stores differ in what NaN becomes there, so none is told
                assert fit.data.metrics[key] == row[key], key
            else:
                assert key not in fit.data.metrics
        took = fit.info.end_time - fit.info.start_time
        assert took == pytest.approx(1000 * row["seconds"], abs=1)
    arm_run = parents(runs)[arm].info
    assert arm_run.start_time == min(fit.info.start_time for fit in fits.values())
    assert arm_run.end_time == max(fit.info.end_time for fit in fits.values())


@needs_mlflow
def test_a_fit_has_its_curves(tracked: Tracked, root: Path) -> None:
    client, runs = tracked
    history = pd.read_parquet(root / "07_model_output" / "weight_l2" / "history.parquet")
    for (protocol, repeat), epochs in history.groupby(["protocol", "repeat"]):
        fit = nested(runs, "weight_l2")[protocol, repeat]
        for curve in ("loss", "val_loss", "accuracy", "val_accuracy"):
            known = client.get_metric_history(fit.info.run_id, curve)
            known = sorted(known, key=lambda metric: metric.step)
            assert [metric.step for metric in known] == [1, 2, 3, 4, 5]
            np.testing.assert_allclose([metric.value for metric in known], epochs[curve])
            assert known[-1].timestamp == fit.info.end_time


@needs_mlflow
def test_an_arm_has_the_numbers_of_its_answer(tracked: Tracked, root: Path) -> None:
    _, runs = tracked
    answer = summary_of(root, "weight_l2")
    run = parents(runs)["weight_l2"]
    for protocol in ("fixed", "fresh"):
        for side in ("train", "test"):
            for key in ("mean", "sd"):
                known = run.data.metrics[f"{protocol}/{side}_accuracy_{key}"]
                assert known == pytest.approx(answer[protocol]["technique"][side][key])
    for metric, difference in answer["fresh"]["difference"].items():
        assert run.data.metrics[f"gain/{metric}"] == difference["mean"]
        for key in ("ci_low", "ci_high", "p_better"):
            assert run.data.metrics.get(f"gain/{metric}_{key}") == difference[key]  # or neither
    assert run.data.tags["verdict"] == answer["fresh"]["verdict"]


@needs_mlflow
def test_artifacts_are_the_files_of_the_arm(tracked: Tracked, root: Path, tmp_path: Path) -> None:
    client, runs = tracked
    run_id = parents(runs)["weight_l2"].info.run_id
    names = {artifact.path for artifact in client.list_artifacts(run_id)}
    files = {"summary.json", "comparison.csv", "model.keras", "architecture.json", "runs.csv"}
    pictures = {"samples", "learning_curves", "decision_boundary", "weight_norms"}
    assert files | {f"{picture}.png" for picture in pictures} <= names
    assert "weights.npz" not in names and "history.parquet" not in names
    for name, folder in (("summary.json", "08_reporting"), ("model.keras", "06_models")):
        loaded = Path(client.download_artifacts(run_id, name, str(tmp_path)))
        assert loaded.read_bytes() == (root / folder / "weight_l2" / name).read_bytes()
    assert json.loads((tmp_path / "summary.json").read_text())["technique"] == "weight_l2"


@needs_mlflow
def test_what_the_store_knows_it_is_not_told_again(run: RunIt, database: str, copy: Path) -> None:
    client = client_of(database)
    before = {r.info.run_id for r in runs_of(client)}
    run("weight_l2", data_root=copy, tracking=database, incremental=True)
    assert {r.info.run_id for r in runs_of(client)} == before
    # Another confidence gives another answer; the baseline stays what it is.
    other = {"confidence": 0.8}
    run("weight_l2", data_root=copy, tracking=database, incremental=True, statistics=other)
    new = [r for r in runs_of(client) if r.info.run_id not in before]
    assert {r.data.tags["technique"] for r in new} == {"weight_l2"} and len(new) == 1 + 4
    (arm,) = parents(new).values()
    assert arm.data.params["statistics.confidence"] == "0.8"


@needs_mlflow
def test_what_fails_in_the_middle_is_reported_and_made_good_by_the_next_run(
    run: RunIt,
    copy: Path,
    another_database: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    send, calls = Store._send, []

    def fail_at_the_fourth(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 4:
            raise ConnectionResetError("the cable is out")
        send(*arguments)

    answer = copy / "08_reporting" / "weight_l2" / "summary.json"
    answer.unlink()
    monkeypatch.setattr(Store, "_send", fail_at_the_fourth)
    with caplog.at_level(logging.WARNING):
        run("weight_l2", data_root=copy, tracking=another_database, incremental=True)
    assert "couldn't be told of everything: the cable is out" in caplog.text
    assert answer.exists()
    client = client_of(another_database)
    assert [r.info.status for r in parents(runs_of(client)).values()] == ["RUNNING"]
    monkeypatch.undo()
    run("weight_l2", data_root=copy, tracking=another_database, incremental=True)
    assert {r.info.status for r in runs_of(client)} == {"FINISHED"}
    assert len(runs_of(client)) == 2 + 2 * 4


@needs_mlflow
def test_a_grid_has_a_run_and_its_values_are_parameters(root: Path, database: str) -> None:
    path = "network.hidden.kernel_regularizer.l2"
    alone = pd.read_csv(root / "07_model_output" / "weight_l2" / "runs.csv")
    table = pd.concat([alone.assign(**{path: at, "step": "coarse"}) for at in (0.1, 1e-6)])
    table["validation_loss"] = np.arange(8) / 8
    table["test_accuracy_by_row"] = [np.ones(3)] * 8  # no number of a fit
    interval = {"mean": 0.9, "ci_low": 0.8, "ci_high": 1.0}
    part = {
        "repeats": 2,
        "compared": 2,
        "honest": interval,
        "optimistic": interval,
        "chosen": [{path: 0.1}],
    }
    part |= {"baseline": interval}
    about = dict.fromkeys(("technique", "title", "problem"), "any")
    about |= {"metric": "accuracy", "paths": [path], "confidence": 0.95}
    choice = Choice.model_validate({**about, "fixed": part, "fresh": part})
    left = {"runs": table, "choice": choice}
    results: Any = SimpleNamespace(
        load=lambda name: left[name.removeprefix("weight_l2_grid.")],
        parameters={**blocks("problems"), **blocks("techniques"), **blocks("parameters")},
        saved=lambda name: 1_700_000_000_000,
        files=lambda name: [],
    )
    with patience(retries=1, seconds=5):
        assert Store(database).keep(read_run("weight_l2_grid", "grid", results))
    runs = runs_of(client_of(database))
    grid = parents(runs)["weight_l2_grid"]
    assert grid.data.tags["kind"] == "grid" and path not in grid.data.params
    assert grid.data.params["protocol.grid.repeats"] == "10"
    assert grid.data.metrics["fresh/honest"] == 0.9
    assert grid.data.metrics["fresh/optimistic_ci_low"] == 0.8
    inside = [r for r in runs if r.data.tags.get(PARENT) == grid.info.run_id]
    assert {(r.data.params[path], r.data.params["step"]) for r in inside} == {
        ("0.1", "coarse"),
        ("1e-06", "coarse"),
    }
    assert {r.data.tags["kind"] for r in inside} == {"grid_fit"}
    assert sorted(r.data.metrics["validation_loss"] for r in inside) == list(np.arange(8) / 8)
    assert not any("by_row" in name for r in inside for name in (*r.data.metrics, *r.data.params))
    assert "weight_l2_grid l2=1e-06 fresh 1" in {r.info.run_name for r in inside}


def test_only_what_a_run_makes_in_full_is_told() -> None:
    whole = register_pipelines()["weight_l2"]
    names = blocks("problems"), blocks("techniques")
    kinds = {"moons": "baseline", "weight_l2": "technique"}
    assert asked_for(whole, *names) == kinds
    assert asked_for(whole.to_outputs("weight_l2.runs"), *names) == {}
    assert asked_for(whole.to_outputs("moons.runs"), *names) == {}  # its model isn't made
    assert asked_for(whole.filter(node_names=["weight_l2.answer"]), *names) == {}


def small_run(**changes: Any) -> Run:
    tags = {"problem": "small", DIGEST: "a1", "technique": "baseline"}
    return Run(**{**dict(name="small", tags=tags, params={}, points=[], begin=0, end=1), **changes})


@needs_mlflow
def test_as_much_as_mlflow_takes_at_once_and_no_longer_than_it_takes(database: str) -> None:
    with patience(retries=1, seconds=5):
        params = {"long": "x" * 7000, **{f"p{i}": i for i in range(250)}}
        many = [Point("loss", 1.5, 7, step) for step in range(2500)]
        odd = points({"F1 (macro), %": 0.5, "nan": float("nan"), "inf": float("inf")}, 7)
        assert Store(database).keep(small_run(params=params, points=[*many, *odd]))
        assert not Store(database).keep(small_run())
    (made,) = runs_of(client_of(database), "small")
    assert len(made.data.params) == 251 and made.data.params["long"] == "x" * 6000
    assert made.data.metrics == {"loss": 1.5, "F1 _macro__ _": 0.5}
    assert len(client_of(database).get_metric_history(made.info.run_id, "loss")) == 2500


@needs_mlflow
def test_a_deleted_experiment_is_told(database: str) -> None:
    client = client_of(database)
    client.delete_experiment(client.create_experiment("regpipe/deleted"))
    with pytest.raises(TrackingError, match=r"is deleted. Restore it with: mlflow experiments"):
        Store(database).experiment("deleted")


def refusal(run: RunIt, root: Path, uri: str) -> str:
    """Return what a run says that is refused, before it trains and in seconds."""
    began = time.monotonic()
    with pytest.raises(click.ClickException) as refused:
        run("weight_l2", data_root=root, tracking=uri)
    assert time.monotonic() - began < 20
    assert [file.name for file in root.rglob("*")] == ["lock"]
    return refused.value.message


@needs_mlflow
def test_a_server_that_is_not_there_is_told_before_anything_trains(
    run: RunIt, tmp_path: Path
) -> None:
    uri = f"http://me:secret@127.0.0.1:{free_port()}"
    line = refusal(run, tmp_path / "data", uri)
    assert "doesn't answer: [Errno 111] Connection refused. Expected a running MLflow" in line
    assert "http://***@127.0.0.1" in line and "secret" not in line


@needs_mlflow
def test_a_file_that_is_no_database_is_told_before_anything_trains(
    run: RunIt, tmp_path: Path
) -> None:
    (tmp_path / "mlflow.db").write_text("This is a text, and a long one. " * 100)
    line = refusal(run, tmp_path / "data", f"sqlite:///{tmp_path}/mlflow.db")
    assert "file is not a database" in line
    line = refusal(run, tmp_path / "data", f"sqlite:///{tmp_path}")  # a folder
    assert "unable to open database file" in line


def test_without_mlflow_it_is_said_what_to_install(
    run: RunIt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)  # what importing finds where nothing is
    line = refusal(run, tmp_path / "data", f"sqlite:///{tmp_path}/mlflow.db")
    assert "MLflow can't be imported" in line and "pip install -e '.[mlflow]'" in line


def test_a_path_is_no_uri() -> None:
    with pytest.raises(SpecError, match=r"tracking: expected the URI .* received 'mlflow.db'"):
        parse(Settings, {**blocks("parameters"), "tracking": "mlflow.db"}, "")


def test_a_relative_file_lies_in_the_project(tmp_path: Path) -> None:
    located = stores.located("sqlite:///data/mlflow.db", tmp_path)
    assert located == f"sqlite:///{tmp_path}/data/mlflow.db"
    absolute = f"sqlite:///{tmp_path}/mlflow.db"
    assert stores.located(absolute, Path("/elsewhere")) == absolute
    assert stores.located("http://127.0.0.1:5000", tmp_path) == "http://127.0.0.1:5000"


def test_a_long_curve_keeps_its_ends_and_leaves_out_what_is_no_number() -> None:
    epochs = np.arange(1, 4001)
    curve = np.where(epochs % 10 == 0, epochs / 1000, np.nan)  # validated every tenth epoch
    history = pd.DataFrame(
        {"protocol": "fresh", "repeat": 0, "epoch": epochs, "loss": 1 / epochs, "val_loss": curve}
    )
    history.loc[3990:, "loss"] = np.inf  # diverged
    found = pd.DataFrame(curve_points(history, 1000, 5000))
    steps = {key: list(part["step"]) for key, part in found.groupby("key")}
    assert set(steps) == {"loss", "val_loss"} and {len(s) for s in steps.values()} == {50}
    assert (steps["loss"][0], steps["loss"][-1]) == (1, 3990)
    assert (steps["val_loss"][0], steps["val_loss"][-1]) == (10, 4000)
    values = found[found["key"] == "val_loss"]
    np.testing.assert_allclose(values["value"], values["step"] / 1000)
    np.testing.assert_allclose(values["time"], 1000 + values["step"], atol=1)


OFF = """
import sys
from kedro.framework.cli.cli import main

for line in ("registry list", "run --pipelines=moons --to-nodes=moons.split_samples"):
    sys.argv = ["kedro", *line.split()]
    try:
        main()
    except SystemExit as end:
        assert not end.code, line
assert "regpipe.kedro_side.tracking.hooks" in sys.modules
print("imported:", sorted({name.partition(".")[0] for name in sys.modules} & {"mlflow"}))
print("imported:", "regpipe.kedro_side.tracking.store" in sys.modules)
"""


def test_where_it_is_off_mlflow_is_not_imported(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFF], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("imported: []\nimported: False\n"), done.stdout
    assert blocks("parameters")["tracking"] is None
