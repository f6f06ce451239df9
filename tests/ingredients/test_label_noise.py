"""Xie et al. 2016: a class is replaced by one drawn from all alike, with probability `rate`."""

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.ingredients.label_noise import LabelNoise
from tests.ingredients.steps import drawing, step_at


def noisy(noise: LabelNoise, y: np.ndarray, classes: int = 2) -> np.ndarray:
    with drawing(1) as draw:
        step = step_at(y=tf.constant(y), classes=classes, label_noise=draw)
        noise.batch({}, step)
    return step.y.numpy()


@pytest.mark.parametrize("classes", [2, 10])
def test_a_share_of_the_classes_is_drawn_anew(classes: int) -> None:
    found = noisy(LabelNoise(rate=0.3), np.zeros((200_000, 1), "float32"), classes)
    assert found.shape == (200_000, 1) and set(np.unique(found)) == set(range(classes))
    shares = np.bincount(found[:, 0].astype(int)) / len(found)
    # Of the replaced ones, 1 in `classes` is the right one again.
    expected = [1 - 0.3 + 0.3 / classes] + [0.3 / classes] * (classes - 1)
    np.testing.assert_allclose(shares, expected, atol=0.005)


def test_numbers_get_normal_noise() -> None:
    found = noisy(LabelNoise(stddev=0.2), np.full((100_000, 1), 2.0, "float32"))
    assert np.mean(found) == pytest.approx(2, abs=0.01)
    assert np.std(found) == pytest.approx(0.2, rel=0.02)
