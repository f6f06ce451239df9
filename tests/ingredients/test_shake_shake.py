"""Gastaldi 2017: a f1 + (1 - a) f2 forward, b f1 + (1 - b) f2 backward, their mean in the end."""

import numpy as np

from regpipe.backend import keras, tf
from regpipe.ingredients.shake_shake import ShakeShake as Idea

X = np.random.default_rng(1).normal(size=(500, 3)).astype("float32")


def shaken(x: tf.Tensor) -> tuple[keras.Layer, list[np.ndarray]]:
    keras.utils.set_random_seed(1)
    layer = Idea.plain()(2, "tanh", name="shaken")
    layer.build(x.shape)
    return layer, [branch(x).numpy() for branch in layer.branches]


def test_shares_are_new_for_each_row_and_others_backward() -> None:
    x = tf.constant(X)
    layer, (one, two) = shaken(x)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = layer(x, training=True)
        total = tf.reduce_sum(y)
        alone = [tf.reduce_sum(branch(x)) for branch in layer.branches]
    a = (y - two) / (one - two)
    np.testing.assert_allclose(a[:, 0], a[:, 1], atol=0.02)  # one share for all units of a row
    own, other = (tape.gradient(part, x).numpy() for part in alone)
    b = (tape.gradient(total, x).numpy() - other) / (own - other)
    np.testing.assert_allclose(np.median(b, axis=1), b[:, 0], atol=0.02)
    shares = np.stack([np.median(a, axis=1), np.median(b, axis=1)])
    assert ((shares > -1e-3) & (shares < 1 + 1e-3)).all()
    np.testing.assert_allclose(
        np.quantile(shares, [0.1, 0.5, 0.9], axis=1).T, 2 * [[0.1, 0.5, 0.9]], atol=0.07
    )
    assert abs(np.corrcoef(shares)[0, 1]) < 0.2


def test_tested_it_is_the_mean() -> None:
    layer, (one, two) = shaken(tf.constant(X))
    np.testing.assert_allclose(layer(X), (one + two) / 2, rtol=1e-6)


def test_its_penalty_is_on_both_branches() -> None:
    layer = Idea.plain()(2, kernel_regularizer=keras.regularizers.L2(0.1))
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    again(X)
    kernels = [branch.kernel for branch in again.branches]
    squares = sum(float(tf.reduce_sum(kernel**2)) for kernel in kernels)
    np.testing.assert_allclose(sum(again.losses), 0.1 * squares, rtol=1e-5)
