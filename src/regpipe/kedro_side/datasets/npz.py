"""Named NumPy arrays as a `.npz` file, without pickle."""

import numpy as np

from regpipe.kedro_side.datasets.local import FileDataset

Arrays = dict[str, np.ndarray]


class NpzDataset(FileDataset[Arrays, Arrays]):
    """Saves and loads a mapping of names to arrays."""

    def load(self) -> Arrays:
        """Return the arrays; one that holds Python objects is refused."""
        with np.load(self._filepath, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}

    def _write(self, data: Arrays) -> None:
        np.savez_compressed(self._filepath, allow_pickle=False, **data)
