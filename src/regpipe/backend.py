"""The one door to Keras on TensorFlow, which opens when somebody goes through it.

`keras` and `tf` stand for the modules and are imported at their first use, which takes about ten
seconds: so any module may name them at its top, and `kedro registry list` or `kedro viz` never
load them. What TensorFlow writes while it loads is held back.
"""

import gc
import importlib
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

_loading = RLock()  # threads that train may be the first to ask


class _Module:
    """A module that is imported once something of it is asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(_load(self._name), attribute)
        setattr(self, attribute, found)
        return found


def _load(name: str) -> Any:
    with _loading:
        if name in sys.modules and "keras" in sys.modules:
            return sys.modules[name]
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        # Whatever is set: convolutions round differently by other kernels, and in several threads.
        os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
        # Fits keep the cores busy; to share out one fit's small products costs a fifth of its time.
        os.environ["TF_NUM_INTRAOP_THREADS"] = "1"
        with _notices_held_back(), _everything_stays():
            import keras
            import tensorflow as tf

            tf.config.list_logical_devices()  # looks for a GPU, and says so, now instead of later
        if keras.backend.backend() != "tensorflow":
            raise ImportError(
                "regpipe trains with Keras on TensorFlow, and Keras is set to "
                f"{keras.backend.backend()}. Unset KERAS_BACKEND, or set it to tensorflow."
            )
        return importlib.import_module(name)


@contextmanager
def _notices_held_back() -> Iterator[None]:
    """Hold back what C++ code writes to stderr, and show it if the import fails."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except Exception:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


@contextmanager
def _everything_stays() -> Iterator[None]:
    """Look for garbage rarely while half a million objects come, and never again among them.

    That takes a tenth of the import, and 7% of the Python that makes graphs.
    """
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
    gc.freeze()


if TYPE_CHECKING:
    import keras
    import tensorflow as tf
else:
    keras, tf = _Module("keras"), _Module("tensorflow")

__all__ = ["keras", "tf"]
