import base64
import inspect
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure
from PIL import Image

from regpipe.candidates.arm import Arm
from regpipe.engine.job import Job
from regpipe.kedro_side.datasets import (
    KerasModelDataset,
    NpzDataset,
    OriginDataset,
    PagesDataset,
    PictureDataset,
    RunsDataset,
    StoriesDataset,
    ValueDataset,
    whole,
)
from regpipe.language import Technique
from regpipe.report.study import Story
from regpipe.rows.arrays import Rows
from tests import answers
from tests.conftest import PROBLEMS, TECHNIQUES, arm_called


def runs_of(folder: Path) -> RunsDataset:
    return RunsDataset(
        filepath=str(folder / "new" / "runs.csv"), row_scores=str(folder / "new" / "rows.npz")
    )


def test_a_run_table_comes_back_with_the_scores_of_rows(tmp_path: Path) -> None:
    rows = [np.array([0.25, np.nan], "float32"), np.nan]
    table = pd.DataFrame({"test_accuracy": [0.1 + 0.2, 1 / 3], "test_accuracy_by_row": rows})
    dataset = runs_of(tmp_path)
    dataset.save(table)
    loaded = dataset.load()
    assert loaded["test_accuracy"].tolist() == [0.1 + 0.2, 1 / 3]
    np.testing.assert_array_equal(loaded["test_accuracy_by_row"][0], rows[0])
    assert np.isnan(loaded["test_accuracy_by_row"][1])
    assert pd.read_csv(tmp_path / "new" / "runs.csv").columns.tolist() == ["test_accuracy"]
    assert dataset.preview(1)["data"] == [[0.1 + 0.2]]


def test_scores_of_rows_of_another_run_are_not_left_beside_a_table(tmp_path: Path) -> None:
    dataset, table = runs_of(tmp_path), pd.DataFrame({"loss": [1.0]})
    dataset.save(table.assign(loss_by_row=[np.ones(2)]))
    dataset.save(table)
    assert not (tmp_path / "new" / "rows.npz").exists()
    assert dataset.load().columns.tolist() == ["loss"]


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    dataset = NpzDataset(filepath=str(tmp_path / "new" / "weights.npz"))
    arrays = {"fixed/hidden/kernel": np.arange(6.0).reshape(2, 3), "n": np.array(3)}
    assert not dataset.exists()
    dataset.save(arrays)
    assert dataset.exists()
    loaded = dataset.load()
    assert list(loaded) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)


def test_objects_are_refused_both_ways(tmp_path: Path) -> None:
    file = tmp_path / "weights.npz"
    with pytest.raises(DatasetError, match="allow_pickle"):
        NpzDataset(filepath=str(file)).save({"a": np.array([{}], dtype=object)})
    np.savez(file, a=np.array([{}], dtype=object))
    with pytest.raises(DatasetError, match="allow_pickle"):
        NpzDataset(filepath=str(file)).load()


def test_a_model_comes_back_and_previews_without_keras(tmp_path: Path) -> None:
    from regpipe.backend import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="hidden")])
    dataset = KerasModelDataset(filepath=str(tmp_path / "new" / "model.keras"))
    dataset.save(model)
    x = np.ones((1, 2), "float32")
    np.testing.assert_array_equal(dataset.load()(x), model(x))
    layers = json.loads(str(dataset.preview()))["config"]["layers"]
    assert layers[1]["config"]["name"] == "hidden"


def test_a_picture_is_read_as_the_file_that_was_saved(tmp_path: Path) -> None:
    file = tmp_path / "some" / "picture.png"
    dataset = PictureDataset(filepath=str(file), save_args={"dpi": 40})
    dataset.save(Figure(figsize=(2, 1)))
    assert dataset.load() == file.read_bytes()
    with Image.open(file) as image:
        assert image.size == (80, 40)
    assert base64.b64decode(dataset.preview()) == dataset.load()
    same = PictureDataset(filepath=str(tmp_path / "another" / "picture.png"))
    same.save(dataset.load())
    assert same.load() == dataset.load()


def wide() -> Figure:
    """Return a figure whose title is wider than it."""
    figure = Figure(figsize=(2, 1), layout="constrained")
    figure.subplots().set_ylabel("height")
    figure.suptitle("A title that has no room")
    return figure


@pytest.mark.parametrize("layout", ["constrained", None])
def test_a_picture_is_laid_out_once_and_cut_as_matplotlib_cuts_it(
    layout: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments: Any = {"dpi": 40, "bbox_inches": "tight"}
    plain = wide()
    plain.set_layout_engine(layout)
    plain.savefig(tmp_path / "plain.png", **arguments)
    drawn: list[Any] = []
    draw = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda *given: (drawn.append(1), draw(*given)))
    dataset = PictureDataset(filepath=str(tmp_path / "ours.png"), save_args=arguments)
    figure = wide()
    figure.set_layout_engine(layout)
    dataset.save(figure)
    ours, theirs = (np.asarray(Image.open(tmp_path / f"{n}.png")) for n in ("ours", "plain"))
    np.testing.assert_array_equal(ours, theirs)
    assert ours.shape[1] > 80 and len(drawn) == 1


def kept(file: Path, value: Arm | Technique) -> Any:
    kind = type(value)
    dataset = ValueDataset(filepath=str(file), kind=f"{kind.__module__}.{kind.__name__}")
    dataset.save(value)
    return dataset.load()


@pytest.mark.parametrize("name", [*PROBLEMS, *TECHNIQUES])
def test_an_arm_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    """Also to the store of fits: what is read trains nothing that is there already."""
    arm = arm_called(name)
    read = kept(tmp_path / "new" / "arm.json", arm)
    assert read == arm and list(read.layers) == list(arm.layers)
    one = np.zeros((1, 2), "float32")
    jobs = [Job(a, {}, Rows(1, one, one, one, one, one, one), seed=1) for a in (arm, read)]
    assert jobs[0].key("compiled") == jobs[1].key("compiled")


def test_numbers_of_an_arm_come_back_to_the_last_digit(tmp_path: Path) -> None:
    arm = arm_called("weight_l2")
    hidden = arm.layers["hidden"]
    odd = {"l2": 0.1 + 0.2, "rate": 1, "most": float("inf"), "axes": [1, [2.0, None]]}
    arm = replace(arm, layers={"hidden": replace(hidden, arguments=odd)})
    read = kept(tmp_path / "arm.json", arm).layers["hidden"].arguments
    assert read == odd and type(read["rate"]) is int


@pytest.mark.parametrize("name", list(TECHNIQUES))
def test_a_technique_comes_back_with_what_was_set_and_no_more(name: str, tmp_path: Path) -> None:
    technique = TECHNIQUES[name]
    read = kept(tmp_path / "technique.json", technique)
    assert read == technique
    assert read.model_dump(exclude_unset=True) == technique.model_dump(exclude_unset=True)


def test_stories_come_back_as_they_were(tmp_path: Path) -> None:
    runs = pd.DataFrame({"protocol": ["fixed"], "repeat": [0], "test_loss": [0.1 + 0.2]})
    answer = answers.made(answers.answer())
    stories = {
        name: Story(answer, f"{name} ä", runs, {"samples": b"\x89"}, "b", "c")
        for name in ("second", "first")
    }
    dataset = StoriesDataset(filepath=str(tmp_path / "new" / "stories.zip"))
    assert not dataset.exists()
    dataset.save(stories)
    read = dataset.load()
    assert list(read) == list(stories)
    for name, story in stories.items():
        pd.testing.assert_frame_equal(read[name].runs, runs)
        assert str(read[name].answer) == str(answer)  # NaN isn't equal to itself
        assert replace(read[name], runs=None, answer=None) == replace(story, runs=None, answer=None)


def test_the_same_model_makes_the_same_file(tmp_path: Path) -> None:
    """Keras writes when it was, and where in memory it had the parts of an LSTM."""
    from regpipe.backend import keras

    def model() -> Any:
        rows, hidden = keras.Input((3, 1), name="rows"), keras.layers.LSTM(2, name="hidden")
        return keras.Sequential([rows, hidden], name="waves")

    once, again = model(), model()
    again.set_weights(once.get_weights())
    files = [tmp_path / "once.keras", tmp_path / "again.keras"]
    for model, file in zip((once, again), files, strict=True):
        KerasModelDataset(filepath=str(file)).save(model)
    assert files[0].read_bytes() == files[1].read_bytes()
    loaded = KerasModelDataset(filepath=str(files[1])).load()
    assert all(
        (a == b).all() for a, b in zip(loaded.get_weights(), once.get_weights(), strict=True)
    )


def test_pages_come_back_and_old_ones_go(tmp_path: Path) -> None:
    pages = PagesDataset(filepath=str(tmp_path / "new" / "report-pages"))
    pages.save({"a.html": b"old", "b.html": b"old"})
    files = {"a.html": b"new", "deeper/c.png": b"\x00"}
    pages.save(files)
    assert pages.load() == files
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["report-pages"]


@pytest.mark.parametrize("name", ["../a.html", "/a.html", "a/../../b.html"])
def test_no_page_is_written_outside_its_folder(tmp_path: Path, name: str) -> None:
    pages = PagesDataset(filepath=str(tmp_path / "new" / "report-pages"))
    with pytest.raises(DatasetError, match="Expected a path inside the folder"):
        pages.save({name: b""})
    assert not list(tmp_path.rglob("*.html"))


def test_where_a_run_comes_from_is_read_and_never_saved(tmp_path: Path) -> None:
    origin = OriginDataset(folder=str(tmp_path)).load()
    assert origin.commit == "" and origin.version
    with pytest.raises(DatasetError, match="can't be chosen"):
        OriginDataset().save(origin)


def test_what_is_not_there_has_no_preview(tmp_path: Path) -> None:
    here = {"filepath": str(tmp_path / "nothing")}
    kinds = [
        *(KerasModelDataset(**here), PictureDataset(**here), runs_of(tmp_path)),
        ValueDataset(kind="regpipe.candidates.arm.Arm", **here),
        *(whole.CSVDataset(**here), whole.JSONDataset(**here), whole.ParquetDataset(**here)),
    ]
    assert [dataset.preview() for dataset in kinds] == [None] * len(kinds)
    annotations = [inspect.signature(dataset.preview).return_annotation for dataset in kinds]
    assert all("Preview" in str(annotation) for annotation in annotations)  # kedro-viz asks for it
    table = whole.CSVDataset(**here)
    table.save(pd.DataFrame({"a": [1]}))
    assert table.preview()["data"]
