"""A step as the slots of the ideas see it, without a loop around."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from regpipe.backend import tf
from regpipe.engine.randomness import Stream, randomness_of
from regpipe.ingredients import Step


@contextmanager
def drawing(key: int) -> Iterator[Stream]:
    """Yield a stream of random numbers."""
    with randomness_of(tf.constant(0, tf.uint32)):
        yield Stream(tf.constant([key, 0], tf.uint32))


def step_at(number: int = 0, x: Any = None, y: Any = None, classes: int = 2, **draws: Any) -> Step:
    """Return a step on some rows; `draws` are streams by the key of an idea."""
    rows = x if x is not None else y
    n_rows = 0 if rows is None else len(rows)
    return Step(x, y, n_rows, tf.constant(number), classes, (), draws)
