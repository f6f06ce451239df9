"""A Keras model as a `.keras` file."""

import json
import zipfile
from typing import Any

from kedro_datasets._typing import JSONPreview

from regpipe.kedro_side.datasets.local import FileDataset


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

    def preview(self) -> JSONPreview:
        """Return the model's configuration, as the file holds it."""
        with zipfile.ZipFile(self._filepath) as archive:
            config = json.loads(archive.read("config.json"))
        return JSONPreview(json.dumps(config))
