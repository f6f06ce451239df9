"""Random numbers that are cheap inside a compiled loop on a CPU.

Keras draws masks and noise with TensorFlow's stateless generators, whose default (Philox) costs
300-650 microseconds for 30 x 500 numbers under XLA on a CPU: many times the training step around
them. Here the i-th number of a draw is a hash of (key, counter, i), the key and counter being the
state of the layer's `keras.random.SeedGenerator`, as in Keras: seeded per fit, the same each run.

The hash is two rounds of a 32-bit integer mixer with low bias (Wellons, "Prospecting for hash
functions", 2018; constants of the later triple 16-15-15 search). Normal numbers are the inverse of
the normal distribution function at a uniform number, which XLA vectorizes as log and sine are not.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from regpipe.backend import keras_random, tf

_tracing = threading.local()


@contextmanager
def hashed_randomness() -> Iterator[None]:
    """Let Keras draw dropout masks, normal and uniform numbers by `hashed_bits`, in this thread.

    Layers and ingredients draw through these functions, so all of them are served alike. Other
    threads, which may be drawing initial weights, keep Keras' own.
    """
    _tracing.hashed = True
    try:
        yield
    finally:
        _tracing.hashed = False


def hashed_bits(shape: Any, state: Any) -> Any:
    """Return uint32 of `shape`, each a hash of the state (key, counter) and its place."""
    key, counter = tf.unstack(tf.cast(state, tf.uint32))
    draw = _mix(_mix(key) ^ counter)
    place = tf.cast(tf.range(tf.reduce_prod(shape)), tf.uint32)
    # The second word is no `draw + place` of a place that there is: equal words would make it 0.
    return tf.reshape(_mix(_mix(place + draw) ^ _mix(draw ^ 0x9E3779B9)), shape)


def uniform(
    shape: Any,
    minval: Any = 0.0,
    maxval: Any = 1.0,
    dtype: Any = None,
    seed: Any = None,
) -> Any:
    """Return uniform numbers in [minval, maxval), as `keras.random.uniform`."""
    unit = _unit(shape, keras_random.draw_seed(seed))
    low, high = tf.cast(minval, unit.dtype), tf.cast(maxval, unit.dtype)
    return tf.cast(low + (high - low) * unit, dtype or unit.dtype)


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return normal numbers, as `keras.random.normal`; they reach to 5.2 standard deviations."""
    centred = 2.0 * _unit(shape, keras_random.draw_seed(seed)) - (1.0 - 2.0**-23)
    standard = tf.sqrt(2.0) * tf.math.erfinv(centred)
    shift, scale = tf.cast(mean, standard.dtype), tf.cast(stddev, standard.dtype)
    return tf.cast(shift + scale * standard, dtype or standard.dtype)


def dropout(inputs: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Any:
    """Return `inputs` with a share `rate` set to 0 and the rest scaled up, as Keras' backend."""
    shape = tf.shape(inputs)
    if noise_shape is not None:
        sizes = [shape[i] if size is None else size for i, size in enumerate(noise_shape)]
        shape = tf.stack(sizes)
    rate = tf.cast(rate, inputs.dtype)
    kept = tf.cast(_unit(shape, keras_random.draw_seed(seed)), inputs.dtype) >= rate
    return tf.where(kept, inputs * (1 / (1 - rate)), tf.zeros([], inputs.dtype))


def _unit(shape: Any, state: Any) -> Any:
    """Return float32 in [0, 1), in steps of 2**-23."""
    one_to_two = tf.bitwise.right_shift(hashed_bits(shape, state), 9) | 0x3F800000
    return tf.bitcast(one_to_two, tf.float32) - 1.0


def _mix(x: Any) -> Any:
    for shift, factor in ((16, 0x21F0AAAD), (15, 0xD35A2D97)):
        x = (x ^ tf.bitwise.right_shift(x, shift)) * tf.constant(factor, tf.uint32)
    return x ^ tf.bitwise.right_shift(x, 15)


def _either(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is ours inside `hashed_randomness` and Keras' own elsewhere."""

    @wraps(theirs)
    def choose(*args: Any, **kwargs: Any) -> Any:
        return (ours if getattr(_tracing, "hashed", False) else theirs)(*args, **kwargs)

    return choose


for _ours in (uniform, normal, dropout):
    setattr(keras_random, _ours.__name__, _either(_ours, getattr(keras_random, _ours.__name__)))
