"""Artifacts of a data folder that are damaged: made again, or told in one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline, node

from regpipe import cli
from regpipe.kedro_side import parts
from regpipe.kedro_side.hooks import CheckHooks, unreadable
from regpipe.kedro_side.runner import IncrementalRunner
from regpipe.kedro_side.runner.records import Record, content_of, files_of, write_records
from tests.conftest import arm_called
from tests.exports import predictor

OURS = "regpipe.kedro_side.datasets"
TABLE = pd.DataFrame({"repeat": range(40), "outcome": ["finished", "stopped"] * 20})


def small_model() -> Any:
    from regpipe.backend import keras

    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


def small_story() -> Any:
    from regpipe.report.study import Story
    from tests import answers

    return {"mine": Story(answers.made(answers.answer()), "words", TABLE, {"a": b"\x89"}, "b", "c")}


# Each type of conf/base/catalog.yml: its entry, what is saved, and the ending of its file.
TYPES: dict[str, tuple[dict[str, Any], Callable[[], Any], str]] = {
    f"{OURS}.whole.JSONDataset": ({}, lambda: {"layers": list(range(30))}, ".json"),
    f"{OURS}.whole.ParquetDataset": ({}, lambda: TABLE, ".parquet"),
    f"{OURS}.whole.TextDataset": ({}, lambda: "# model\n" * 30, ".py"),
    f"{OURS}.sheets.SheetDataset": ({"save_args": {"index": False}}, lambda: TABLE, ".csv"),
    f"{OURS}.RunsDataset": ({"row_scores": "rows.npz"}, lambda: TABLE, ".csv"),
    f"{OURS}.ValueDataset": (
        {"kind": "regpipe.candidates.arm.Arm"},
        lambda: arm_called("moons"),
        ".json",
    ),
    f"{OURS}.KerasModelDataset": ({}, small_model, ".keras"),
    f"{OURS}.NpzDataset": ({}, lambda: {"a": np.arange(99.0)}, ".npz"),
    f"{OURS}.PictureDataset": ({}, lambda: b"\x89PNG" + bytes(99), ".png"),
    f"{OURS}.StoriesDataset": ({}, small_story, ".zip"),
    f"{OURS}.ExportDataset": ({}, predictor, "_export"),
}


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a whole file of each type holds; of an export, its model."""
    folder, found = tmp_path_factory.mktemp("whole"), {}
    for kind, (_, value, _) in TYPES.items():
        catalog, file = of(folder, kind)
        catalog.save("mine.it", value())
        found[kind] = (file / "model.skops" if file.is_dir() else file).read_bytes()
    return found


def of(folder: Path, kind: str) -> tuple[DataCatalog, Path]:
    """Return a catalog of one dataset and the records, and where the dataset lies."""
    entry, _, ending = TYPES[kind]
    file = folder / f"it{ending}"
    entry = {**entry, "type": kind, "filepath": str(file)}
    if "row_scores" in entry:
        entry["row_scores"] = str(folder / entry["row_scores"])
    made = {"type": f"{OURS}.whole.JSONDataset", "filepath": str(folder / "made.json")}
    return DataCatalog.from_config({"mine.it": entry, "made": made}), file


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0x55]) + content[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "half": lambda content: content[: len(content) // 2],
    "empty": lambda content: b"",
    "garbage": lambda content: b"\x00\xff\xfe<garbage>" * 20,
    "flipped": flipped,
    "something else": lambda content: b"[]",
    "a folder": lambda content: None,
}


def damaged(folder: Path, kind: str, damage: str, content: bytes) -> DataCatalog:
    """Return a catalog whose dataset is damaged."""
    catalog, file = of(folder, kind)
    if file.suffix == "":  # an export
        catalog.save("mine.it", predictor())
        file = file / "model.skops"
        file.unlink()
    bad = DAMAGES[damage](content)
    file.mkdir() if bad is None else file.write_bytes(bad)
    return catalog


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", TYPES)
def test_what_is_damaged_is_read_or_told_in_a_line(
    kind: str, damage: str, contents: dict[str, bytes], tmp_path: Path
) -> None:
    catalog = damaged(tmp_path, kind, damage, contents[kind])
    try:
        catalog.load("mine.it")
    except DatasetError as error:
        line = unreadable(error)
        assert line.startswith("the dataset 'mine.it' can't be read. ") and "\n" not in line
        assert len(line) > len("the dataset 'mine.it' can't be read. ")
        return
    # Whether a text or a picture's bytes are as they were, only a digest can tell; see below.
    blind = {f"{OURS}.whole.JSONDataset", f"{OURS}.whole.TextDataset", f"{OURS}.PictureDataset"}
    blind |= {f"{OURS}.sheets.SheetDataset", f"{OURS}.RunsDataset"}
    folder_of_parts = kind == f"{OURS}.whole.ParquetDataset" and damage == "a folder"
    assert kind in blind or damage == "flipped" or folder_of_parts


def part_and_whole() -> tuple[Pipeline, Pipeline]:
    """Return what reads the dataset, and what makes it."""
    of_mine = {"namespace": "mine"}
    reads = Pipeline([node(len, "mine.it", "mine.other", name="read", **of_mine)])
    return reads, Pipeline([node(lambda: None, None, "mine.it", name="make", **of_mine)])


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", TYPES)
def test_a_part_of_a_pipeline_refuses_what_is_not_as_a_run_left_it(
    kind: str,
    damage: str,
    contents: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reads, makes = part_and_whole()
    monkeypatch.setattr(parts, "pipelines", {"mine": makes})
    catalog, file = of(tmp_path, kind)
    file = file / "model.skops" if file.suffix == "" else file
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(contents[kind])
    entry = catalog.config_resolver.resolve_pattern("mine.it")
    content = content_of(files_of(entry))
    assert content is not None
    write_records(catalog, {"mine.it": Record(fingerprint="some", content=content)})
    assert not parts.changed_inputs(reads, catalog)
    file.unlink()
    bad = DAMAGES[damage](contents[kind])
    file.mkdir() if bad is None else file.write_bytes(bad)
    assert parts.changed_inputs(reads, catalog) == {"mine.it": "mine"}
    with pytest.raises(click.ClickException) as refused:
        CheckHooks().before_pipeline_run(reads, catalog)
    assert refused.value.message == (
        "this part of a pipeline reads 'mine.it', which was changed since, or damaged. Run what "
        "makes it first: kedro run --pipelines=mine"
    )


@pytest.mark.parametrize("kind", [kind for kind in TYPES if not kind.endswith("ExportDataset")])
def test_a_folder_in_the_place_of_a_file_that_is_to_be_written_is_a_line(
    kind: str, tmp_path: Path
) -> None:
    catalog, file = of(tmp_path, kind)
    file.mkdir()
    make = Pipeline([node(TYPES[kind][1], None, "mine.it", name="make", namespace="mine")])
    with pytest.raises(Exception) as failed:
        IncrementalRunner().run(make, catalog)
    with pytest.raises(click.ClickException) as refused:
        CheckHooks().on_pipeline_error(failed.value, catalog)
    line = refused.value.message
    assert "can't be written" in line and "\n" not in line


def test_a_table_that_is_not_there_is_said_before_anything_runs(tmp_path: Path) -> None:
    reads, _ = part_and_whole()
    catalog, file = of(tmp_path, f"{OURS}.whole.TextDataset")
    with pytest.raises(click.ClickException) as refused:
        CheckHooks().before_pipeline_run(reads, catalog)
    assert refused.value.message == f"there is no file {file} ('mine.it'), and this run reads it."


def test_what_cannot_be_read_at_the_end_of_a_run_is_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog, file = of(tmp_path, f"{OURS}.whole.ParquetDataset")
    file.write_text("no table")

    def end(**given: Any) -> None:
        catalog.load("mine.it")

    monkeypatch.setattr(cli.kedro_run, "callback", end)
    with pytest.raises(click.ClickException, match="the dataset 'mine.it' can't be read. "):
        cli._run(runner=None)
