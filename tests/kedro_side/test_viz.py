"""What kedro-viz knows of nodes outlives a run that leaves them out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node
from kedro_viz.integrations.kedro.hooks import DatasetStatsHook
from kedro_viz.integrations.kedro.run_hooks import PipelineRunStatusHook

from regpipe.kedro_side.runner import IncrementalRunner, fingerprints
from regpipe.kedro_side.viz import EVENTS, STATISTICS, VizHooks
from tests.kedro_side.test_runner import shift, tabulate, wrap

PIPELINE = Pipeline(
    [
        node(tabulate, "params:number", "runs", name="tabulate"),
        node(wrap, "params:number", "wrapped", name="wrap"),
        node(shift, ["wrapped", "params:by"], "shifted", name="shift"),
    ]
)


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        fingerprints, "_is_ours", lambda name: name.startswith(("tests.", "regpipe."))
    )
    monkeypatch.setattr(fingerprints, "code_digest", str)
    (tmp_path / "pyproject.toml").write_text("[tool.kedro]\npackage_name = 'regpipe'\n")
    monkeypatch.chdir(tmp_path)
    yield


def run(folder: Path, by: int = 1) -> None:
    """Run the pipeline as a session does, by a runner that kedro-viz can follow."""
    json_file = {"type": "regpipe.kedro_side.datasets.whole.JSONDataset"}
    entries: dict[str, Any] = {
        name: {**json_file, "filepath": str(folder / f"{name}.json")}
        for name in ("wrapped", "shifted", "made")
    }
    entries["runs"] = {
        "type": "regpipe.kedro_side.datasets.RunsDataset",
        "filepath": str(folder / "runs.csv"),
        "row_scores": str(folder / "rows.npz"),
    }
    catalog = DataCatalog.from_config(entries)
    catalog["params:number"], catalog["params:by"] = 3, by
    manager = _create_hook_manager()
    for hooks in (DatasetStatsHook(), PipelineRunStatusHook(), VizHooks()):
        manager.register(hooks)
    manager.hook.after_catalog_created(
        catalog=catalog, conf_catalog={}, conf_creds={}, parameters={}, save_version="",
        load_versions={},
    )  # fmt: skip
    runner = IncrementalRunner()
    asked = {"runner": str(runner), "pipeline_names": None}
    manager.hook.before_pipeline_run(run_params=asked, pipeline=PIPELINE, catalog=catalog)
    made = runner.run(PIPELINE, catalog, manager)
    manager.hook.after_pipeline_run(
        run_params=asked, run_result=made, pipeline=PIPELINE, catalog=catalog
    )


def known(folder: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the statistics of datasets, and the status of each node."""
    statistics, events = (
        json.loads((folder / ".viz" / name).read_text()) for name in (STATISTICS, EVENTS)
    )
    assert [e["event"] for e in events][:: len(events) - 1] == [
        "before_pipeline_run",
        "after_pipeline_run",
    ]
    return statistics, {e["node"]: e["status"] for e in events if e["event"] == "after_node_run"}


def test_it_outlives_a_run_of_nothing_and_of_a_part(tmp_path: Path) -> None:
    run(tmp_path)
    whole = known(tmp_path)
    assert whole[0]["runs"]["rows"] == 1
    assert whole[1] == dict.fromkeys(("tabulate", "wrap", "shift"), "success")
    for by in (1, 2):
        run(tmp_path, by)
        assert known(tmp_path) == whole


def test_without_kedro_viz_nothing_is_written(tmp_path: Path) -> None:
    hooks = VizHooks()
    hooks.before_pipeline_run()
    list(hooks.after_pipeline_run())
    assert not (tmp_path / ".viz").exists()
