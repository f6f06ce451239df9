"""Neelakantan et al. 2015: g + N(0, eta / (1 + t)^gamma)."""

from typing import Any

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.ingredients.gradient_noise import GradientNoise
from tests.ingredients.steps import drawing, step_at


def noisy(gradients: list[Any], step: int, **noise: float) -> list[np.ndarray]:
    with drawing(1) as draw:
        found = GradientNoise(**noise).gradients(gradients, step_at(step, gradient_noise=draw))
    return [gradient.numpy() for gradient in found]


@pytest.mark.parametrize(("step", "variance"), [(0, 0.3), (1, 0.3 / 2**0.55), (99, 0.0238283)])
def test_the_variance_shrinks_with_the_steps(step: int, variance: float) -> None:
    (found,) = noisy([tf.zeros((300, 300))], step, eta=0.3)
    assert np.var(found) == pytest.approx(variance, rel=0.02)
    assert np.mean(found) == pytest.approx(0, abs=0.01)


def test_it_is_added_and_new_for_each_weight() -> None:
    gradients = [tf.ones((3, 2)), tf.ones((3, 2))]
    for found in noisy(gradients, 5, eta=1e-12):
        np.testing.assert_allclose(found, 1.0, atol=1e-5)
    one, two = noisy(gradients, 5)
    assert not np.allclose(one, two)
