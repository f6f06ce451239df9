"""A fitted network with its preprocessing, in a folder."""

from typing import TYPE_CHECKING

from regpipe.kedro_side.datasets.local import FileDataset

if TYPE_CHECKING:
    from regpipe.tables.exported import Predictor


class ExportDataset(FileDataset["Predictor", "Predictor"]):
    """Saves and loads a `regpipe.tables.exported.Predictor`; imports Keras only then."""

    def load(self) -> "Predictor":
        """Return the predictor."""
        from regpipe.tables.exported import load

        return load(self._filepath)

    def _write(self, data: "Predictor") -> None:
        data.save(self._filepath)
