"""Keras on TensorFlow, imported without the notices that TensorFlow writes while it loads.

Importing this module takes about ten seconds, so it is imported where something is trained or
loaded, and nowhere on the path of `kedro registry list` or `kedro viz`.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # fewer kernels that round differently


@contextmanager
def _notices_held_back() -> Iterator[None]:
    """Hold back what C++ code writes to stderr, and show it if the import fails."""
    sys.stderr.flush()
    terminal = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(terminal, held.read())
            raise
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)


with _notices_held_back():
    import keras
    import tensorflow as tf
    from keras.src.backend.tensorflow import random as keras_random

    tf.config.list_logical_devices()  # looks for a GPU, and says so, now instead of later

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"regpipe trains with Keras on TensorFlow, and Keras is set to {keras.backend.backend()}. "
        "Unset KERAS_BACKEND, or set it to tensorflow."
    )

__all__ = ["keras", "keras_random", "tf"]
