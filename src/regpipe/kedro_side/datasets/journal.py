"""The records of a search on storage elsewhere, where nothing can be added to a file."""

import json
from collections.abc import Iterable
from threading import Lock
from typing import Any

from optuna.storages.journal import BaseJournalBackend
from optuna.trial import TrialState

from regpipe.places.files import read
from regpipe.places.place import Place
from regpipe.whole import written_whole


class JournalElsewhere(BaseJournalBackend):
    """Keeps all records in memory, and puts them all whenever a trial has ended.

    Those of a trial that hasn't are of no use to another run. The run has the place to itself, so
    that nobody else adds any.
    """

    def __init__(self, file: Place) -> None:
        """Read what is there; a file needn't be."""
        self._file, self._adding = file, Lock()
        try:
            self._lines = read(file).splitlines(keepends=True)
        except FileNotFoundError:
            self._lines = []

    def read_logs(self, log_number_from: int) -> Iterable[dict[str, Any]]:
        """Return the records from that number on."""
        return map(json.loads, self._lines[log_number_from:])

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add records."""
        new = [json.dumps(log, separators=(",", ":")).encode() + b"\n" for log in logs]
        with self._adding:
            self._lines += new
            if any(map(_ends_a_trial, logs)):
                with written_whole(self._file) as begun:
                    begun.write_bytes(b"".join(self._lines))


def _ends_a_trial(log: dict[str, Any]) -> bool:
    return "state" in log and TrialState(log["state"]).is_finished()
