"""Verma et al. 2019: at each step, one of the layers is given mixtures."""

from dataclasses import replace

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.ingredients.manifold_mixup import ManifoldMixup
from regpipe.ingredients.mixup import quantiles
from regpipe.language import Training
from tests.ingredients.steps import drawing, step_at

LAYERS = ("hidden", "relu", "output")
X = np.arange(12.0, dtype="float32").reshape(6, 2)


def mixed_places(key: int) -> list[bool]:
    """Return whether the inputs, the first and the second layer's outputs are mixed."""
    mixup = ManifoldMixup(alpha=1.0)
    with drawing(key) as draw:
        step = replace(step_at(x=tf.constant(X), manifold_mixup=draw), layers=LAYERS)
        mixup.batch({"shares": tf.constant(quantiles(1.0))}, step)
        given = [step.x, *(mixup.between(name, tf.constant(X), step) for name in LAYERS[:2])]
    pairs, _ = step.notes["manifold_mixup"]
    share, partners = float(pairs.share), np.asarray(pairs.partners)
    y = np.array([[0], [1], [0], [1], [1], [0]], "float32")
    loss = mixup.loss(lambda targets: tf.reduce_mean(targets * X[:, :1]), [y], step)
    both = share * np.mean(y * X[:, :1]) + (1 - share) * np.mean(y[partners] * X[:, :1])
    assert float(loss) == pytest.approx(both, rel=1e-5)
    by_hand = share * X + (1 - share) * X[partners]
    found = [np.allclose(part, by_hand, rtol=1e-5) for part in given]
    assert [np.array_equal(part, X) for part in given] == [not is_mixed for is_mixed in found]
    return found


def test_one_place_is_mixed_each_as_often_as_the_others() -> None:
    places = np.array([mixed_places(key) for key in range(120)])
    assert (places.sum(axis=1) == 1).all()
    assert (places.sum(axis=0) > 24).all()


def test_it_goes_without_mixup() -> None:
    with pytest.raises(ValueError, match="Expected no mixup beside it"):
        Training(loss="mse", epochs=1, mixup={}, manifold_mixup={})
