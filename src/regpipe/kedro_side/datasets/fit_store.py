"""The store of fits as the catalog manages it."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from regpipe.engine.fit_store import FitStore


class FitStoreDataset(AbstractDataset[NoReturn, FitStore]):
    """Hands out a `FitStore`, as a database's dataset hands out its connection.

    A node reads and adds single fits, so that a run that is interrupted loses none.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a folder.

        Args:
            path: of the folder; it needn't exist.
            metadata: for plugins such as kedro-viz.
        """
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> FitStore:
        """Return the store."""
        return FitStore(self._path)

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse: fits are added through the store."""
        raise DatasetError("Fits are added to the store that this dataset loads.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
