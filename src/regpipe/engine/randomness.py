"""Random numbers that are cheap inside a compiled loop on a CPU.

Keras draws masks and noise with TensorFlow's stateless generators, whose default (Philox) costs
300-650 microseconds for 30 x 500 numbers under XLA on a CPU: many times the training step around
them. Here the i-th number of a draw is a hash of (word, key, counter, i). Key and counter are the
state of the layer's `keras.random.SeedGenerator`, as in Keras; the word is that of the fit, so that
two fits never share a mask. The same seeds give the same numbers on each run.

The hash is two rounds of a 32-bit integer mixer with low bias (Wellons, "Prospecting for hash
functions", 2018; constants of the later triple 16-15-15 search). A normal number is one of 2**16
quantiles, chosen by 16 bits of a hashed word: they have variance 1 and reach to 4.3 standard
deviations. (The inverse of the normal distribution function costs three times the hash.)

`threefry` draws all of it by TensorFlow's generator of that name instead, several times slower: a
cross-check of the hash.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from typing import Any

import numpy as np

from regpipe.backend import tf
from regpipe.language import Random
from regpipe.seeds import derive

QUANTILE_BITS = 16

_tracing = threading.local()


@contextmanager
def randomness_of(word: Any, random: Random = "hash") -> Iterator[None]:
    """Let Keras draw dropout masks, normal and uniform numbers by this module, in this thread.

    Layers and ingredients draw through these functions, so all of them are served alike. Other
    threads, which may be drawing initial weights, keep Keras' own.

    Args:
        word: a uint32 scalar, another for each fit.
        random: by which bits are drawn.
    """
    _take_over()
    _tracing.word, _tracing.bits = word, {"hash": hashed_bits, "threefry": threefry_bits}[random]
    try:
        yield
    finally:
        _tracing.word = None


def fit_word(seed: int) -> np.ndarray:
    """Return the word of a fit, a uint32 scalar."""
    return np.array(derive(seed, "masks"), "uint32")


class Stream:
    """Random numbers as a value: a state (key, counter; uint32), which each draw moves on.

    `on` is whether they do anything; where they don't, all are 0. None: they always do.
    """

    def __init__(self, state: Any, on: Any = None) -> None:
        self.state, self._on = state, on

    def uniform(self, shape: Any) -> Any:
        """Return numbers in [0, 1) of a shape."""
        return _unit(shape, self._next(), self._on)

    def normal(self, shape: Any) -> Any:
        """Return standard normal numbers of a shape."""
        return _standard(shape, self._next(), self._on)

    def _next(self) -> Any:
        state = self.state
        self.state = state + tf.constant([0, 1], tf.uint32)
        return state


class Streams(dict[str, Stream]):
    """The stream of each idea that draws, by its key."""

    def __missing__(self, key: str) -> Stream:
        raise LookupError(
            f"{key} draws random numbers without having any. Expected `random: ClassVar = True` in "
            "its class."
        )


def hashed_bits(shape: Any, state: Any, word: Any) -> Any:
    """Return uint32 of `shape`, each a hash of the word, the state (key, counter) and its place."""
    key, counter = tf.unstack(tf.cast(state, tf.uint32))
    draw = _mix(_mix(_mix(tf.cast(word, tf.uint32)) ^ key) ^ counter)
    place = tf.cast(tf.range(tf.reduce_prod(shape)), tf.uint32)
    # The second word is no `draw + place` of a place that there is: equal words would make it 0.
    return tf.reshape(_mix(_mix(place + draw) ^ _mix(draw ^ 0x9E3779B9)), shape)


def threefry_bits(shape: Any, state: Any, word: Any) -> Any:
    """Return uint32 of `shape`, drawn by Threefry (Salmon et al., 2011)."""
    seed = tf.random.fold_in(tf.bitcast(tf.cast(state, tf.uint32), tf.int32), word, "threefry")
    return tf.random.stateless_uniform(
        shape, seed, minval=None, maxval=None, dtype=tf.uint32, alg="threefry"
    )


def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return uniform numbers in [minval, maxval), as `keras.random.uniform`."""
    unit = _unit(shape, _state(seed))
    low, high = tf.cast(minval, unit.dtype), tf.cast(maxval, unit.dtype)
    return tf.cast(low + (high - low) * unit, dtype or unit.dtype)


def normal(
    shape: Any, mean: Any = 0.0, stddev: Any = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return normal numbers, as `keras.random.normal`; they reach to 4.3 standard deviations."""
    scale = tf.cast(stddev, tf.float32)
    standard = _standard(shape, _state(seed), scale != 0)
    shift = tf.cast(mean, standard.dtype)
    return tf.cast(shift + scale * standard, dtype or standard.dtype)


def dropout(inputs: Any, rate: Any, noise_shape: Any = None, seed: Any = None) -> Any:
    """Return `inputs` with a share `rate` set to 0 and the rest scaled up, as Keras' backend.

    At rate 1 all of it is 0.
    """
    shape = tf.shape(inputs)
    if noise_shape is not None:
        sizes = [shape[i] if size is None else size for i, size in enumerate(noise_shape)]
        shape = tf.stack(sizes)
    rate = tf.cast(rate, inputs.dtype)
    kept = tf.cast(_unit(shape, _state(seed), rate != 0), inputs.dtype) >= rate
    scale = tf.math.divide_no_nan(tf.ones([], inputs.dtype), 1 - rate)
    return tf.where(kept, inputs * scale, tf.zeros([], inputs.dtype))


def _unit(shape: Any, state: Any, on: Any = None) -> Any:
    """Return float32 in [0, 1), in steps of 2**-23."""

    def draw() -> Any:
        bits = _tracing.bits(shape, state, _tracing.word)
        return tf.bitcast(tf.bitwise.right_shift(bits, 9) | 0x3F800000, tf.float32) - 1.0

    return _drawn(draw, shape, on)


def _standard(shape: Any, state: Any, on: Any = None) -> Any:
    """Return standard normal float32."""

    def draw() -> Any:
        bits = _tracing.bits(shape, state, _tracing.word)
        place = tf.cast(tf.bitwise.right_shift(bits, 32 - QUANTILE_BITS), tf.int32)
        return tf.gather(tf.constant(quantiles()), place)

    return _drawn(draw, shape, on)


def _drawn(draw: Callable[[], Any], shape: Any, on: Any) -> Any:
    """Return what is drawn, or zeros, which cost nothing, where it would do nothing."""
    return draw() if on is None else tf.cond(on, draw, lambda: tf.zeros(shape))


@cache
def quantiles() -> np.ndarray:
    """Return the normal distribution's at the middles of 2**16 equal steps, with variance 1."""
    from scipy.special import ndtri

    n = 2**QUANTILE_BITS
    quantiles = ndtri((np.arange(n) + 0.5) / n)
    return (quantiles / quantiles.std()).astype("float32")


def _mix(x: Any) -> Any:
    for shift, factor in ((16, 0x21F0AAAD), (15, 0xD35A2D97)):
        x = (x ^ tf.bitwise.right_shift(x, shift)) * tf.constant(factor, tf.uint32)
    return x ^ tf.bitwise.right_shift(x, 15)


def _state(seed: Any) -> Any:
    from keras.src.random.seed_generator import draw_seed

    return draw_seed(seed)


@cache
def _take_over() -> None:
    """Put our functions into Keras' backend, to be used inside `randomness_of` alone."""
    from keras.src.backend.tensorflow import random as theirs

    for ours in (uniform, normal, dropout):
        setattr(theirs, ours.__name__, _either(ours, getattr(theirs, ours.__name__)))


def _either(ours: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is ours inside `randomness_of` and Keras' own elsewhere."""

    @wraps(theirs)
    def choose(*args: Any, **kwargs: Any) -> Any:
        inside = getattr(_tracing, "word", None) is not None
        return (ours if inside else theirs)(*args, **kwargs)

    return choose
