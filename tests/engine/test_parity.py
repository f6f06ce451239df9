"""The compiled loop against `keras.Model.fit`, from the same initial weights."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.language.layers import Layer
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called

EPOCHS = 10
FULL = {"batch_size": 32}
SHORT = {"batch_size": 32, "epochs": 8}
DECAY = {"ExponentialDecay": {"initial_learning_rate": 0.01, "decay_steps": 5, "decay_rate": 0.9}}
MINI = {"batch_size": 8, "shuffle": False}  # 30 rows: three batches of 8 and one of 6
RARELY = {"learning_rate": 1, "gradient_accumulation_steps": 3}  # the last of 20 steps gathers
OVERWRITTEN = {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 2}


def both(arm: Any, architecture: dict[str, Any], rows: Rows, seed: int) -> tuple[Any, Any]:
    from regpipe.engine.compiled import CompiledLoop
    from regpipe.engine.keras_loop import KerasLoop

    return (
        CompiledLoop(arm, architecture).fit(rows, seed),
        KerasLoop(arm, architecture).fit(rows, seed),
    )


def assert_close_weights(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    """Close as a whole: at the kink of an L1 penalty, a single weight may take the other way."""
    for path, weight in theirs.items():
        distance = np.linalg.norm(ours[path] - weight)
        assert distance <= 5e-3 * np.linalg.norm(weight) + 1e-6, path


@pytest.mark.usefixtures("fit_eagerly")
@pytest.mark.parametrize(
    ("name", "training"),
    [
        ("moons", FULL),
        ("weight_l2", MINI),
        ("weight_l1_l2", FULL),
        ("unit_norm", MINI),
        ("activity_l1", MINI),
        ("moons", {**FULL, "optimizer": {"SGD": {"learning_rate": 0.1, "momentum": 0.9}}}),
        ("moons", {**SHORT, "optimizer": {"Adam": {"use_ema": True, "ema_momentum": 0.9}}}),
        ("moons", {**SHORT, "optimizer": {"SGD": {"loss_scale_factor": 1024.0}}}),
        ("moons", {**SHORT, "optimizer": {"AdamW": {"learning_rate": DECAY, "clipnorm": 0.5}}}),
        ("moons", {**MINI, "epochs": 5, "optimizer": {"SGD": {**RARELY, **OVERWRITTEN}}}),
    ],
)
def test_deterministic_arms_follow_fit_epoch_by_epoch(
    name: str, training: dict[str, Any], moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    arm = arm_called(name, **{"epochs": EPOCHS, **training})
    ours, theirs = both(arm, architecture_of(arm), moons, seed=3)
    assert list(ours.history) == list(theirs.history)
    for measure in ("loss", "val_loss"):
        np.testing.assert_allclose(ours.history[measure], theirs.history[measure], rtol=1e-3)
    for measure in ("accuracy", "val_accuracy"):  # a row on the boundary may fall on either side
        differences = np.abs(ours.history[measure] - theirs.history[measure])
        assert np.mean(differences > 1e-6) <= 0.02
    assert_close_weights(ours.weights, theirs.weights)
    assert (ours.outcome, ours.epochs) == (theirs.outcome, theirs.epochs)
    assert ours.outcome == "completed"


def test_accumulated_steps_of_a_noisy_training_are_those_of_fit(
    moons: Rows, architecture_of: Callable[..., Any], step_by_step: None
) -> None:
    noise = {"gradient_noise": {"eta": 1e-12}}  # its formula reads the number of the step
    arm = arm_called("moons", **MINI, **noise, epochs=3, optimizer={"SGD": RARELY})
    ours, theirs = both(arm, architecture_of(arm), moons, seed=3)
    np.testing.assert_allclose(ours.history["loss"], theirs.history["loss"], rtol=1e-4)


LAYERS = {
    "LSTM": {"units": 4, "dropout": 0.0},
    "SimpleRNN": {"units": 4, "recurrent_initializer": "glorot_uniform"},
    "SeparableConv1D": {"filters": 3, "kernel_size": 1},
    "Conv1D": {"filters": 3, "kernel_size": 2, "padding": "same"},
}


@pytest.mark.parametrize("kind", LAYERS)
def test_every_kind_of_weight_is_drawn_from_the_seed_alone(
    kind: str, moons: Rows, architecture_of: Callable[..., Any], step_by_step: None
) -> None:
    """Two loops, built one after the other, and `fit`: the same history from the same seed."""
    from regpipe.engine.compiled import CompiledLoop

    arm = arm_called("moons", epochs=5)
    layers = {
        "sequence": Layer("Reshape", {"target_shape": [2, 1]}),
        "scaled": Layer("BatchNormalization", {}),
        "first": Layer(kind, LAYERS[kind]),
        "flat": Layer("Flatten", {}),
        **arm.layers,
    }
    arm = replace(arm, layers=layers)
    architecture = architecture_of(arm)
    ours, theirs = both(arm, architecture, moons, seed=3)
    loop = CompiledLoop(arm, architecture)
    again, other = loop.fit(moons, 3), loop.fit(moons, 4)
    np.testing.assert_array_equal(ours.history["val_loss"], again.history["val_loss"])
    np.testing.assert_allclose(ours.history["val_loss"], theirs.history["val_loss"], rtol=1e-3)
    for path, weight in ours.weights.items():
        if path.startswith("first") and "kernel" in path:
            assert not np.allclose(weight, other.weights[path]), path


@pytest.mark.usefixtures("fit_eagerly")
def test_validation_in_several_batches_is_that_of_fit(
    moons: Rows, architecture_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from regpipe.engine import forward, keras_loop

    for module in (forward, keras_loop):
        monkeypatch.setattr(module, "VALIDATION_BATCH", 32)  # 70 rows: two batches of 32, one of 6
    arm = arm_called("activity_l1", epochs=5)
    ours, theirs = both(arm, architecture_of(arm), moons, seed=1)
    np.testing.assert_allclose(ours.history["val_loss"], theirs.history["val_loss"], rtol=1e-4)


@pytest.mark.usefixtures("fit_eagerly")
@pytest.mark.parametrize("name", ["dropout", "noise_hidden"])
def test_random_arms_agree_in_distribution(
    name: str, moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    """Few epochs and strong noise, so that the noise, not the initial weights, makes the spread."""
    from regpipe.engine.compiled import CompiledLoop
    from regpipe.engine.keras_loop import KerasLoop

    arm = arm_called(name, epochs=15, optimizer={"Adam": {"learning_rate": 0.01}})
    strong = {
        "mask": Layer("Dropout", {"rate": 0.8}),
        "noise": Layer("GaussianNoise", {"stddev": 1.0}),
    }
    arm = replace(arm, layers={k: strong.get(k, v) for k, v in arm.layers.items()})
    architecture = architecture_of(arm)
    loops = CompiledLoop(arm, architecture), KerasLoop(arm, architecture)
    ours = [loops[0].fit(moons, seed) for seed in range(60)]
    theirs = [loops[1].fit(moons, seed) for seed in range(6)]
    for measure in ("loss", "val_loss"):
        a, b = (np.array([fit.history[measure] for fit in fits]) for fits in (ours, theirs))
        error = np.sqrt(a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b))
        z = (a.mean(axis=0) - b.mean(axis=0)) / error
        assert np.abs(z).max() < 4.5, f"{measure}: means differ by {z} standard errors"
        spreads = a.std(axis=0, ddof=1) / b.std(axis=0, ddof=1)
        assert 0.5 < np.median(spreads) < 2, f"{measure}: spreads differ by factors {spreads}"


WEIGHTED = [
    {"class_weight": {0: 0.5, 1: 3.0}},
    {"class_weight": "balanced", "loss": {"BinaryCrossentropy": {"label_smoothing": 0.1}}},
    {"class_weight": "balanced", "mixup": {"alpha": 0}},  # each row is mixed with itself
]


@pytest.mark.usefixtures("fit_eagerly")
@pytest.mark.parametrize("training", WEIGHTED, ids=["a function", "an object", "our own step"])
def test_weights_of_classes_are_those_of_fit(
    training: dict[str, Any], moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    """Of a batch, the weighted losses are divided by the rows, not by their weights."""
    y = np.where(np.arange(30)[:, None] < 15, 0, moons.y_train)  # batches differ in rare rows
    rows = replace(moons, y_train=y.astype("float32"))
    arm = arm_called("weight_l2", epochs=6, **{**MINI, **training})
    ours, theirs = both(arm, architecture_of(arm), rows, seed=3)
    assert 0 < rows.y_train.mean() < 0.4
    for measure in ("loss", "accuracy", "val_loss", "val_accuracy"):
        np.testing.assert_allclose(ours.history[measure], theirs.history[measure], rtol=1e-4)
    assert_close_weights(ours.weights, theirs.weights)
