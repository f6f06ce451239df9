"""Graves 2011: the gradient is taken at noisy weights and applied to the clean ones."""

import numpy as np
import pytest

from regpipe.backend import keras, tf
from regpipe.ingredients.weight_noise import noisy_weights
from regpipe.language import WeightNoise


def test_the_gradient_of_a_square_shows_where_it_was_taken() -> None:
    """L = sum(w^2) / 2, so that the gradient at w is w itself."""
    weight = keras.Variable(np.full((200, 200), 3.0, "float32"))
    with noisy_weights([weight], WeightNoise(stddev=0.5), keras.random.SeedGenerator(1)):
        with tf.GradientTape() as tape:
            tape.watch(weight.value)
            loss = tf.reduce_sum(weight.value**2) / 2
        gradient = tape.gradient(loss, weight.value)
    assert np.mean(gradient) == pytest.approx(3.0, abs=0.01)
    assert np.std(gradient) == pytest.approx(0.5, rel=0.02)
    np.testing.assert_array_equal(weight.numpy(), 3.0)


def test_the_noise_is_new_at_each_step() -> None:
    weight = keras.Variable(np.zeros((4, 4), "float32"))
    seed, seen = keras.random.SeedGenerator(1), []
    for _ in range(2):
        with noisy_weights([weight], WeightNoise(), seed):
            seen.append(weight.numpy().copy())
    assert not np.allclose(*seen)
