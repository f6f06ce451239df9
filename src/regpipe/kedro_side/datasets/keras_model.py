"""A Keras model as a `.keras` file."""

import json
import zipfile
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset
from kedro_datasets._typing import JSONPreview


class KerasModelDataset(AbstractDataset[Any, Any]):
    """Saves and loads a `keras.Model`; imports Keras only then, and previews without it.

    (`kedro_datasets.tensorflow.TensorFlowModelDataset` imports TensorFlow as soon as a catalog
    names it, which costs `kedro viz` and `kedro catalog` ten seconds.)
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the model is, ending in `.keras`.
            metadata: for plugins such as kedro-viz.
        """
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> Any:
        """Return the model; a file that would run code of its own is refused (safe_mode)."""
        from regpipe.backend import keras

        return keras.models.load_model(self._filepath, safe_mode=True)

    def save(self, data: Any) -> None:
        """Write the model."""
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        data.save(self._filepath)

    def preview(self) -> JSONPreview:
        """Return the model's configuration, as the file holds it."""
        with zipfile.ZipFile(self._filepath) as archive:
            config = json.loads(archive.read("config.json"))
        return JSONPreview(json.dumps(config))

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
