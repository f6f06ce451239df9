"""Values, arrays, networks and pictures: each a file, or a folder, that is written as a whole."""

import base64
import json
import zipfile
from collections.abc import Mapping
from copy import copy
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from kedro.io import AbstractDataset
from kedro_datasets._typing import ImagePreview, JSONPreview
from pydantic import TypeAdapter

from regpipe.engine import npz
from regpipe.engine.npz import Arrays
from regpipe.whole import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

    from regpipe.tables.exported import Predictor

METADATA = "metadata.json"  # of a `.keras` file
Loaded = TypeVar("Loaded")
Saved = TypeVar("Saved")


class FileDataset(AbstractDataset[Saved, Loaded]):
    """A file, or a folder, that is written as a whole."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at its place.

        Args:
            filepath: where it is; folders above it are made.
            metadata: for plugins such as kedro-viz.
        """
        self._filepath = Path(filepath)
        self.metadata = metadata

    def save(self, data: Saved) -> None:
        """Write the file."""
        with written_whole(self._filepath) as begun:
            beside = copy(self)
            beside._filepath = begun
            beside._write(data)

    def _write(self, data: Saved) -> None:
        raise NotImplementedError

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


class ExportDataset(FileDataset["Predictor", "Predictor"]):
    """Saves and loads a `regpipe.tables.exported.Predictor`; imports Keras only then."""

    def load(self) -> "Predictor":
        """Return the predictor."""
        from regpipe.tables.exported import load

        return load(self._filepath)

    def save(self, data: "Predictor") -> None:
        """Write the folder; it does so as a whole by itself."""
        data.save(self._filepath)


class KerasModelDataset(FileDataset[Any, Any]):
    """Saves and loads a `keras.Model`; imports Keras only then, and previews without it.

    (`kedro_datasets.tensorflow.TensorFlowModelDataset` imports TensorFlow as soon as a catalog
    names it, which costs `kedro viz` and `kedro catalog` ten seconds.)
    """

    def load(self) -> Any:
        """Return the model; a file that would run code of its own is refused (safe_mode)."""
        from regpipe.backend import keras

        return keras.models.load_model(self._filepath, safe_mode=True)

    def _write(self, data: Any) -> None:
        data.save(self._filepath)
        with zipfile.ZipFile(self._filepath) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        # Keras writes down when; the same model makes the same file.
        made_with = json.loads(files[METADATA])
        files[METADATA] = json.dumps({**made_with, "date_saved": None}).encode()
        write_zip(self._filepath, files)

    def preview(self) -> JSONPreview:
        """Return the model's configuration, as the file holds it."""
        with zipfile.ZipFile(self._filepath) as archive:
            config = json.loads(archive.read("config.json"))
        return JSONPreview(json.dumps(config))


class NpzDataset(FileDataset[Arrays, Arrays]):
    """Saves and loads a mapping of names to arrays."""

    def load(self) -> Arrays:
        """Return the arrays; one that holds Python objects is refused."""
        return npz.read(self._filepath)

    def _write(self, data: Arrays) -> None:
        np.savez_compressed(self._filepath, allow_pickle=False, **data)


class PictureDataset(FileDataset["Figure | bytes", bytes]):
    """Saves a figure as a PNG file, or the bytes of one, and loads its bytes.

    (`kedro_datasets.matplotlib.MatplotlibDataset` can't load, and imports Matplotlib as soon as a
    catalog names it.)
    """

    def __init__(
        self,
        *,
        filepath: str,
        save_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the picture is, ending in `.png`.
            save_args: of `matplotlib.figure.Figure.savefig`.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._save_args = save_args or {}

    def load(self) -> bytes:
        """Return the PNG file."""
        return self._filepath.read_bytes()

    def _write(self, data: "Figure | bytes") -> None:
        if isinstance(data, bytes):
            self._filepath.write_bytes(data)
            return
        arguments = dict(self._save_args)
        if arguments.get("bbox_inches") == "tight":
            arguments["bbox_inches"] = _laid_out(data, arguments.get("dpi", data.dpi))
        data.savefig(self._filepath, **arguments)

    def preview(self) -> ImagePreview:
        """Return the picture as kedro-viz shows it."""
        return ImagePreview(base64.b64encode(self.load()).decode())


def _laid_out(figure: "Figure", dpi: float) -> "Bbox":
    """Lay a figure out for good, and return what it takes up, in inches.

    `savefig` would find that out by drawing all of it one more time.
    """
    from matplotlib import rcParams

    figure.set_dpi(dpi)
    if layout := figure.get_layout_engine():
        layout.execute(figure)
        figure.set_layout_engine(None)
    return figure.get_tightbbox().padded(rcParams["savefig.pad_inches"])


def write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files as a zip without the time at which that was, and not compressed."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)


class ValueDataset(FileDataset[Any, Any]):
    """Saves and loads a block of YAML, or what was made of some: equal to what was saved.

    What wasn't set isn't written, so that it stays unset; `exclude_unset: false`
    among the `save_args` writes it all the same.
    """

    def __init__(
        self,
        *,
        filepath: str,
        kind: str,
        save_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the value is, ending in `.json`.
            kind: its type, such as `regpipe.candidates.arm.Arm`: a dataclass, or pydantic's.
            save_args: of pydantic's `dump_python`.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._kind = kind
        self._save_args = {"exclude_unset": True, **(save_args or {})}

    def load(self) -> Any:
        """Return the value."""
        return self._type.validate_python(json.loads(self._filepath.read_text(encoding="utf-8")))

    def _write(self, data: Any) -> None:
        plain = self._type.dump_python(data, **self._save_args)
        self._filepath.write_text(json.dumps(plain, indent=2), encoding="utf-8")

    def preview(self) -> JSONPreview:
        """Return the text of the file, for kedro-viz."""
        return JSONPreview(self._filepath.read_text(encoding="utf-8"))

    @cached_property
    def _type(self) -> TypeAdapter[Any]:
        module, _, name = self._kind.rpartition(".")
        return TypeAdapter(getattr(import_module(module), name))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "kind": self._kind}
