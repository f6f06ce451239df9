"""Are the hashed numbers as random as they have to be?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from scipy import stats

from regpipe.backend import keras, tf
from regpipe.engine import randomness


class Seed(keras.random.SeedGenerator):
    """A generator whose key the test chooses."""


@contextmanager
def drawn() -> Iterator[None]:
    with randomness.randomness_of(tf.constant(0, tf.uint32)):
        yield


@pytest.fixture(autouse=True)
def inside() -> Iterator[None]:
    """Every draw of these tests is that of a fit."""
    with drawn():
        yield


def bits_of(shape: list[int], state: tuple[int, int], word: int = 0) -> Any:
    return randomness.hashed_bits(shape, tf.constant(state), tf.constant(word, tf.uint32))


def test_normal_numbers_are_normal() -> None:
    numbers = np.ravel(randomness.normal([500, 400], seed=Seed(1)))
    assert np.isfinite(numbers).all()
    assert stats.kstest(numbers, "norm").pvalue > 1e-3
    assert abs(stats.kurtosis(numbers)) < 0.05


def test_the_tails_are_there_and_end_where_the_table_does() -> None:
    """4.3 standard deviations; a normal number is beyond in 1 of 50,000 draws."""
    numbers = np.abs(np.ravel(randomness.normal([2000, 1000], seed=Seed(3))))
    for bound in (2.0, 3.0, 3.5, 4.0):
        share, expected = (numbers > bound).mean(), 2 * stats.norm.sf(bound)
        assert abs(share - expected) < 4.5 * np.sqrt(expected / numbers.size) + 2**-16
    assert 4.2 < numbers.max() < 4.4
    table = randomness.quantiles()
    assert table.mean() == pytest.approx(0, abs=1e-6) and table.var() == pytest.approx(1, rel=1e-5)
    assert stats.kurtosis(table.astype(float)) == pytest.approx(0, abs=0.005)


def test_every_place_of_a_draw_is_normal_and_unrelated_to_the_next_draws() -> None:
    seed = Seed(4)
    draw = tf.function(lambda: randomness.normal([6], seed=seed))
    draws = np.array([draw() for _ in range(1500)])
    for place in draws.T:
        assert stats.kstest(place, "norm").pvalue > 1e-4
    for lag in (1, 2, 7):
        between = np.corrcoef(draws[lag:].T, draws[:-lag].T)[:6, 6:]
        assert np.abs(between).max() < 4.5 / np.sqrt(1500 - lag)


@pytest.mark.parametrize("bit", range(0, 32, 3))
def test_a_bit_of_the_key_or_of_the_word_changes_half_of_all_bits(bit: int) -> None:
    before = bits_of([2**10], (0, 0)).numpy()
    for after in (bits_of([2**10], (1 << bit, 0)), bits_of([2**10], (0, 0), 1 << bit)):
        flipped = np.unpackbits((before ^ after.numpy()).view("uint8"))
        assert abs(flipped.mean() - 0.5) < 4.5 * 0.5 / np.sqrt(flipped.size)


def test_fits_of_the_same_key_have_other_masks() -> None:
    one, other = bits_of([2**12], (7, 0), 1).numpy(), bits_of([2**12], (7, 0), 2).numpy()
    assert not np.isin(one, other).any()
    assert randomness.fit_word(1) != randomness.fit_word(2)


def test_dropout_of_everything_leaves_zeros() -> None:
    x = tf.ones([4, 5])
    with tf.GradientTape() as tape:
        tape.watch(x)
        dropped = randomness.dropout(x, 1.0, seed=Seed(1))
    assert not dropped.numpy().any() and not tape.gradient(dropped, x).numpy().any()


def test_uniform_numbers_are_uniform() -> None:
    numbers = np.ravel(randomness.uniform([500, 400], minval=-1, maxval=3, seed=Seed(2)))
    assert numbers.min() >= -1 and numbers.max() < 3
    assert stats.kstest((numbers + 1) / 4, "uniform").pvalue > 1e-3


def test_every_bit_is_a_fair_coin() -> None:
    bits = bits_of([2**16], (7, 0)).numpy()
    ones = np.unpackbits(bits.view("uint8")).reshape(-1, 32).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 4.5 * 0.5 / 2**8


@pytest.mark.parametrize("other", [(7, 1), (8, 0), (7, 2), (1_000_007, 0)])
def test_draws_of_other_keys_and_counters_are_unrelated(other: tuple[int, int]) -> None:
    a, b = (bits_of([2**16], state).numpy() / 2**32 for state in ((7, 0), other))
    for shift in (0, 1, 2):  # also not the same numbers, moved
        correlation = np.corrcoef(a[shift:], b[: len(b) - shift])[0, 1]
        assert abs(correlation) < 4.5 / 2**8
    assert not np.isin(a, b).mean() > 1e-3


def test_every_place_is_uniform_from_draw_to_draw() -> None:
    """A whole draw can look random, and one of its places be the same in every draw."""
    states = tf.stack([tf.fill([1000], 7), tf.range(1000)], axis=1)
    draw = tf.function(lambda state: randomness.hashed_bits([8], state, tf.constant(0, tf.uint32)))
    draws = [draw(state) for state in states]
    for place in (np.array(draws) / 2**32).T:
        assert stats.kstest(place, "uniform").pvalue > 1e-4


def test_neighbours_are_unrelated() -> None:
    numbers = bits_of([2**16], (3, 5)).numpy() / 2**32
    for lag in (1, 2, 32, 500):
        assert abs(np.corrcoef(numbers[lag:], numbers[:-lag])[0, 1]) < 4.5 / 2**8


def test_successive_draws_of_a_generator_differ_and_start_over_with_its_state() -> None:
    seed = Seed(5)
    first, second = randomness.uniform([8], seed=seed), randomness.uniform([8], seed=seed)
    assert not np.allclose(first, second)
    seed.state.assign([5, 0])
    np.testing.assert_array_equal(first, randomness.uniform([8], seed=seed))


@pytest.mark.parametrize("draw", ["uniform", "normal"])
def test_what_is_off_is_not_drawn_and_moves_on(draw: str) -> None:
    on, off = (randomness.Stream(tf.constant([7, 0], tf.uint32), on) for on in (None, False))
    assert getattr(on, draw)([50]).numpy().any() and not getattr(off, draw)([50]).numpy().any()
    np.testing.assert_array_equal(on.state, off.state)


def test_dropout_drops_its_rate_and_keeps_the_mean() -> None:
    dropped = randomness.dropout(tf.ones([500, 400]), 0.4, seed=Seed(1)).numpy()
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1 / 0.6)}
    assert abs((dropped == 0).mean() - 0.4) < 4.5 * np.sqrt(0.24 / dropped.size)


def test_dropout_shares_its_mask_along_the_axes_of_size_one() -> None:
    dropped = randomness.dropout(tf.ones([6, 5, 4]), 0.5, noise_shape=[None, 1, None], seed=Seed(1))
    assert (dropped.numpy() == dropped.numpy()[:, :1, :]).all()


def test_keras_layers_draw_hashed_numbers_only_inside_the_context() -> None:
    randomness._tracing.word = None
    layer = keras.layers.Dropout(0.5, seed=1)
    x = tf.ones([4, 50])
    theirs = layer(x, training=True).numpy()
    layer.seed_generator.state.assign([1, 0])
    with drawn():
        ours = layer(x, training=True).numpy()
    layer.seed_generator.state.assign([1, 0])
    assert (ours != theirs).any()
    np.testing.assert_array_equal(theirs, layer(x, training=True).numpy())


def test_other_threads_keep_keras_own_numbers() -> None:
    """One may draw initial weights while another traces."""
    randomness._tracing.word = None
    expected = keras.random.uniform([5], seed=3).numpy()
    found = []
    with drawn():
        inside = keras.random.uniform([5], seed=3).numpy()
        thread = threading.Thread(target=lambda: found.append(keras.random.uniform([5], seed=3)))
        thread.start()
        thread.join()
    np.testing.assert_array_equal(found[0], expected)
    assert (inside != expected).any()
