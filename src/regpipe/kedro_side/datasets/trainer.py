"""What trains, and the store of fits, as the catalog manages them."""

from typing import Any

from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side.datasets.local import StoreDataset
from regpipe.language import Engine, Random
from regpipe.pipelines.training import Trainer


class TrainerDataset(StoreDataset[Trainer]):
    """Hands out a `Trainer`, which reads and adds single fits."""

    def __init__(
        self,
        *,
        path: str,
        engine: Engine,
        workers: int,
        random: Random = "hash",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a folder.

        Args:
            path: of the folder with the fits; it needn't exist.
            engine: by which what isn't there is trained.
            workers: in how many threads; 0: one per core.
            random: by which masks and noise are drawn.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(path=path, metadata=metadata)
        self._engine, self._workers, self._random = engine, workers, random
        self._trainer = Trainer(engine, workers, FitStore(self._path), random)

    def load(self) -> Trainer:
        """Return the trainer, one for all nodes of a run: what it compiled serves them all."""
        return self._trainer

    def _describe(self) -> dict[str, Any]:
        return {
            **super()._describe(),
            "engine": self._engine,
            "workers": self._workers,
            "random": self._random,
        }
