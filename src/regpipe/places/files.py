"""What is done with files wherever they lie; elsewhere by as few requests as there can be."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from regpipe.places.elsewhere import fetched, reaching
from regpipe.places.place import Place

if TYPE_CHECKING:
    from upath import UPath


def read(file: Place) -> bytes:
    """Return what is in a file.

    Raises:
        FileNotFoundError: there is none.
        OSError: it can't be read.
        Unreachable: likewise, elsewhere.
    """
    if isinstance(file, Path):
        return file.read_bytes()
    with reaching(file):
        # In several parts at a time, s3fs would ask first how many bytes there are.
        return bytes(file.fs.cat_file(file.path, max_concurrency=1))


@contextmanager
def at_hand(file: Place) -> Iterator[Path]:
    """Give a path of this machine at which a file, or a folder, can be read."""
    if isinstance(file, Path):
        yield file
        return
    with fetched(file.fs, file.path) as copy:
        yield copy


def exists(place: Place) -> bool:
    """Whether there is a file, or a folder."""
    if isinstance(place, Path):
        return place.exists()
    with reaching(place):
        return bool(place.fs.exists(place.path))


def is_folder(place: Place) -> bool:
    """Whether there is a folder; elsewhere, whether anything is in it."""
    if isinstance(place, Path):
        return place.is_dir()
    with reaching(place):
        return bool(place.fs.isdir(place.path))


def files_in(folder: Place) -> dict[Place, int]:
    """Return all files of a folder, also those deeper in it, and how many bytes each takes.

    Of a file that is itself; of what isn't there, nothing.
    """
    if isinstance(folder, Path):
        inside = [folder, *folder.rglob("*")]
        return {file: file.stat().st_size for file in sorted(inside) if file.is_file()}
    with reaching(folder), suppress(FileNotFoundError):
        found = folder.fs.find(folder.path, detail=True)
        return {_at(folder, path): about["size"] for path, about in sorted(found.items())}
    return {}


def matching(pattern: Place) -> list[Place]:
    """Return the files that a path with `*` in it stands for; of one without, itself."""
    if isinstance(pattern, Path):
        root = Path(pattern.anchor)
        return sorted(root.glob(str(pattern.relative_to(root))))
    with reaching(pattern):
        return [_at(pattern, path) for path in sorted(pattern.fs.glob(pattern.path))]


def remove(files: Iterable[Place]) -> None:
    """Remove files, and the folders that are empty then; what isn't there needn't be removed.

    Raises:
        OSError: one can't be removed.
        Unreachable: likewise, elsewhere.
    """
    elsewhere = []
    for file in files:
        if isinstance(file, Path):
            file.unlink(missing_ok=True)
            with suppress(OSError):  # others are in it
                file.parent.rmdir()
        else:
            elsewhere.append(file)
    if elsewhere:
        with reaching(elsewhere[0]):
            elsewhere[0].fs.rm([file.path for file in elsewhere])


def _at(place: "UPath", path: str) -> "UPath":
    """Return the place at another path of the same storage."""
    return place.with_segments(place.fs.unstrip_protocol(path))


def stand_in(folder: Place) -> Path:
    """Return a folder of this machine whose lock stands for that of another, which may be none.

    Of one that lies elsewhere it is the same for all processes of a user on this machine.

    Raises:
        OSError: it can't be made, or somebody else made it.
    """
    if isinstance(folder, Path):
        return folder
    user = 0 if sys.platform == "win32" else os.getuid()
    ours = Path(gettempdir()) / f"regpipe-{user}"
    ours.mkdir(mode=0o700, exist_ok=True)
    if ours.is_symlink() or ours.stat().st_uid != user:  # anybody writes to the folder it is in
        raise PermissionError(f"{ours} isn't a folder of this user. Expected to make it: remove it")
    return ours / sha256(str(folder).encode()).hexdigest()[:16]
