"""Fits that are there already, each in a file named by its key: nothing is trained twice."""

import hashlib
import io
import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from regpipe.engine import npz
from regpipe.engine.fit import Fit
from regpipe.places.elsewhere import Unreachable
from regpipe.places.files import files_in, read, remove
from regpipe.places.place import Place
from regpipe.whole import written_whole

logger = logging.getLogger(__name__)
FACTS = ("outcome", "best_epoch", "seconds")
DIGEST = hashlib.sha256().digest_size  # bytes at the end of a file, behind the zip


class FitStore:
    """A folder of fits; it is made once a fit is stored."""

    def __init__(self, folder: Place) -> None:
        self.folder = folder

    def load(self, key: str) -> Fit | None:
        """Return the fit of that key, or None if it isn't there.

        A file that isn't as it was saved, or holds another fit than that of its key, is removed:
        it will be trained again.

        Raises:
            Unreachable: nothing can be read elsewhere, which is no damage.
        """
        path = self._path(key)
        try:
            return _fit(key, read(path))
        except FileNotFoundError:
            return None
        except Unreachable:
            raise
        except Exception as error:  # whatever it is: the fit can be trained again
            logger.warning("%s isn't the fit it should be, and is trained again. %s", path, error)
            with suppress(OSError):  # where it can't be removed, it is replaced
                path.unlink()
            return None

    def save(self, key: str, fit: Fit, asked_by: str = "") -> None:
        """Store a fit; the file is there as a whole or not at all.

        Args:
            key: by which it will be found.
            fit: what was trained.
            asked_by: the dataset for which it was trained, where that is known.

        Raises:
            OSError: it can't be written; the error says where to.
        """
        with written_whole(self._path(key)) as begun:
            begun.write_bytes(_content(key, fit, asked_by))

    def sizes(self) -> dict[str, int]:
        """Return the keys of all fits, and how many bytes each takes."""
        sizes = {p.stem: size for p, size in files_in(self.folder).items() if p.suffix == ".npz"}
        return {key: size for key, size in sizes.items() if len(key) == 2 * DIGEST}  # finished

    def asked_by(self, key: str) -> str:
        """Return for which dataset a fit was trained first; "" where that isn't known."""
        try:
            with self._path(key).open("rb") as file:
                about = json.loads(str(npz.read(file, "about")["about"]))
        except Exception:  # a damaged file, which nobody can use
            return ""
        return str(about.get("asked_by", ""))

    def damaged(self) -> Iterator[Place]:
        """Yield the files that aren't the fit of their key, or not as it was saved."""
        for key in self.sizes():
            try:
                _fit(key, read(self._path(key)))
            except Unreachable:
                raise
            except Exception:  # whatever it is
                yield self._path(key)

    def remove(self, keys: Iterable[str]) -> int:
        """Remove fits, and the folders that are empty then; return how many there were.

        Raises:
            OSError: one can't be removed.
        """
        paths = [self._path(key) for key in keys]
        remove(paths)
        return len(paths)

    def _path(self, key: str) -> Place:
        return self.folder / key[:2] / f"{key}.npz"


def _content(key: str, fit: Fit, asked_by: str) -> bytes:
    """Return what a file holds: a zip of arrays, and behind it the sha256 of all that."""
    facts = {fact: getattr(fit, fact) for fact in FACTS}
    about = {"key": key, "asked_by": asked_by, "logs": list(fit.history), **facts}
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
