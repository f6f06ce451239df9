"""Wan et al. 2013: weights of kernels are dropped, the others scaled up."""

from typing import Any

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.engine.plain import mixed, plain_training
from regpipe.ingredients.drop_connect import DropConnect
from regpipe.language import Training
from tests.ingredients.steps import drawing, step_at


def test_the_gradient_flows_through_the_mask() -> None:
    """L = sum(w^2) / 2, so that the gradient at w is w itself, times the mask."""
    kernel, bias = tf.fill((200, 200), 3.0), tf.ones(200)
    with drawing(1) as draw, tf.GradientTape() as tape:
        tape.watch(kernel)
        names = ["net/hidden/kernel", "net/hidden/bias"]
        step = step_at(drop_connect=draw)
        dropped, untouched = DropConnect(rate=0.2).weights([kernel, bias], names, step)
        loss = tf.reduce_sum(dropped**2) / 2
    values, counts = np.unique(dropped, return_counts=True)
    np.testing.assert_allclose(values, [0, 3 / 0.8], rtol=1e-6)
    assert counts[0] / counts.sum() == pytest.approx(0.2, abs=0.01)
    np.testing.assert_allclose(tape.gradient(loss, kernel), dropped / 0.8, rtol=1e-6)
    assert untouched is bias


@pytest.mark.parametrize("beside", [{}, {"weight_noise": {"stddev": 1.0}}])
def test_plain_keras_takes_it_back_before_it_changes_the_weights(beside: dict[str, Any]) -> None:
    """L = w x, so that w <- w - m x / (1 - rate), also where noise was added, too."""
    from regpipe.backend import keras

    keras.utils.set_random_seed(1)
    asked = {"loss": "mae", "epochs": 1, "drop_connect": {"rate": 0.5}, **beside}
    plain = plain_training(Training(**asked))
    rows = keras.Input((400,))
    layer = keras.layers.Dense(1, bias_initializer=keras.initializers.Constant(1e6))
    model = mixed("Network", plain.models, keras.Sequential)([rows, layer])
    optimizer = mixed("Optimizer", plain.optimizers, keras.optimizers.SGD)(1.0)
    model.compile(optimizer, loss="mae", run_eagerly=True)  # outputs are far above the targets
    before = model.get_weights()[0]
    for _ in range(2):
        model.train_on_batch(np.ones((3, 400)), np.zeros((3, 1)))
        kernel, bias = model.get_weights()
        change = before - kernel
        assert 0.4 < np.mean(np.abs(change - 2) < 1e-3) < 0.6
        assert np.all((np.abs(change - 2) < 1e-3) | (np.abs(change) < 1e-3))
        before = kernel
    np.testing.assert_allclose(bias, [1e6 - 2])
