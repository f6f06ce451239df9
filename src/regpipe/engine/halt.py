"""Whether training shall end: asked before each fit, so that no thread trains on for nobody.

Python can't end a thread. Where a run fails or is interrupted, other threads end after the fits
that they are in.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

_asked = threading.Event()


class Halted(BaseException):
    """Training was asked to end: what KeyboardInterrupt is to the main thread."""


def check() -> None:
    """Raise Halted if training was asked to end."""
    if _asked.is_set():
        raise Halted("training was asked to end")


@contextmanager
def ended_with(pool: Executor) -> Iterator[Executor]:
    """Yield a pool of threads; where the block fails, or is interrupted, their training ends.

    Its tasks may have pools of their own.
    """
    first = False
    try:
        with pool:
            try:
                yield pool
            except BaseException:
                first = not _asked.is_set()
                _asked.set()
                raise
    finally:
        if first:  # else another pool has asked, and isn't over yet
            _asked.clear()
