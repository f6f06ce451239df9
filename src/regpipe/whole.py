"""Files that are there as a whole or not at all, whatever ends the process that writes them."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from regpipe.places.elsewhere import put_whole
from regpipe.places.place import Place

# Where runs write, beside the records at the top.
LAYERS = ("03_primary", "06_models", "07_model_output", "08_reporting")
BEGUN = re.compile(r".+\.\d+\.tmp(\.\w+)?")  # what isn't finished, and by which process


@contextmanager
def written_whole(path: Place) -> Iterator[Path]:
    """Give a place beside a file, or a folder; what was written there then takes its place.

    Folders above it are made. If writing fails, what was there before stays.

    Raises:
        OSError: it can't be written; the error names the file.
        Unreachable: likewise, elsewhere.
    """
    if not isinstance(path, Path):
        with put_whole(path.fs, path.path) as begun:
            yield begun
        return
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


def sweep(folder: Place) -> int:
    """Remove what was begun in a data folder by runs that were killed; none may be at work there.

    Only where runs write: other folders in it are a person's own, or data folders of other runs.
    Returns how much it was; elsewhere nothing is there before it is whole.
    """
    if not isinstance(folder, Path):
        return 0
    inside = (path for layer in LAYERS for path in (folder / layer).rglob("*.tmp*"))
    found = [p for p in (*folder.glob("made.*"), *inside) if BEGUN.fullmatch(p.name)]
    for begun in found:
        _remove(begun)
    return len(found)


def _remove(begun: Path) -> None:
    with suppress(OSError):  # it does no harm
        shutil.rmtree(begun) if begun.is_dir() else begun.unlink()
