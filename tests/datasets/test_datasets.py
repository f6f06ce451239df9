import json
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError

from regpipe.datasets import KerasModelDataset, NpzDataset


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
