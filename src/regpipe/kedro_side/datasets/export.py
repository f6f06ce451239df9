"""A fitted network with its preprocessing, in a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.io import AbstractDataset

if TYPE_CHECKING:
    from regpipe.tables.exported import Predictor


class ExportDataset(AbstractDataset["Predictor", "Predictor"]):
    """Saves and loads a `regpipe.tables.exported.Predictor`; imports Keras only then."""

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a folder.

        Args:
            path: of the folder.
            metadata: for plugins such as kedro-viz.
        """
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> "Predictor":
        """Return the predictor."""
        from regpipe.tables.exported import load

        return load(self._path)

    def save(self, data: "Predictor") -> None:
        """Write the folder, as a whole."""
        data.save(self._path)

    def _exists(self) -> bool:
        return self._path.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
