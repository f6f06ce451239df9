"""Graves 2011: the gradient is taken at noisy weights and applied to the clean ones."""

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.ingredients.weight_noise import WeightNoise
from tests.ingredients.steps import drawing, step_at


def test_the_gradient_of_a_square_shows_where_it_was_taken() -> None:
    """L = sum(w^2) / 2, so that the gradient at w is w itself."""
    clean = tf.fill((200, 200), 3.0)
    with drawing(1) as draw, tf.GradientTape() as tape:
        tape.watch(clean)
        step = step_at(weight_noise=draw)
        (noisy,) = WeightNoise(stddev=0.5).weights([clean], ["hidden/kernel"], step)
        loss = tf.reduce_sum(noisy**2) / 2
    gradient = tape.gradient(loss, clean)
    assert np.mean(gradient) == pytest.approx(3.0, abs=0.01)
    assert np.std(gradient) == pytest.approx(0.5, rel=0.02)


def test_the_noise_is_new_at_each_step() -> None:
    with drawing(1) as draw:
        step = step_at(weight_noise=draw)
        one, two = (WeightNoise().weights([tf.zeros((4, 4))], ["w"], step)[0] for _ in range(2))
    assert not np.allclose(one, two)
