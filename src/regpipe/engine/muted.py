"""Work in several threads at once whose warnings are of no use to whoever reads the log."""

import warnings
from contextlib import ExitStack
from threading import Lock


class Muted:
    """Have no warning shown, in any thread, while a thread is in here.

    `warnings.catch_warnings` alone knows no threads: the first of two to end would bring back the
    other's warnings, and the second would mute all that come later.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._restores = Lock(), 0, ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._restores.enter_context(warnings.catch_warnings())
                warnings.simplefilter("ignore")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._restores.close()


muted = Muted()
