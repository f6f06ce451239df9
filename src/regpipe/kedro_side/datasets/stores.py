"""What is added to bit by bit: fits, with what trains them, a search's trials, and verdicts."""

import json
import logging
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn, TypeVar

from kedro.io import AbstractDataset, DatasetError

from regpipe.engine.fit_store import FitStore
from regpipe.language import Engine, Random
from regpipe.language.settings import DASK
from regpipe.pipelines.looks import Looks
from regpipe.pipelines.training import Trainer
from regpipe.places.elsewhere import Unreachable
from regpipe.places.files import matching, read, remove
from regpipe.places.place import Place, place_of
from regpipe.whole import written_whole

logger = logging.getLogger(__name__)

FIELDS = {"op_code", "worker_id"}  # of every record of a journal
Loaded = TypeVar("Loaded")


class StoreDataset(AbstractDataset[NoReturn, Loaded]):
    """Hands out what is added to bit by bit, as a database's dataset hands out its connection.

    So a run that is interrupted loses nothing.
    """

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at its place.

        Args:
            path: of a file or a folder, or its address on storage elsewhere; it needn't exist.
            metadata: for plugins such as kedro-viz.
        """
        self._path = place_of(path)
        self.metadata = metadata

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process, as those of ParallelRunner, open the place for itself."""
        return partial(type(self), **self._describe()), ()

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse."""
        raise DatasetError("What is new is added to what this dataset loads, bit by bit.")

    def _exists(self) -> bool:
        return True  # an empty one will do

    def _describe(self) -> dict[str, Any]:
        return {"path": str(self._path)}


class TrainerDataset(StoreDataset[Trainer]):
    """Hands out a `Trainer`, which reads and adds single fits."""

    def __init__(
        self,
        *,
        path: str,
        engine: Engine,
        workers: int | str,
        random: Random = "hash",
        dask: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a folder.

        Args:
            path: of the folder with the fits; it needn't exist.
            engine: by which what isn't there is trained.
            workers: in how many threads (0: one per core); `dask` for processes of this machine, or
                those of the scheduler that `dask` names; or a scheduler's address.
            random: by which masks and noise are drawn.
            dask: options of `distributed.Client`, such as its `address`; without one, those of
                `distributed.LocalCluster`, such as `n_workers`.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(path=path, metadata=metadata)
        self._engine, self._workers, self._random = engine, workers, random
        self._dask = dask or {}
        who = workers if isinstance(workers, int) else _options(workers, self._dask)
        self._trainer = Trainer(engine, who, FitStore(self._path), random)

    def load(self) -> Trainer:
        """Return a trainer for a node: what any of a run compiled serves them all."""
        return self._trainer.for_another()

    def _describe(self) -> dict[str, Any]:
        return {
            **super()._describe(),
            "engine": self._engine,
            "workers": self._workers,
            "random": self._random,
            "dask": self._dask,
        }


def _options(workers: str, dask: dict[str, Any]) -> dict[str, Any]:
    return dask if workers == DASK else {**dask, "address": workers}


class LooksDataset(StoreDataset[Looks]):
    """Hands out what was told before, a table to which each verdict is added."""

    def __init__(self, *, path: str, metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a CSV file; it needn't exist."""
        super().__init__(path=path, metadata=metadata)
        self._looks = Looks(self._path)

    def load(self) -> Looks:
        """Return it, one for all nodes of a run."""
        return self._looks


class TrialJournalDataset(StoreDataset[Any]):
    """Hands out an Optuna storage that writes each trial to a file as soon as it is finished.

    With `*` in its path it stands for several, which can't be loaded.
    """

    def load(self) -> Any:
        """Return the storage, an `optuna.storages.JournalStorage`.

        What stands behind the last whole record, as a run leaves it that is killed, is cut off:
        Optuna would write its next record into that line, and never read the file again.
        """
        from optuna.storages import JournalStorage

        self._cut()
        try:
            return JournalStorage(_backend(self._path))
        except (OSError, Unreachable):
            raise
        except Exception as error:  # whole records that don't go together
            logger.warning("%s can't be read, and is begun anew. %r", self._path, error)
            remove([self._path])
            return JournalStorage(_backend(self._path))

    def files(self) -> list[Place]:
        """Return the journal's file, or all that the path's `*` stand for; none if none is."""
        return matching(self._path)

    def damaged(self) -> list[Place]:
        """Return those of them that hold something else than whole records."""
        contents = ((file, read(file)) for file in self.files())
        return [file for file, content in contents if len(_whole(content)) < len(content)]

    def _cut(self) -> None:
        """Cut the file at the end of its last record that is whole, as are all before it."""
        try:
            content = read(self._path)
        except FileNotFoundError:
            return
        whole = _whole(content)
        lost = len(content) - len(whole)
        if lost:
            logger.warning(
                "%s: the last %d bytes are no whole record. They are cut off, and the trials that "
                "they were about are made again.",
                self._path,
                lost,
            )
            with written_whole(self._path) as begun:
                begun.write_bytes(whole)


def _backend(path: Place) -> Any:
    """Return Optuna's file of records, with a lock for threads: the run has the folder to itself.

    Optuna's own lock is a file. Whoever is killed leaves it, and the next run waits for half a
    minute.
    """
    from optuna.storages.journal import JournalFileBackend

    if not isinstance(path, Path):
        from regpipe.kedro_side.datasets.journal import JournalElsewhere

        return JournalElsewhere(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock: Any = Lock()
    return JournalFileBackend(str(path), lock)


def _whole(content: bytes) -> bytes:
    """Return the whole records of a journal, up to the first that isn't."""
    records = takewhile(_is_record, content.splitlines(keepends=True))
    return b"".join(records)


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return line.endswith(b"\n") and isinstance(record, dict) and record.keys() >= FIELDS
