"""Named NumPy arrays as a `.npz` file, without pickle."""

from pathlib import Path
from typing import Any

import numpy as np
from kedro.io import AbstractDataset

Arrays = dict[str, np.ndarray]


class NpzDataset(AbstractDataset[Arrays, Arrays]):
    """Saves and loads a mapping of names to arrays."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a file.

        Args:
            filepath: where the arrays are, ending in `.npz`.
            metadata: for plugins such as kedro-viz.
        """
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> Arrays:
        """Return the arrays; one that holds Python objects is refused."""
        with np.load(self._filepath, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    def save(self, data: Arrays) -> None:
        """Write the arrays, compressed."""
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(self._filepath, allow_pickle=False, **data)

    def _exists(self) -> bool:
        return self._filepath.is_file()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}
