"""Values, arrays, networks and pictures: each a file, or a folder, that is written as a whole."""

import base64
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import fsspec
import numpy as np
from kedro.io import AbstractVersionedDataset, Version
from kedro.io.core import get_protocol_and_path
from kedro_datasets._typing import ImagePreview, JSONPreview
from pydantic import TypeAdapter

from regpipe.engine import npz
from regpipe.engine.npz import Arrays
from regpipe.kedro_side.datasets.previews import of_what_is_there
from regpipe.places.elsewhere import fetched, put_whole
from regpipe.whole import written_whole

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

    from regpipe.tables.exported import About, Predictor

METADATA, CONFIG = "metadata.json", "config.json"  # of a `.keras` file
SHARED = re.compile(rb'(?<="shared_object_id": )\d+')  # where in memory Keras had an object
Loaded = TypeVar("Loaded")
Saved = TypeVar("Saved")


class FileDataset(AbstractVersionedDataset[Saved, Loaded]):
    """A file, or a folder, that is written as a whole: here, or wherever fsspec reaches."""

    def __init__(
        self,
        *,
        filepath: str,
        version: Version | None = None,
        credentials: dict[str, Any] | None = None,
        fs_args: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at its place.

        Args:
            filepath: where it is, with a protocol such as `s3://` if not here; folders above it
                are made.
            version: which is loaded and which is saved, where `versioned: true` keeps all.
            credentials: of the file system.
            fs_args: further arguments of the file system, as `fsspec.filesystem` takes them.
            metadata: for plugins such as kedro-viz.
        """
        self._protocol, path = get_protocol_and_path(filepath, version)
        # What was listed before is not believed: others write there, too.
        options = {"use_listings_cache": False, **(credentials or {}), **(fs_args or {})}
        self._fs = fsspec.filesystem(self._protocol, **options)
        self.metadata = metadata
        place = PurePosixPath(path)
        super().__init__(place, version, self._fs.exists, self._fs.glob)

    def load(self) -> Loaded:
        """Return what was saved."""
        with self._at_hand() as path:
            return self._read(path)

    def save(self, data: Saved) -> None:
        """Write the file."""
        place, here = str(self._get_save_path()), self._protocol == "file"
        with written_whole(Path(place)) if here else put_whole(self._fs, place) as begun:
            self._write(begun, data)

    def remove(self) -> None:
        """Remove the file, if it is there and keeps no versions."""
        if not self._version and self._exists():
            self._fs.rm_file(str(self._filepath))

    @contextmanager
    def _at_hand(self) -> Iterator[Path]:
        """Give a path on this machine at which the file can be read."""
        place = self._get_load_path()
        if self._protocol == "file":
            yield Path(place)
            return
        with fetched(self._fs, str(place)) as copy:
            yield copy

    def _read(self, path: Path) -> Loaded:
        raise NotImplementedError

    def _write(self, path: Path, data: Saved) -> None:
        raise NotImplementedError

    def _exists(self) -> bool:
        return self._fs.exists(str(self._get_load_path()))

    def _describe(self) -> dict[str, Any]:
        place = {"filepath": str(self._filepath), "protocol": self._protocol}
        return {**place, "version": self._version}


class ExportDataset(FileDataset["Predictor", "Predictor"]):
    """Saves and loads a `regpipe.tables.exported.Predictor`; imports Keras only then."""

    def _read(self, path: Path) -> "Predictor":
        from regpipe.tables.exported import load

        return load(path)

    def _write(self, path: Path, data: "Predictor") -> None:
        data.save(path)

    def about(self) -> "About":
        """Return what the export is, without its model."""
        from regpipe.tables.exported import about_of

        with self._at_hand() as path:
            return about_of(path)


class KerasModelDataset(FileDataset[Any, Any]):
    """Saves and loads a `keras.Model`; imports Keras only then, and previews without it.

    A file that would run code of its own is refused (`safe_mode`).
    (`kedro_datasets.tensorflow.TensorFlowModelDataset` imports TensorFlow as soon as a catalog
    names it, which costs `kedro viz` and `kedro catalog` ten seconds.)
    """

    def _read(self, path: Path) -> Any:
        from regpipe.backend import keras

        return keras.models.load_model(path, safe_mode=True)

    def _write(self, path: Path, data: Any) -> None:
        data.save(path)
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        # Keras writes down when; the same model makes the same file.
        made_with = json.loads(files[METADATA])
        files[METADATA] = json.dumps({**made_with, "date_saved": None}).encode()
        files[CONFIG] = SHARED.sub(_in_turn(), files[CONFIG])
        write_zip(path, files)

    @of_what_is_there
    def preview(self) -> JSONPreview:
        """Return the model's configuration, as the file holds it."""
        with self._at_hand() as path, zipfile.ZipFile(path) as archive:
            config = json.loads(archive.read("config.json"))
        return JSONPreview(json.dumps(config))


class NpzDataset(FileDataset[Arrays, Arrays]):
    """Saves and loads a mapping of names to arrays; one that holds Python objects is refused."""

    def _read(self, path: Path) -> Arrays:
        return npz.read(path)

    def _write(self, path: Path, data: Arrays) -> None:
        with path.open("wb") as file:  # NumPy would add an ending to a name
            np.savez_compressed(file, allow_pickle=False, **data)


class PictureDataset(FileDataset["Figure | bytes", bytes]):
    """Saves a figure as a PNG file, or the bytes of one, and loads its bytes.

    (`kedro_datasets.matplotlib.MatplotlibDataset` can't load, and imports Matplotlib as soon as a
    catalog names it.)
    """

    def __init__(self, *, save_args: dict[str, Any] | None = None, **place: Any) -> None:
        """Point the dataset at a file that ends in `.png`.

        Args:
            save_args: of `matplotlib.figure.Figure.savefig`.
            place: as of a `FileDataset`.
        """
        super().__init__(**place)
        self._save_args = save_args or {}

    def _read(self, path: Path) -> bytes:
        return path.read_bytes()

    def _write(self, path: Path, data: "Figure | bytes") -> None:
        if isinstance(data, bytes):
            path.write_bytes(data)
            return
        arguments = dict(self._save_args)
        if arguments.get("bbox_inches") == "tight":
            arguments["bbox_inches"] = _laid_out(data, arguments.get("dpi", data.dpi))
        data.savefig(path, **arguments)

    @of_what_is_there
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


def _in_turn() -> Callable[[re.Match[bytes]], bytes]:
    """Return what numbers the objects of a file in the order in which it names them."""
    numbers: dict[bytes, int] = {}
    return lambda found: str(numbers.setdefault(found[0], len(numbers) + 1)).encode()


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

    def __init__(self, *, kind: str, save_args: dict[str, Any] | None = None, **place: Any) -> None:
        """Point the dataset at a file that ends in `.json`.

        Args:
            kind: its type, such as `regpipe.candidates.arm.Arm`: a dataclass, or pydantic's.
            save_args: of pydantic's `dump_python`.
            place: as of a `FileDataset`.
        """
        super().__init__(**place)
        self._kind = kind
        self._save_args = {"exclude_unset": True, **(save_args or {})}

    def _read(self, path: Path) -> Any:
        return self._type.validate_python(json.loads(path.read_text(encoding="utf-8")))

    def _write(self, path: Path, data: Any) -> None:
        plain = self._type.dump_python(data, **self._save_args)
        path.write_text(json.dumps(plain, indent=2), encoding="utf-8")

    @of_what_is_there
    def preview(self) -> JSONPreview:
        """Return the text of the file, for kedro-viz."""
        with self._at_hand() as path:
            return JSONPreview(path.read_text(encoding="utf-8"))

    @cached_property
    def _type(self) -> TypeAdapter[Any]:
        module, _, name = self._kind.rpartition(".")
        return TypeAdapter(getattr(import_module(module), name))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "kind": self._kind}
