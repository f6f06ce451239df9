"""Arrays are read from files by one thread at a time."""

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from pathlib import Path

import numpy as np
import pytest

from regpipe.engine import npz
from regpipe.provenance.statements import PARSING


def test_arrays_are_read_while_nothing_else_is_parsed(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    np.savez(file, a=np.arange(3))
    with ThreadPoolExecutor(1) as pool:
        with PARSING:
            read = pool.submit(npz.read, file)
            with pytest.raises(StillWaiting):
                read.result(timeout=0.2)
        assert read.result()["a"].tolist() == [0, 1, 2]


def test_an_array_of_objects_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        npz.read(tmp_path / "a.npz")
