"""Keras' layers that augment, in the compiled loop: new numbers in each step, none in a test."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.candidates.arm import Arm
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Fit, Start
from regpipe.engine.keras_loop import KerasLoop
from regpipe.engine.network import build_architecture, build_model, plain_model
from regpipe.engine.weights import weight_names
from regpipe.measures.measure import Measure
from regpipe.rows.arrays import Rows, rows_of
from tests.conftest import arm_called

AUGMENTED = ["augment_shift", "augment_rotation", "augment_zoom"]
SEQUENCE = "augment_shift_sequence"
EPOCHS = 30
N_ROWS = 40  # a batch of 32 and one of 8
SAME_WEIGHTS = Start(weights_seed=1)
Samples = Callable[[str], pd.DataFrame]


def still(name: str, samples_of: Samples) -> tuple[Arm, dict[str, Any], Rows]:
    """Return an arm whose weights stay as they are: its losses tell of its rows alone."""
    frozen = {"SGD": {"learning_rate": 0.0}}
    arm = arm_called(name, epochs=EPOCHS, optimizer=frozen, shuffle=False)
    rows = rows_of(samples_of(arm.problem), "fixed", arm)[0]
    rows = replace(rows, x_train=rows.x_train[:N_ROWS], y_train=rows.y_train[:N_ROWS])
    return arm, build_architecture(arm, rows.x_train.shape[1:]), rows


@pytest.mark.parametrize("name", [*AUGMENTED, SEQUENCE])
def test_rows_are_new_in_each_epoch_by_the_seed_and_the_same_in_a_test(
    name: str, samples_of: Samples
) -> None:
    arm, architecture, rows = still(name, samples_of)
    loop = CompiledLoop(arm, architecture)
    one, other, again = (loop.fit(rows, seed, SAME_WEIGHTS).history for seed in (1, 2, 1))
    assert len(set(one["loss"])) == EPOCHS
    np.testing.assert_array_equal(one["loss"], again["loss"])
    assert not set(one["loss"]) & set(other["loss"])
    bare, plain, _ = still(arm.problem, samples_of)
    tested = CompiledLoop(bare, plain).fit(rows, 1, SAME_WEIGHTS).history["val_loss"]
    np.testing.assert_allclose(one["val_loss"], tested, rtol=1e-6)
    (program,) = loop._programs.values()
    assert program.captured_inputs == []


@pytest.mark.usefixtures("fit_eagerly")
@pytest.mark.parametrize("name", AUGMENTED)
def test_they_are_moved_as_by_keras_in_distribution(name: str, samples_of: Samples) -> None:
    arm, architecture, rows = still(name, samples_of)

    def losses(loop: Any) -> np.ndarray:
        fit: Fit = loop.fit(rows, 1, SAME_WEIGHTS)
        return fit.history["loss"].astype(float)

    ours, theirs = losses(CompiledLoop(arm, architecture)), losses(KerasLoop(arm, architecture))
    error = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / EPOCHS)
    assert abs(ours.mean() - theirs.mean()) < 4 * error
    assert 0.6 < ours.std() / theirs.std() < 1.7


@pytest.mark.parametrize("name", ["augment_all", SEQUENCE])
def test_what_is_measured_and_exported_augments_nothing(name: str, samples_of: Samples) -> None:
    """Though Keras' layers do so wherever a model is called without a word of training."""
    arm, architecture, rows = still(name, samples_of)
    trained, exported = build_model(architecture), plain_model(architecture)
    exported.set_weights([w for w in trained.get_weights() if w.dtype == "float32"])
    expected = trained(rows.x_val, training=False)
    np.testing.assert_allclose(exported(rows.x_val), expected, rtol=1e-5)
    weights = {n: w.numpy() for n, w in zip(weight_names(trained), trained.weights, strict=True)}
    measure = Measure(arm, architecture, weights, rows.y_train)
    np.testing.assert_allclose(measure.predict(rows.x_val), expected, rtol=1e-5)
    assert not {"activation_shift", "activation_turn", "activation_zoom"} & {*measure.anatomy(rows)}
