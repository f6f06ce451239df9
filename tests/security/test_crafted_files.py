"""Files that would run code of their own if whoever reads them let them: none does."""

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from kedro.io import DataCatalog, DatasetError
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from regpipe.errors import SpecError
from regpipe.kedro_side.hooks import unreadable
from regpipe.tables.exported import load
from regpipe.tables.sealed import seal
from tests.exports import predictor

OURS = "regpipe.kedro_side.datasets"


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that is there once crafted code has run."""
    return tmp_path / "ran"


def line_of(kind: str, file: Path) -> str:
    """Return the line by which a dataset refuses a file."""
    catalog = DataCatalog.from_config({"it": {"type": f"{OURS}.{kind}", "filepath": str(file)}})
    with pytest.raises(DatasetError) as refused:
        catalog.load("it")
    line = unreadable(refused.value)
    assert "\n" not in line
    return line


def layer(module: str | None, name: str, config: Any, registered: str | None = None) -> Any:
    return {"module": module, "class_name": name, "config": config, "registered_name": registered}


def dense(**more: Any) -> dict[str, Any]:
    return layer("keras.layers", "Dense", {"units": 1, "name": "d", **more})


def crafted_layers(marker: Path) -> dict[str, Any]:
    """Return layers, by what they would do, each of which would leave the marker or read a file."""
    touch, folder = f"touch {marker}", str(marker.parent)
    code = layer("builtins", "__lambda__", {"code": "4wEAAAAAAAAAAAAAAAEAAAAD"})
    fetched = layer("keras.utils", "get_file", {"fname": "ran", "origin": f"file://{__file__}"})
    words = {"vocabulary": "/etc/passwd", "name": "w"}
    wrapped = {"module": layer("torch", "load", touch), "name": "t"}
    return {
        "a lambda": layer("keras.layers", "Lambda", {"name": "l", "function": code}),
        "os.system": layer("os", "system", touch),
        "os.system, registered": layer(None, "system", {"command": touch}, "os>system"),
        "posix.system": layer("posix", "system", touch),
        "subprocess.Popen": layer("subprocess", "Popen", {"args": ["touch", str(marker)]}),
        "builtins.eval": layer("builtins", "eval", f"open({str(marker)!r}, 'w')"),
        "os.system as activation": dense(activation=layer("os", "function", "system", "function")),
        "eval as activation": dense(activation=layer("builtins", "function", "eval", "function")),
        "a fetched file": fetched,
        "a fetched file as initializer": dense(kernel_initializer=fetched),
        "numpy.load": layer("numpy", "load", {"file": str(marker), "allow_pickle": True}),
        "a file of words": layer("keras.layers", "StringLookup", words),
        "a saved model": layer("keras.layers", "TFSMLayer", {"filepath": folder, "name": "s"}),
        "a module of torch": layer("keras.layers", "TorchModuleWrapper", wrapped),
        "pickle.loads": layer("pickle", "loads", {"data": "cos\nsystem\n(S'x'\ntR."}),
    }


KERAS = list(crafted_layers(Path("marker")))


@pytest.mark.parametrize("what", KERAS)
def test_a_network_that_would_run_code_is_refused(what: str, marker: Path, tmp_path: Path) -> None:
    file = ending_with(crafted_layers(marker)[what], tmp_path / "model.keras")
    line = line_of("KerasModelDataset", file)
    assert "can't be read. " in line and "safe_mode=False" not in line
    assert not marker.exists()


def test_a_harmless_layer_in_the_same_place_is_read(tmp_path: Path) -> None:
    file = ending_with(dense(), tmp_path / "model.keras")
    catalog = {"it": {"type": f"{OURS}.KerasModelDataset", "filepath": str(file)}}
    assert DataCatalog.from_config(catalog).load("it").layers[-1].name == "d"


def ending_with(last: dict[str, Any], file: Path) -> Path:
    """Write a network whose last layer is replaced."""
    from regpipe.backend import keras

    whole = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="d")])
    whole.save(file)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    config = json.loads(parts["config.json"])
    config["config"]["layers"][-1] = last
    parts["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def test_a_whole_network_in_the_place_of_which_stands_a_function_is_refused(
    marker: Path, tmp_path: Path
) -> None:
    file = tmp_path / "model.keras"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(layer("os", "system", f"touch {marker}")))
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.14.0"}))
        archive.writestr("../../ran", "outside")
    assert "can't be read. " in line_of("KerasModelDataset", file) and not marker.exists()


class Runs:
    """An object that runs a command when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


def test_arrays_of_objects_are_refused(marker: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "it.npz", a=np.array([Runs(marker)], dtype=object))
    assert "Object arrays cannot be loaded" in line_of("NpzDataset", tmp_path / "it.npz")
    assert not marker.exists()


SKOPS: dict[str, Any] = {
    "os.system": lambda marker: FunctionTransformer(os.system, kw_args={"command": str(marker)}),
    "eval": lambda marker: FunctionTransformer(eval),
    "numpy.load": lambda marker: FunctionTransformer(np.load),
    "numpy.loadtxt": lambda marker: FunctionTransformer(np.loadtxt),
    "pandas.read_pickle": lambda marker: FunctionTransformer(__import__("pandas").read_pickle),
    "subprocess.Popen": lambda marker: FunctionTransformer(subprocess.Popen),
    "open": lambda marker: FunctionTransformer(open),
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "mine_export"
    predictor().save(folder)
    return folder


def refused(export: Path) -> str:
    """Return the line by which an export is refused whose digests are made to fit."""
    seal(export)
    with pytest.raises(SpecError) as error:
        load(export)
    (line,) = error.value.faults
    return line


@pytest.mark.parametrize("file", ["model.skops", "preprocessing.skops"])
@pytest.mark.parametrize("what", SKOPS)
def test_an_estimator_of_functions_that_do_more_is_refused(
    what: str, file: str, export: Path, marker: Path
) -> None:
    skops.io.dump(SKOPS[what](marker), export / file)
    assert f"{file}: it consists of " in refused(export) and not marker.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [("os", "system"), ("builtins", "eval"), ("subprocess", "Popen"), ("numpy", "load")],
)
def test_an_estimator_whose_type_is_renamed_is_refused(
    module: str, name: str, export: Path, marker: Path
) -> None:
    file = export / "model.skops"
    skops.io.dump(LogisticRegression(), file)
    with zipfile.ZipFile(file) as archive:
        schema = json.loads(archive.read("schema.json"))
    schema |= {"__module__": module, "__class__": name}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("schema.json", json.dumps(schema))
    line = refused(export)
    assert "model.skops: it consists of " in line or "can't be read" in line
    assert not marker.exists()


def test_code_beside_a_model_is_never_run(export: Path, marker: Path) -> None:
    (export / "model.py").write_text(f"open({str(marker)!r}, 'w')")
    seal(export)
    assert load(export).code.startswith("open(") and not marker.exists()


def test_yaml_makes_no_objects(tmp_path: Path, marker: Path) -> None:
    from kedro.config import OmegaConfigLoader

    from regpipe.settings import CONFIG_LOADER_ARGS

    for env in ("base", "local"):
        (tmp_path / "conf" / env).mkdir(parents=True)
    text = f"mine: !!python/object/apply:os.system ['touch {marker}']\n"
    (tmp_path / "conf" / "base" / "problems.yml").write_text(text)
    loader = OmegaConfigLoader(conf_source=str(tmp_path / "conf"), **CONFIG_LOADER_ARGS)
    with pytest.raises(Exception, match="could not determine a constructor"):
        loader["parameters"]
    assert not marker.exists()
