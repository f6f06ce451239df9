"""The rules, against Keras' callbacks and by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.keras_loop import KerasLoop
from regpipe.ingredients import Beginning, Epoch
from regpipe.language import Training
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called
from tests.engine.test_parity import assert_close_weights

LOGS = ("loss", "accuracy", "val_loss", "val_accuracy")
FAST = {"optimizer": {"Adam": {"learning_rate": 0.02}}, "epochs": 120}


def agree(asked: dict[str, Any], moons: Rows, architecture_of: Callable[..., Any]) -> None:
    """Assert that both engines end at the same epoch, with the same weights."""
    arm = arm_called("moons", **{**FAST, **asked})
    architecture = architecture_of(arm)
    ours = CompiledLoop(arm, architecture).fit(moons, 1)
    theirs = KerasLoop(arm, architecture).fit(moons, 1)
    assert (ours.outcome, ours.epochs) == (theirs.outcome, theirs.epochs)
    assert ours.best_epoch == theirs.best_epoch
    assert_close_weights(ours.weights, theirs.weights)
    np.testing.assert_allclose(ours.history["val_loss"], theirs.history["val_loss"], rtol=1e-3)


@pytest.mark.usefixtures("without_xla", "without_iterators")
@pytest.mark.parametrize(
    "asked",
    [
        {"early_stopping": {"patience": 0}},
        {"early_stopping": {"patience": 7, "restore_best_weights": True}},
        {"early_stopping": {"patience": 5, "min_delta": 0.02}},
        {"early_stopping": {"patience": 5, "baseline": 0.35}},
        {"early_stopping": {"patience": 3, "start_from_epoch": 20}},
        {"early_stopping": {"monitor": "val_accuracy", "patience": 10}},
        {"early_stopping": {"monitor": "loss", "patience": 4}, "batch_size": 8, "shuffle": False},
        {"checkpoint": {"monitor": "val_accuracy"}},
        {"early_stopping": {"patience": 12}, "checkpoint": {"monitor": "val_accuracy"}},
        {"early_stopping": {"patience": 3}, "validation_freq": 4},
        {"stop_when": {"rule": "generalization_loss", "alpha": 1.0}},
        {"early_stopping": {"start_from_epoch": 500, "restore_best_weights": True}, "epochs": 20},
        {"checkpoint": {"monitor": "val_loss"}, "validation_freq": 50, "epochs": 20},
        {
            "stop_when": {"rule": "generalization_loss", "alpha": 50.0},
            "early_stopping": {"monitor": "loss", "patience": 3},
            "epochs": 60,
        },
        {
            "stop_when": {"rule": "absolute_change", "epochs": 3, "threshold": 0.02},
            "validation_freq": 4,
        },
    ],
    ids=str,
)
def test_rules_do_as_the_callbacks_of_keras(
    asked: dict[str, Any], moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    agree(asked, moons, architecture_of)


@pytest.mark.parametrize(
    "asked",
    [
        {"early_stopping": {"patience": 3, "restore_best_weights": True}, "validation_freq": 2},
        {"early_stopping": {"patience": 3}, "checkpoint": {"monitor": "val_accuracy"}},
    ],
    ids=str,
)
def test_and_so_they_do_compiled_by_xla_and_on_batches_of_tensorflow(
    asked: dict[str, Any], moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    agree({**asked, "optimizer": {"Adam": {"learning_rate": 0.1}}}, moons, architecture_of)


def test_a_rule_counts_validations_not_epochs() -> None:
    """At every tenth epoch it stops after as many of them as at every one."""
    falling = list(np.linspace(5.0, 1.0, 12)) + [1.0] * 12
    for rule in (
        {"rule": "absolute_change", "epochs": 10, "threshold": 0.05},
        {"rule": "average_change", "epochs": 10, "threshold": 0.005},
        {"rule": "successive_increases", "strips": 2, "strip": 5},
    ):
        assert stops_at(rule, falling, every=10) == 10 * stops_at(rule, falling)


def test_a_fit_that_was_stopped_leaves_nothing_behind_for_the_next(
    moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    stopping = {"early_stopping": {"patience": 5, "restore_best_weights": True}}
    arm = arm_called("moons", **FAST, **stopping)
    loop = CompiledLoop(arm, architecture_of(arm))
    first, other, again = (loop.fit(moons, seed) for seed in (1, 2, 1))
    assert first.outcome == "stopped"
    assert (first.weights["hidden/kernel"] != other.weights["hidden/kernel"]).any()
    assert (first.epochs, first.best_epoch) == (again.epochs, again.best_epoch)
    np.testing.assert_array_equal(first.weights["hidden/kernel"], again.weights["hidden/kernel"])


def stops_at(
    rule: dict[str, Any], val_loss: list[float], loss: list[float] | None = None, every: int = 1
) -> int:
    """Return the epoch, from 1, at which a rule stops on a curve, and 0 where it never does."""
    (watching,) = Training(loss="mse", epochs=1, stop_when=rule).watches
    part = watching.part(Beginning(len(val_loss), None, ()))
    for n, value in enumerate(val_loss, start=1):
        numbers = [loss[n - 1] if loss else 1.0, 0.0, value, 0.0]
        logs = dict(zip(LOGS, map(tf.constant, np.float32(numbers)), strict=True))
        epoch = Epoch(tf.constant(n * every - 1), len(val_loss), {}, logs=logs)
        part = watching.end(part, epoch)
        if bool(epoch.stop):
            return n * every
    return 0


def test_generalization_loss_by_hand() -> None:
    """GL of 1.03 above the lowest, 1.0, is 3%."""
    rule = {"rule": "generalization_loss", "alpha": 2.5}
    assert stops_at(rule, [2.0, 1.0, 1.02, 1.03, 0.9]) == 4
    assert stops_at(rule, [2.0, 1.0, 1.02, 1.01]) == 0


def test_progress_quotient_by_hand() -> None:
    """A strip of two epochs with training losses 1.0 and 1.1: P = 1000 (1.05 / 1.0 - 1) = 50."""
    rule = {"rule": "progress_quotient", "strip": 2, "alpha": 0.15}
    loss = [1.1, 1.0, 1.1, 1.0]
    assert stops_at(rule, [1.0, 1.0, 1.5, 1.08], loss) == 4  # GL 8 / P 50 = 0.16, at a strip's end
    assert stops_at(rule, [1.0, 1.0, 1.5, 1.07], loss) == 0  # 0.14
    assert stops_at(rule, [1.0, 1.0, 1.0, 1.001], [1.0] * 4) == 4  # no progress at all: P is 0


def test_successive_increases_by_hand() -> None:
    rule = {"rule": "successive_increases", "strips": 2, "strip": 2}
    assert stops_at(rule, [9, 1.0, 9, 1.1, 9, 1.2]) == 6
    assert stops_at(rule, [9, 1.0, 9, 1.1, 9, 1.0, 9, 1.1]) == 0


def test_average_and_absolute_change_by_hand() -> None:
    values = [1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 1.0]
    assert stops_at({"rule": "average_change", "epochs": 2, "threshold": 0.1}, values) == 7
    assert stops_at({"rule": "absolute_change", "epochs": 2, "threshold": 0.1}, values) == 3
