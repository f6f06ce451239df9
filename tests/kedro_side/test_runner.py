"""A node is run if what it makes isn't there, or would be made from something else."""

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline, node
from kedro_datasets.json import JSONDataset

from regpipe.kedro_side.runner import IncrementalRunner, fingerprints, incremental
from regpipe.pipelines.training import Trainer

ran: list[str] = []


def tabulate(number: int) -> pd.DataFrame:
    ran.append("tabulate")
    by_row = [np.array([number, np.nan])]
    return pd.DataFrame({"test_loss": [number], "test_loss_by_row": by_row})


def double(number: int) -> int:
    ran.append("double")
    return 2 * number


def wrap(number: int) -> dict[str, int]:
    ran.append("wrap")
    return {"number": number}


def shift(wrapped: dict[str, int], by: int) -> dict[str, int]:
    ran.append("shift")
    return {"number": wrapped["number"] + by}


def count_fits(wrapped: dict[str, int], trainer: Trainer) -> dict[str, int]:
    ran.append("count")
    return {"number": len(trainer.store.sizes())}


# params:number -> doubled (in memory) -> wrapped (a file) -> shifted (a file)
PIPELINE = Pipeline(
    [
        node(double, "params:number", "doubled", name="double"),
        node(wrap, "doubled", "wrapped", name="wrap"),
        node(shift, ["wrapped", "params:by"], "shifted", name="shift"),
    ]
)


@pytest.fixture(autouse=True)
def _ours(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the functions of this file for the project's own."""
    monkeypatch.setattr(
        fingerprints, "_is_ours", lambda name: name.startswith(("tests.", "regpipe."))
    )
    monkeypatch.setattr(fingerprints, "code_digest", str)
    ran.clear()
    yield


Run = Callable[..., list[str]]


@pytest.fixture
def run_it(tmp_path: Path) -> Run:
    """Run the pipeline on a new catalog over the same files, and tell which nodes were run."""

    def run_it(
        pipeline: Pipeline = PIPELINE,
        indent: int = 2,
        trainer: Mapping[str, Any] = MappingProxyType({}),
        **parameters: int,
    ) -> list[str]:
        files: dict[str, dict[str, Any]] = {
            name: {
                "type": "json.JSONDataset",
                "filepath": str(tmp_path / f"{name}.json"),
                "save_args": {"indent": indent},
            }
            for name in ("wrapped", "shifted", "made", "table")
        }
        files["runs"] = {
            "type": "regpipe.kedro_side.datasets.RunsDataset",
            "filepath": str(tmp_path / "runs.csv"),
            "row_scores": str(tmp_path / "rows.npz"),
        }
        kind = {"type": "regpipe.kedro_side.datasets.TrainerDataset"}
        fits = {"path": str(tmp_path / "fits"), "engine": "compiled", "workers": 0}
        catalog = DataCatalog.from_config({**files, "trainer": {**kind, **fits, **trainer}})
        for name, value in {"number": 3, "by": 1, **parameters}.items():
            catalog[f"params:{name}"] = value
        ran.clear()
        IncrementalRunner().run(pipeline, catalog, _create_hook_manager())
        return list(ran)

    return run_it


ALL = ["double", "wrap", "shift"]


def test_what_is_there_is_not_made_again(run_it: Run, tmp_path: Path) -> None:
    assert run_it() == ALL
    assert run_it() == []
    assert json.loads((tmp_path / "shifted.json").read_text()) == {"number": 7}


def test_a_parameter_concerns_those_who_ask_for_it(run_it: Run, tmp_path: Path) -> None:
    run_it()
    assert run_it(by=2) == ["shift"]
    assert run_it(by=2, number=4) == ALL
    assert json.loads((tmp_path / "shifted.json").read_text()) == {"number": 10}


def test_a_missing_file_is_made_again_and_what_is_in_memory_for_it(
    run_it: Run, tmp_path: Path
) -> None:
    run_it()
    (tmp_path / "shifted.json").unlink()
    assert run_it() == ["shift"]
    (tmp_path / "wrapped.json").unlink()
    assert run_it() == ["double", "wrap"]


def test_a_file_that_somebody_changed_is_made_again(run_it: Run, tmp_path: Path) -> None:
    run_it()
    (tmp_path / "wrapped.json").write_text('{\n  "number": 9\n}')
    assert run_it() == ["double", "wrap"]
    assert json.loads((tmp_path / "wrapped.json").read_text()) == {"number": 6}


def test_a_file_that_was_merely_touched_is_not(run_it: Run, tmp_path: Path) -> None:
    run_it()
    os.utime(tmp_path / "wrapped.json")
    assert run_it() == []


def test_a_file_beside_a_dataset_counts_as_it_does(run_it: Run, tmp_path: Path) -> None:
    pipeline = Pipeline([node(tabulate, "params:number", "runs", name="tabulate")])
    beside = tmp_path / "rows.npz"
    assert run_it(pipeline) == ["tabulate"]
    assert run_it(pipeline) == []
    whole = beside.read_bytes()
    beside.unlink()
    assert run_it(pipeline) == ["tabulate"]
    beside.write_bytes(whole[:-1] + b"?")
    assert run_it(pipeline) == ["tabulate"]
    os.utime(beside)
    assert run_it(pipeline) == []


def test_the_way_it_is_saved_counts(run_it: Run) -> None:
    run_it()
    assert run_it(indent=4) == ALL


@pytest.mark.parametrize(("name", "left"), [("wrap", ALL), ("shift", ["shift"])])
def test_what_a_node_does_counts_for_it_and_what_comes_after(
    run_it: Run, monkeypatch: pytest.MonkeyPatch, name: str, left: list[str]
) -> None:
    run_it()
    monkeypatch.setattr(fingerprints, "code_digest", lambda path: path + "!" * path.endswith(name))
    assert run_it() == left


@pytest.mark.parametrize(("kind", "left"), [("RunsDataset", ["tabulate"]), ("PictureDataset", [])])
def test_how_a_dataset_is_saved_and_loaded_counts(
    run_it: Run, monkeypatch: pytest.MonkeyPatch, kind: str, left: list[str]
) -> None:
    pipeline = Pipeline([node(tabulate, "params:number", "runs", name="tabulate")])
    run_it(pipeline)
    monkeypatch.setattr(fingerprints, "code_digest", lambda path: path + "!" * path.endswith(kind))
    assert run_it(pipeline) == left


def test_a_model_named_in_a_parameter_counts_with_its_package(
    run_it: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: dict[str, Any] = {"number": {"type": "sklearn.svm.SVC"}, "by": 1}
    wrapped = Pipeline([node(wrap, "params:number", "wrapped", name="wrap")])
    assert run_it(wrapped, **named) == ["wrap"]
    assert run_it(wrapped, **named) == []
    monkeypatch.setattr(
        fingerprints, "version_of", lambda name: "9.9" if name == "sklearn" else None
    )
    assert run_it(wrapped, **named) == ["wrap"]


def test_threads_and_stored_fits_do_not_count_but_the_engine_does(
    run_it: Run, tmp_path: Path
) -> None:
    template = Pipeline([node(count_fits, ["wrapped", "trainer"], "shifted", name="count")])
    pipeline = PIPELINE.filter(node_names=["double", "wrap"]) + template
    store = tmp_path / "fits"
    assert run_it(pipeline, trainer={"workers": 1})[-1] == "count"
    (store / "ab").mkdir(parents=True)
    (store / "ab" / "fit.npz").write_bytes(b"")
    assert run_it(pipeline, trainer={"workers": 2}) == []
    assert run_it(pipeline, trainer={"engine": "keras"}) == ["count"]
    assert run_it(pipeline, trainer={"random": "threefry"}) == ["count"]


def test_functions_from_elsewhere_are_always_run(
    run_it: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "_is_ours", lambda name: name.startswith("regpipe."))
    run_it()
    assert run_it() == ALL


def test_a_part_of_a_pipeline_knows_what_the_whole_has_made(run_it: Run, tmp_path: Path) -> None:
    run_it()
    last = PIPELINE.filter(node_names=["shift"])
    assert run_it(last) == []
    assert run_it(last, by=5) == ["shift"]
    # Somebody else's file in its place is another input, and the whole mends it.
    (tmp_path / "wrapped.json").write_text('{\n  "number": 9\n}')
    assert run_it(last, by=5) == ["shift"]
    assert json.loads((tmp_path / "shifted.json").read_text()) == {"number": 14}
    assert run_it(by=5) == ALL


def test_what_a_part_was_asked_for_is_handed_out(run_it: Run) -> None:
    run_it()
    assert run_it(PIPELINE.filter(node_names=["double"])) == ["double"]


def test_a_table_of_ones_own_counts_by_its_content(run_it: Run, tmp_path: Path) -> None:
    table = tmp_path / "table.json"
    table.write_text('{"number": 1}')
    pipeline = Pipeline([node(shift, ["table", "params:by"], "shifted", name="shift")])
    assert run_it(pipeline) == ["shift"]
    os.utime(table)
    assert run_it(pipeline) == []
    table.write_text('{"number": 2}')
    assert run_it(pipeline) == ["shift"]


@pytest.mark.parametrize(
    "damaged",
    ["[]", "null", '"made"', '{"wrapped": {"fing', "\0" * 40, '{"wrapped": {"content": "ab"}}'],
)
def test_records_that_are_damaged_are_told_in_one_line(
    run_it: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, damaged: str
) -> None:
    run_it()
    assert "can't be read" not in caplog.text
    (tmp_path / "made.json").write_text(damaged)
    assert run_it() == ALL
    (line,) = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert "can't be read: everything counts as new" in line and "\n" not in line
    assert run_it() == []


def test_where_nothing_is_made_nothing_is_written(run_it: Run, tmp_path: Path) -> None:
    run_it()
    before = (tmp_path / "made.json").stat()
    assert run_it() == []
    after = (tmp_path / "made.json").stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_an_error_is_not_hidden_by_that_of_the_records(
    run_it: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(wrapped: Any) -> None:
        monkeypatch.setattr(JSONDataset, "save", full)
        raise RuntimeError("broken")

    def full(*_: Any) -> None:
        raise DatasetError("made: Failed while saving. No space left on device")

    broken = PIPELINE + Pipeline([node(fail, "shifted", "failed", name="fail")])
    with pytest.raises(RuntimeError, match="broken"):
        run_it(broken)


def test_what_is_made_is_recorded_while_the_next_node_takes_long(
    run_it: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run may be ended in a training: what it wrote before isn't to look damaged."""
    monkeypatch.setattr(incremental, "SAVED_EVERY", 0.5)
    records = tmp_path / "made.json"

    def train(shifted: Any) -> Any:
        ends = time.monotonic() + 30
        while not (records.exists() and "shifted" in json.loads(records.read_text())):
            assert time.monotonic() < ends
            time.sleep(0.01)
        return shifted

    run_it(PIPELINE + Pipeline([node(train, "shifted", "trained", name="train")]))


def test_what_was_made_before_an_error_is_remembered(run_it: Run) -> None:
    def fail(wrapped: Any) -> None:
        ran.append("fail")
        raise RuntimeError("broken")

    broken = PIPELINE + Pipeline([node(fail, "shifted", "failed", name="fail")])
    with pytest.raises(RuntimeError, match="broken"):
        run_it(broken)
    ran.clear()
    with pytest.raises(RuntimeError, match="broken"):
        run_it(broken)
    assert ran == ["fail"]


def test_it_says_what_it_leaves_out(run_it: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        run_it()
        assert "up to date" not in caplog.text
        run_it(by=2)
    assert "2 of 3 nodes are up to date" in caplog.text
