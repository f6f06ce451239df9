"""Arrays in a file, for any thread.

NumPy parses the header of each array with `ast`, which Python 3.11 can't do in two threads at a
time: it would say, now and then, that a whole file can't be read.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np

from regpipe.provenance.statements import PARSING

Arrays = dict[str, np.ndarray]


def read(file: Path | BinaryIO, *names: str) -> Arrays:
    """Return arrays of an npz file by their names, all if none is given.

    One that holds Python objects is refused.
    """
    if isinstance(file, Path):
        with file.open("rb") as opened:  # NumPy leaves it open where it is no archive
            return read(opened, *names)
    with PARSING, np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in names or archive.files}
