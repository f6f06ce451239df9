"""Files on a file system of fsspec, which this machine reaches only by copies of its own.

Each is there as a whole or not at all. Of a folder that is so for each of its files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from regpipe.errors import reason_of
from regpipe.places.place import STORAGE


class Unreachable(Exception):
    """Storage elsewhere doesn't do what is asked; the message says where, and why."""


@contextmanager
def reaching(place: Any) -> Iterator[None]:
    """Tell whatever a storage's library raises as Unreachable, but that a file is there or not.

    Args:
        place: an address, for the message.
    """
    try:
        yield
    except (FileNotFoundError, FileExistsError):
        raise
    except Exception as error:  # each library has its own
        raise Unreachable(f"{place}: {reason_of(error).rstrip('.')}.") from None


@contextmanager
def put_whole(fs: Any, path: str) -> Iterator[Path]:
    """Give a place on this machine; the file, or the folder, that was written there is put then.

    Args:
        fs: a file system of fsspec.
        path: in it, without a protocol. Of a folder that is there, no other file stays.

    Raises:
        Unreachable: it can't be put.
    """
    with TemporaryDirectory() as folder:
        begun = Path(folder) / PurePosixPath(path).name
        yield begun
        files = {begun: path}
        if begun.is_dir():
            inside = (file for file in sorted(begun.rglob("*")) if file.is_file())
            files = {file: f"{path}/{file.relative_to(begun).as_posix()}" for file in inside}
        with reaching(fs.unstrip_protocol(path)):
            for file, to in files.items():
                if not _protocols(fs) & STORAGE.keys():  # which has no folders
                    fs.makedirs(to.rpartition("/")[0], exist_ok=True)
                fs.put_file(str(file), to)
            if begun.is_dir() and (others := set(fs.find(path)) - set(files.values())):
                fs.rm(sorted(others))


@contextmanager
def fetched(fs: Any, path: str) -> Iterator[Path]:
    """Give a copy on this machine of a file, or of a folder.

    Raises:
        FileNotFoundError: there is none.
        Unreachable: it can't be read.
    """
    with TemporaryDirectory() as folder:
        copy = Path(folder) / PurePosixPath(path).name
        with reaching(fs.unstrip_protocol(path)):
            if fs.isdir(path):
                for file in fs.find(path):
                    to = copy / PurePosixPath(file).relative_to(PurePosixPath(path))
                    to.parent.mkdir(parents=True, exist_ok=True)
                    fs.get_file(file, str(to))
            else:
                fs.get_file(path, str(copy))
        yield copy


def _protocols(fs: Any) -> set[str]:
    return {fs.protocol} if isinstance(fs.protocol, str) else {*fs.protocol}
