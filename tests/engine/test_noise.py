"""Noise that Keras lacks, inside both engines."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.backend import keras, tf
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.reference import KerasLoop
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called

FAST = {"epochs": 15, "shuffle": False, "optimizer": {"Adam": {"learning_rate": 0.01}}}
NOISES = {
    "noise_weights": {"weight_noise": {"stddev": 0.3}},
    "noise_gradients": {"gradient_noise": {"eta": 1.0, "gamma": 0.1}},
    "noise_labels": {"label_noise": {"rate": 0.5}},
}


@pytest.mark.parametrize("name", NOISES)
def test_with_the_same_noise_the_loop_follows_fit_epoch_by_epoch(
    name: str,
    moons: Rows,
    architecture_of: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The draws are replaced by numbers that don't change, so that both engines have the same."""

    def rising(shape: Any, low: float, high: float) -> Any:
        return tf.reshape(tf.linspace(low, high, tf.reduce_prod(shape)), shape)

    def normal(shape: Any, stddev: float = 1.0, seed: Any = None) -> Any:
        return stddev * rising(shape, -1.0, 1.0)

    monkeypatch.setattr(keras.random, "normal", normal)
    monkeypatch.setattr(keras.random, "uniform", lambda shape, seed: rising(shape, 0.0, 0.99))
    arm = arm_called(name, **FAST, **NOISES[name])
    architecture = architecture_of(arm)
    ours = CompiledLoop(arm, architecture, moons).fit(moons, 1).history
    theirs = KerasLoop(arm, architecture).fit(moons, 1).history
    quiet = CompiledLoop(arm_called("circles", **FAST), architecture, moons).fit(moons, 1).history
    for measure in ("loss", "val_loss"):
        np.testing.assert_allclose(ours[measure], theirs[measure], rtol=1e-3)
    assert np.abs(ours["loss"] / quiet["loss"] - 1).max() > 0.05


@pytest.mark.parametrize("name", NOISES)
def test_the_noise_comes_from_the_seed_alone(
    name: str, moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    arm = arm_called(name, epochs=5)
    loop = CompiledLoop(arm, architecture_of(arm), moons)
    one, other, again = (loop.fit(moons, seed).history["loss"] for seed in (1, 2, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
