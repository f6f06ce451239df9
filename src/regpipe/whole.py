"""Files that are there as a whole or not at all, whatever ends the process that writes them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BEGUN = ".tmp"  # how the name of what isn't finished ends


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a place beside a file to write to; what was written there then takes its place.

    Folders above it are made. If writing fails, what was there before stays.

    Raises:
        OSError: it can't be written; the error names the file.
    """
    begun = path.with_name(f"{path.name}.{os.getpid()}{BEGUN}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield begun
        begun.replace(path)
    except OSError as error:
        error.filename = str(path)  # a full disk doesn't say where
        raise
    finally:
        with suppress(OSError):
            begun.unlink()
