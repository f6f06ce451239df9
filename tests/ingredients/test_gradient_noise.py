"""Neelakantan et al. 2015: g + N(0, eta / (1 + t)^gamma)."""

import numpy as np
import pytest

from regpipe.backend import keras
from regpipe.ingredients.gradient_noise import noisy_gradients
from regpipe.language import GradientNoise


@pytest.mark.parametrize(("step", "variance"), [(0, 0.3), (1, 0.3 / 2**0.55), (99, 0.0238283)])
def test_the_variance_shrinks_with_the_steps(step: int, variance: float) -> None:
    seed = keras.random.SeedGenerator(1)
    zero = keras.ops.zeros((300, 300))
    (noisy,) = noisy_gradients([zero], step, GradientNoise(eta=0.3), seed)
    assert np.var(noisy) == pytest.approx(variance, rel=0.02)
    assert np.mean(noisy) == pytest.approx(0, abs=0.01)


def test_it_is_added_and_new_for_each_weight_and_step() -> None:
    seed = keras.random.SeedGenerator(1)
    gradients = [keras.ops.ones((3, 2)), keras.ops.ones((3, 2))]
    tiny = GradientNoise(eta=1e-12)
    for noisy in noisy_gradients(gradients, 5, tiny, seed):
        np.testing.assert_allclose(noisy, 1.0, atol=1e-5)
    one, two = noisy_gradients(gradients, 5, GradientNoise(), seed)
    again, _ = noisy_gradients(gradients, 5, GradientNoise(), seed)
    assert not np.allclose(one, two) and not np.allclose(one, again)
