"""Fits that are there already, each in a file named by its key: nothing is trained twice."""

import json
import logging
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from regpipe.engine.fit import Fit

logger = logging.getLogger(__name__)
FACTS = ("outcome", "best_epoch", "seconds")


class FitStore:
    """A folder of fits."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; it is made once a fit is stored."""
        self.folder = folder

    def load(self, key: str) -> Fit | None:
        """Return the fit of that key, or None if it isn't there.

        A file that is damaged, or holds another fit than its name says, is removed: it will be
        trained again.
        """
        path = self._path(key)
        try:
            # A zip, with a checksum of each part.
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                return _fit(key, {name: file[name] for name in file.files})
        except FileNotFoundError:
            return None
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            logger.warning("%s isn't the fit it should be, and is trained again. %s", path, error)
            path.unlink(missing_ok=True)
            return None

    def save(self, key: str, fit: Fit) -> None:
        """Store a fit; the file is there as a whole or not at all."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        about = {"key": key, "logs": list(fit.history), **{f: getattr(fit, f) for f in FACTS}}
        history = np.stack(list(fit.history.values()))
        weights = {f"weights/{name}": value for name, value in fit.weights.items()}
        begun = path.with_suffix(f".{os.getpid()}.tmp")
        try:
            with begun.open("wb") as file:
                np.savez(
                    file, allow_pickle=False, about=json.dumps(about), history=history, **weights
                )
            begun.replace(path)
        finally:
            begun.unlink(missing_ok=True)

    def clear(self) -> int:
        """Remove all fits, and return how many there were."""
        removed = 0
        for path in self._files():
            path.unlink()
            removed += 1
        return removed

    def __len__(self) -> int:
        """Return how many fits there are."""
        return sum(1 for _ in self._files())

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.npz"

    def _files(self) -> Iterator[Path]:
        return self.folder.glob("??/*.npz")


def _fit(key: str, parts: dict[str, np.ndarray]) -> Fit:
    """Return the fit that the parts of a file make up.

    Raises:
        KeyError, TypeError, ValueError: they don't.
    """
    about: dict[str, Any] = json.loads(str(parts.pop("about")))
    if about["key"] != key:
        raise ValueError(f"It holds the fit {about['key']}.")
    logs = parts.pop("history")
    return Fit(
        weights={name.removeprefix("weights/"): value for name, value in parts.items()},
        history=dict(zip(about["logs"], logs, strict=True)),
        **{fact: about[fact] for fact in FACTS},
    )
