from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.engine.network import build_architecture, build_model
from regpipe.engine.weights import weight_names
from regpipe.measures.measure import Measure
from regpipe.rows.arrays import Rows, rows_of
from tests.conftest import arm_called


@pytest.fixture(scope="module")
def weights(architecture_of: Callable[..., Any]) -> dict[str, np.ndarray]:
    model = build_model(architecture_of(arm_called("activity_l1")))
    return {n: w.numpy() for n, w in zip(weight_names(model), model.weights, strict=True)}


@pytest.fixture(scope="module")
def measured(architecture_of: Callable[..., Any]) -> Callable[..., Measure]:
    arm = arm_called("activity_l1")
    return partial(Measure, arm, architecture_of(arm))


def test_scores_are_those_of_keras_without_the_penalty(
    measured: Callable[..., Measure],
    weights: dict[str, np.ndarray],
    moons: Rows,
    architecture_of: Callable[..., Any],
) -> None:
    measure = measured(weights, moons.y_train)
    scores = measure.scores(moons)
    model = build_model(architecture_of(arm_called("circles")))
    model.set_weights(list(weights.values()))
    model.compile(loss="binary_crossentropy", metrics=["accuracy"])
    for side, x, y in (
        ("train", moons.x_train, moons.y_train),
        ("test", moons.x_val, moons.y_val),
    ):
        loss, accuracy = model.evaluate(x, y, verbose=0)
        assert scores[f"{side}_loss"] == pytest.approx(loss, rel=1e-5)
        assert scores[f"{side}_accuracy"] == pytest.approx(accuracy)


@pytest.mark.parametrize("name", ["moons", "codes", "denoising_autoencoder"])
def test_the_score_that_judges_may_be_had_alone(
    name: str, samples_of: Callable[[str], pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    arm = arm_called(name)
    rows = rows_of(samples_of(arm.problem), "fixed", arm)[0]
    model = build_model(architecture := build_architecture(arm, rows.x_train.shape[1:]))
    fitted = {n: w.numpy() for n, w in zip(weight_names(model), model.weights, strict=True)}
    measure = Measure(arm, architecture, fitted, rows.y_train)
    expected = measure.score(rows, "val")[arm.task.metric]
    if name == "codes":  # which is judged by an error that takes no code
        monkeypatch.setattr(measure, "_by_code", None)
    assert measure.metric(rows, "val") == expected
    assert np.isnan(measure.guess(rows)) == (name == "denoising_autoencoder")


def test_a_guess_is_the_mean_of_the_rows_trained_on(
    measured: Callable[..., Measure], weights: dict[str, np.ndarray], moons: Rows
) -> None:
    few, many = np.zeros((3, 1)), np.ones((9, 1))  # by the likelier class, which accuracy asks for
    for y_train in (np.vstack([few, many]), np.vstack([1 - few, 1 - many])):
        likelier = float(y_train.mean() > 0.5)
        expected = np.mean(moons.y_score == likelier)
        assert measured(weights, y_train).guess(moons) == pytest.approx(expected)


def test_anatomy_by_hand(
    measured: Callable[..., Measure], weights: dict[str, np.ndarray], moons: Rows
) -> None:
    anatomy = measured(weights, moons.y_train).anatomy(moons)
    kernel = weights["hidden/kernel"]
    hidden = moons.x_train @ kernel + weights["hidden/bias"]
    assert anatomy["norm_hidden"] == pytest.approx(np.sqrt((kernel**2).sum()), rel=1e-5)
    assert anatomy["activation_hidden"] == pytest.approx(hidden.mean(), abs=1e-5)
    assert anatomy["activation_relu"] == pytest.approx(np.maximum(hidden, 0).mean(), rel=1e-4)
    assert anatomy["zeros_relu"] == pytest.approx((hidden <= 0).mean(), abs=1e-3)
    assert set(anatomy) == {
        "norm_hidden", "norm_output",
        "activation_hidden", "zeros_hidden", "activation_relu", "zeros_relu",
    }  # fmt: skip


def test_dropout_and_noise_have_no_activation_of_their_own(
    architecture_of: Callable[..., Any], weights: dict[str, np.ndarray], moons: Rows
) -> None:
    arm = arm_called("dropout")
    measure = Measure(arm, architecture_of(arm), weights, moons.y_train)
    assert not any("mask" in name for name in measure.anatomy(moons))


def test_a_fit_that_diverged_is_scored_as_the_constant_guess(
    measured: Callable[..., Measure], weights: dict[str, np.ndarray], moons: Rows
) -> None:
    broken = {name: np.full_like(w, np.nan) for name, w in weights.items()}
    targets = np.array([[1.0]] * 3 + [[0.0]])
    found = measured(broken, targets).scores(moons)
    ones = float(moons.y_score.mean())
    assert found["test_accuracy"] == pytest.approx(ones)
    assert (found["test_balanced_accuracy"], found["test_auc"]) == (0.5, 0.5)
    guess = -ones * np.log(0.75) - (1 - ones) * np.log(0.25)
    assert found["test_loss"] == pytest.approx(guess, rel=1e-5)
    assert np.isfinite(list(found.values())).all()


@pytest.mark.parametrize(
    ("problem", "lost"),
    [("digits", np.nan), ("codes", np.nan), ("diabetes", np.nan), ("diabetes", 1e20)],
)  # of such weights, outputs are finite, and their squares aren't
def test_other_tasks_have_a_constant_guess_too(
    problem: str, lost: float, samples_of: Callable[[str], Any]
) -> None:
    arm = arm_called(problem)
    rows = rows_of(samples_of(problem), "fixed", arm)[0]
    architecture = build_architecture(arm, rows.x_train.shape[1:])
    model = build_model(architecture)
    broken = {
        name: np.full(w.shape, lost, "float32")
        for name, w in zip(weight_names(model), model.weights, strict=True)
    }
    measure = Measure(arm, architecture, broken, rows.y_train)
    found = measure.scores(rows)
    if problem == "digits":
        assert found["test_balanced_accuracy"] == pytest.approx(0.1)
        assert found["test_auc"] == pytest.approx(0.5)
        most = np.bincount(rows.y_train[:, 0].astype(int)).argmax()
        assert found["test_accuracy"] == pytest.approx(np.mean(rows.y_score == most))
    else:
        guess = rows.y_train.mean(axis=0)
        assert found["test_mse"] == pytest.approx(np.mean((rows.y_score - guess) ** 2), rel=1e-4)
    if problem == "codes":
        assert found["test_denoising_mse"] == pytest.approx(found["test_mse"], rel=1e-4)
    if problem == "diabetes":
        assert found["train_r2"] == pytest.approx(0, abs=1e-5)
    assert np.isfinite(found["test_loss"])
