import json
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DataCatalog, DatasetError
from matplotlib.figure import Figure
from PIL import Image

from regpipe.datasets import KerasModelDataset, NpzDataset, PictureDataset


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
    catalog = DataCatalog({"shown": dataset})  # the runner has to know which file that is
    assert catalog.to_config()[0]["shown"]["filepath"] == str(file)
