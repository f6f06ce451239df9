"""What our datasets have in common: a place on this machine, and what a catalog asks about it."""

from pathlib import Path
from typing import Any, NoReturn, TypeVar

from kedro.io import AbstractDataset, DatasetError

Saved = TypeVar("Saved")
Loaded = TypeVar("Loaded")


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
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        self._write(data)

    def _write(self, data: Saved) -> None:
        raise NotImplementedError

    def _exists(self) -> bool:
        return self._filepath.exists()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}


class StoreDataset(AbstractDataset[NoReturn, Loaded]):
    """Hands out what is added to bit by bit, as a database's dataset hands out its connection.

    So a run that is interrupted loses nothing.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at its place.

        Args:
            path: of a file or a folder; it needn't exist.
            metadata: for plugins such as kedro-viz.
        """
        self._path = Path(path)
        self.metadata = metadata

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse."""
        raise DatasetError("What is new is added to what this dataset loads, bit by bit.")

    def _exists(self) -> bool:
        return True  # an empty one will do

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
