"""Xie et al. 2016: a class is replaced by one drawn from all alike, with probability `rate`."""

import numpy as np
import pytest

from regpipe.backend import keras
from regpipe.ingredients.label_noise import noisy_targets
from regpipe.language import LabelNoise


@pytest.mark.parametrize("classes", [2, 10])
def test_a_share_of_the_classes_is_drawn_anew(classes: int) -> None:
    y = np.zeros((200_000, 1), "float32")
    noisy = np.asarray(
        noisy_targets(y, LabelNoise(rate=0.3), classes, keras.random.SeedGenerator(1))
    )
    assert noisy.shape == y.shape and set(np.unique(noisy)) == set(range(classes))
    shares = np.bincount(noisy[:, 0].astype(int)) / len(y)
    # Of the replaced ones, 1 in `classes` is the right one again.
    expected = [1 - 0.3 + 0.3 / classes] + [0.3 / classes] * (classes - 1)
    np.testing.assert_allclose(shares, expected, atol=0.005)


def test_numbers_get_normal_noise() -> None:
    y = np.full((100_000, 1), 2.0, "float32")
    noise = LabelNoise(stddev=0.2)
    noisy = np.asarray(noisy_targets(y, noise, 1, keras.random.SeedGenerator(1)))
    assert np.mean(noisy) == pytest.approx(2, abs=0.01)
    assert np.std(noisy) == pytest.approx(0.2, rel=0.02)
