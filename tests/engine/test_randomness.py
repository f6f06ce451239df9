"""Are the hashed numbers as random as they have to be?"""

import threading

import numpy as np
import pytest
from scipy import stats

from regpipe.backend import keras, tf
from regpipe.engine import randomness


class Seed(keras.random.SeedGenerator):
    """A generator whose key the test chooses."""


def test_normal_numbers_are_normal() -> None:
    numbers = np.ravel(randomness.normal([500, 400], seed=Seed(1)))
    assert np.isfinite(numbers).all()
    assert stats.kstest(numbers, "norm").pvalue > 1e-3
    assert abs(stats.kurtosis(numbers)) < 0.05


def test_uniform_numbers_are_uniform() -> None:
    numbers = np.ravel(randomness.uniform([500, 400], minval=-1, maxval=3, seed=Seed(2)))
    assert numbers.min() >= -1 and numbers.max() < 3
    assert stats.kstest((numbers + 1) / 4, "uniform").pvalue > 1e-3


def test_every_bit_is_a_fair_coin() -> None:
    bits = randomness.hashed_bits([2**16], tf.constant([7, 0])).numpy()
    ones = np.unpackbits(bits.view("uint8")).reshape(-1, 32).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 4.5 * 0.5 / 2**8


@pytest.mark.parametrize("other", [(7, 1), (8, 0), (7, 2), (1_000_007, 0)])
def test_draws_of_other_keys_and_counters_are_unrelated(other: tuple[int, int]) -> None:
    a, b = (
        randomness.hashed_bits([2**16], tf.constant(state)).numpy() / 2**32
        for state in ((7, 0), other)
    )
    for shift in (0, 1, 2):  # also not the same numbers, moved
        correlation = np.corrcoef(a[shift:], b[: len(b) - shift])[0, 1]
        assert abs(correlation) < 4.5 / 2**8
    assert not np.isin(a, b).mean() > 1e-3


def test_every_place_is_uniform_from_draw_to_draw() -> None:
    """A whole draw can look random, and one of its places be the same in every draw."""
    draws = [randomness.hashed_bits([8], tf.constant([7, counter])) for counter in range(1000)]
    for place in (np.array(draws) / 2**32).T:
        assert stats.kstest(place, "uniform").pvalue > 1e-4


def test_neighbours_are_unrelated() -> None:
    numbers = randomness.hashed_bits([2**16], tf.constant([3, 5])).numpy() / 2**32
    for lag in (1, 2, 32, 500):
        assert abs(np.corrcoef(numbers[lag:], numbers[:-lag])[0, 1]) < 4.5 / 2**8


def test_successive_draws_of_a_generator_differ_and_start_over_with_its_state() -> None:
    seed = Seed(5)
    first, second = randomness.uniform([8], seed=seed), randomness.uniform([8], seed=seed)
    assert not np.allclose(first, second)
    seed.state.assign([5, 0])
    np.testing.assert_array_equal(first, randomness.uniform([8], seed=seed))


def test_dropout_drops_its_rate_and_keeps_the_mean() -> None:
    dropped = randomness.dropout(tf.ones([500, 400]), 0.4, seed=Seed(1)).numpy()
    assert set(np.unique(dropped)) == {np.float32(0), np.float32(1 / 0.6)}
    assert abs((dropped == 0).mean() - 0.4) < 4.5 * np.sqrt(0.24 / dropped.size)


def test_dropout_shares_its_mask_along_the_axes_of_size_one() -> None:
    dropped = randomness.dropout(tf.ones([6, 5, 4]), 0.5, noise_shape=[None, 1, None], seed=Seed(1))
    assert (dropped.numpy() == dropped.numpy()[:, :1, :]).all()


def test_keras_layers_draw_hashed_numbers_only_inside_the_context() -> None:
    layer = keras.layers.Dropout(0.5, seed=1)
    x = tf.ones([4, 50])
    theirs = layer(x, training=True).numpy()
    layer.seed_generator.state.assign([1, 0])
    with randomness.hashed_randomness():
        ours = layer(x, training=True).numpy()
    layer.seed_generator.state.assign([1, 0])
    assert (ours != theirs).any()
    np.testing.assert_array_equal(theirs, layer(x, training=True).numpy())


def test_other_threads_keep_keras_own_numbers() -> None:
    """One may draw initial weights while another traces."""
    expected = keras.random.uniform([5], seed=3).numpy()
    drawn = []
    with randomness.hashed_randomness():
        inside = keras.random.uniform([5], seed=3).numpy()
        thread = threading.Thread(target=lambda: drawn.append(keras.random.uniform([5], seed=3)))
        thread.start()
        thread.join()
    np.testing.assert_array_equal(drawn[0], expected)
    assert (inside != expected).any()
