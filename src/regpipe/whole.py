"""Files that are there as a whole or not at all, whatever ends the process that writes them."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BEGUN = re.compile(r".+\.\d+\.tmp(\.\w+)?")  # what isn't finished, and by which process


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a place beside a file, or a folder; what was written there then takes its place.

    Folders above it are made. If writing fails, what was there before stays.

    Raises:
        OSError: it can't be written; the error names the file.
    """
    begun = path.with_name(f"{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield begun
        if begun.is_dir() and path.is_dir():
            shutil.rmtree(path)
        begun.replace(path)
    except OSError as error:
        if error.filename in (None, str(begun)):  # a full disk doesn't say where
            error.filename = str(path)
        raise
    finally:
        _remove(begun)


def sweep(folder: Path) -> int:
    """Remove what was begun in a folder by processes that were killed; none may be at work.

    Returns how much it was.
    """
    found = [path for path in folder.rglob("*.tmp*") if BEGUN.fullmatch(path.name)]
    for begun in found:
        _remove(begun)
    return len(found)


def _remove(begun: Path) -> None:
    with suppress(OSError):  # it does no harm
        shutil.rmtree(begun) if begun.is_dir() else begun.unlink()
