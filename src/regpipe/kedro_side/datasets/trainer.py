"""What trains, and the store of fits, as the catalog manages them."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from regpipe.engine.fit_store import FitStore
from regpipe.language import Engine
from regpipe.pipelines.training import Trainer


class TrainerDataset(AbstractDataset[NoReturn, Trainer]):
    """Hands out a `Trainer`, as a database's dataset hands out its connection.

    It reads and adds single fits, so that a run that is interrupted loses none.
    """

    def __init__(
        self, *, path: str, engine: Engine, workers: int, metadata: dict[str, Any] | None = None
    ) -> None:
        """Point the dataset at a folder.

        Args:
            path: of the folder with the fits; it needn't exist.
            engine: by which what isn't there is trained.
            workers: in how many threads; 0: one per core.
            metadata: for plugins such as kedro-viz.
        """
        self._path, self._engine, self._workers = Path(path), engine, workers
        self.metadata = metadata

    def load(self) -> Trainer:
        """Return a trainer, with nothing compiled yet."""
        return Trainer(self._engine, self._workers, FitStore(self._path))

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse: fits are added through the trainer."""
        raise DatasetError("Fits are added by the trainer that this dataset loads.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path), "engine": self._engine, "workers": self._workers}
