"""Where a search keeps its trials, so that an interrupted one goes on where it was."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError


class TrialJournalDataset(AbstractDataset[NoReturn, Any]):
    """Hands out an Optuna storage that writes each trial to a file as soon as it is finished."""

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a file; it is made once a trial is told to it.

        Args:
            path: of Optuna's journal.
            metadata: for plugins such as kedro-viz.
        """
        self._path = Path(path)
        self.metadata = metadata

    def load(self) -> Any:
        """Return the storage, an `optuna.storages.JournalStorage`."""
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        self._path.parent.mkdir(parents=True, exist_ok=True)
        return JournalStorage(JournalFileBackend(str(self._path)))

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse: trials are told to the storage, one by one."""
        raise DatasetError("Trials are told to the storage that this dataset loads.")

    def _exists(self) -> bool:
        return True  # an empty one will do

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}
