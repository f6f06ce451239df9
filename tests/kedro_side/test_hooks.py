"""Where the machine fails, a line says what can't be read or written, where, and why."""

import errno
from pathlib import Path

import click
import pandas as pd
import pytest
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side.hooks import CheckHooks
from regpipe.kedro_side.runner import IncrementalRunner
from tests.engine.test_fit_store import KEY, a_fit


def refusal_of(catalog: DataCatalog, pipeline: Pipeline) -> str:
    """Run a pipeline that fails, and return its refusal."""
    with pytest.raises(Exception) as failed:
        IncrementalRunner().run(pipeline, catalog, _create_hook_manager())
    with pytest.raises(click.ClickException) as refused:
        CheckHooks().on_pipeline_error(failed.value, catalog)
    return refused.value.message


def numbers() -> dict[str, int]:
    return {"number": 3}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
def test_a_full_disk(tmp_path: Path) -> None:
    files = {"made": tmp_path / "made.json", "repeats": Path("/dev/full")}
    catalog = DataCatalog.from_config(
        {name: {"type": "json.JSONDataset", "filepath": str(path)} for name, path in files.items()}
    )
    line = refusal_of(catalog, Pipeline([node(numbers, None, "repeats", name="repeats")]))
    assert line == ("the dataset 'repeats' can't be written to /dev/full: No space left on device.")


def test_the_second_file_of_a_dataset_that_cannot_be_written(tmp_path: Path) -> None:
    table, scores = tmp_path / "runs.csv", tmp_path / "row_scores.npz"
    scores.mkdir()
    kind = "regpipe.kedro_side.datasets.runs.RunsDataset"
    entry = {"type": kind, "filepath": str(table), "row_scores": str(scores)}
    made = {"type": "json.JSONDataset", "filepath": str(tmp_path / "made.json")}
    catalog = DataCatalog.from_config({"runs": entry, "made": made})
    line = refusal_of(catalog, Pipeline([node(pd.DataFrame, None, "runs", name="runs")]))
    assert f"the dataset 'runs' can't be written to {scores}: " in line


def test_a_store_of_fits_that_can_only_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, content: bytes) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    def train() -> int:
        FitStore(tmp_path / "fits").save(KEY, a_fit())
        return 1

    monkeypatch.setattr(Path, "write_bytes", refuse)
    catalog = DataCatalog.from_config(
        {"made": {"type": "json.JSONDataset", "filepath": str(tmp_path / "made.json")}}
    )
    line = refusal_of(catalog, Pipeline([node(train, None, "fits", name="train")]))
    assert line.startswith(f"[Errno {errno.EROFS}] Read-only file system: '{tmp_path}")


def test_what_was_told_before_is_read_before_anything_is_made(tmp_path: Path) -> None:
    (tmp_path / "looks.csv").write_text("question,problem\n")
    kind = "regpipe.kedro_side.datasets.stores.LooksDataset"
    catalog = DataCatalog.from_config(
        {"looks": {"type": kind, "path": str(tmp_path / "looks.csv")}}
    )
    tells = Pipeline([node(lambda looks: None, "looks", None, name="tell")])
    with pytest.raises(click.ClickException, match=r"looks.csv: can't be read as the table"):
        CheckHooks().before_pipeline_run(tells, catalog)
