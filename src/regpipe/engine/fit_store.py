"""Fits that are there already, each in a file named by its key: nothing is trained twice."""

import hashlib
import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from regpipe.engine import npz
from regpipe.engine.fit import Fit
from regpipe.whole import BEGUN, sweep, written_whole

logger = logging.getLogger(__name__)
FACTS = ("outcome", "best_epoch", "seconds")
DIGEST = hashlib.sha256().digest_size  # bytes at the end of a file, behind the zip


class FitStore:
    """A folder of fits; it is made once a fit is stored."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> Fit | None:
        """Return the fit of that key, or None if it isn't there.

        A file that isn't as it was saved, or holds another fit than that of its key, is removed:
        it will be trained again.
        """
        path = self._path(key)
        try:
            return _fit(key, path.read_bytes())
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever it is: the fit can be trained again
            logger.warning("%s isn't the fit it should be, and is trained again. %s", path, error)
            with suppress(OSError):  # where it can't be removed, it is replaced
                path.unlink()
            return None

    def save(self, key: str, fit: Fit) -> None:
        """Store a fit; the file is there as a whole or not at all.

        Raises:
            OSError: it can't be written; the error says where to.
        """
        with written_whole(self._path(key)) as begun:
            begun.write_bytes(_content(key, fit))

    def clear(self) -> int:
        """Remove all fits, and return how many there were."""
        sweep(self.folder)
        removed = 0
        for path in self._files():
            path.unlink()
            removed += 1
        return removed

    def __len__(self) -> int:
        return sum(1 for _ in self._files())

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.npz"

    def _files(self) -> Iterator[Path]:
        found = self.folder.glob("??/*.npz")
        return (path for path in found if not BEGUN.fullmatch(path.name))


def _content(key: str, fit: Fit) -> bytes:
    """Return what a file holds: a zip of arrays, and behind it the sha256 of all that."""
    about = {"key": key, "logs": list(fit.history), **{f: getattr(fit, f) for f in FACTS}}
    history = np.stack(list(fit.history.values()))
    weights = {f"weights/{name}": value for name, value in fit.weights.items()}
    parts = io.BytesIO()
    np.savez(parts, allow_pickle=False, about=json.dumps(about), history=history, **weights)
    return parts.getvalue() + hashlib.sha256(parts.getbuffer()).digest()


def _fit(key: str, content: bytes) -> Fit:
    """Return the fit that the content of a file makes up.

    Raises:
        Exception: it doesn't. (A zip's own checksums leave gaps: a part that its directory no
            longer names is not missed.)
    """
    zipped, digest = content[:-DIGEST], content[-DIGEST:]
    if hashlib.sha256(zipped).digest() != digest:
        raise ValueError("Its content isn't what was saved.")
    parts = npz.read(io.BytesIO(zipped))
    about: dict[str, Any] = json.loads(str(parts.pop("about")))
    if about["key"] != key:
        raise ValueError(f"It holds the fit {about['key']}.")
    logs = parts.pop("history")
    return Fit(
        weights={name.removeprefix("weights/"): value for name, value in parts.items()},
        history=dict(zip(about["logs"], logs, strict=True)),
        **{fact: about[fact] for fact in FACTS},
    )
