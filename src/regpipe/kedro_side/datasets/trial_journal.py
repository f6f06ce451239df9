"""Where a search keeps its trials, so that an interrupted one goes on where it was."""

import json
import logging
from pathlib import Path
from typing import Any

from regpipe.kedro_side.datasets.local import StoreDataset

logger = logging.getLogger(__name__)

FIELDS = {"op_code", "worker_id"}  # of every record


class TrialJournalDataset(StoreDataset[Any]):
    """Hands out an Optuna storage that writes each trial to a file as soon as it is finished.

    With `*` in its path it stands for several, which can only be cleared.
    """

    def load(self) -> Any:
        """Return the storage, an `optuna.storages.JournalStorage`.

        What stands behind the last whole record, as a run leaves it that is killed, is cut off:
        Optuna would write its next record into that line, and never read the file again.
        """
        from optuna.storages import JournalStorage
        from optuna.storages.journal import JournalFileBackend

        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.is_file():
            self._cut()
        try:
            return JournalStorage(JournalFileBackend(str(self._path)))
        except OSError:
            raise
        except Exception as error:  # whole records that don't go together
            logger.warning("%s can't be read, and is begun anew. %r", self._path, error)
            self._path.unlink()
            return JournalStorage(JournalFileBackend(str(self._path)))

    def clear(self) -> int:
        """Remove the journal, or all that the path's `*` stand for; return how many there were."""
        root = Path(self._path.anchor)
        files = list(root.glob(str(self._path.relative_to(root))))
        for path in files:
            path.unlink()
        return len(files)

    def _cut(self) -> None:
        """Cut the file at the end of its last record that is whole, as are all before it."""
        whole = 0
        with self._path.open("rb") as file:
            for line in file:
                if not _is_record(line):
                    break
                whole += len(line)
        lost = self._path.stat().st_size - whole
        if lost:
            logger.warning(
                "%s: the last %d bytes are no whole record. They are cut off, and the trials that "
                "they were about are made again.",
                self._path,
                lost,
            )
            with self._path.open("rb+") as file:
                file.truncate(whole)


def _is_record(line: bytes) -> bool:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return line.endswith(b"\n") and isinstance(record, dict) and record.keys() >= FIELDS
