from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.arm import Layer
from regpipe.errors import SpecError
from tests.conftest import arm_called


def test_penalties_and_constraints_are_keras_own(architecture_of: Callable[..., Any]) -> None:
    from regpipe.backend import keras
    from regpipe.network import build_model

    def hidden(name: str) -> Any:
        return build_model(architecture_of(arm_called(name))).get_layer("hidden")

    assert isinstance(hidden("weight_l2").kernel_regularizer, keras.regularizers.L2)
    assert hidden("weight_l2").kernel_regularizer.l2 == pytest.approx(0.001)
    assert isinstance(hidden("weight_l1_l2").kernel_regularizer, keras.regularizers.L1L2)
    assert isinstance(hidden("unit_norm").kernel_constraint, keras.constraints.UnitNorm)
    assert hidden("max_norm").kernel_constraint.max_value == 3


@pytest.mark.parametrize("name", ["moons", "activity_l1", "weight_l2"])
def test_the_plain_model_predicts_the_same_without_anything_of_ours(
    name: str, architecture_of: Callable[..., Any]
) -> None:
    from regpipe.network import build_model, plain_model

    architecture = architecture_of(arm_called(name))
    ours, plain = build_model(architecture), plain_model(architecture)
    plain.set_weights(ours.get_weights())
    x = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    np.testing.assert_array_equal(ours(x), plain(x))
    assert "regpipe" not in plain.to_json()


def test_the_architecture_of_an_arm_is_always_the_same(
    architecture_of: Callable[..., Any],
) -> None:
    arm = arm_called("noise_hidden")
    assert architecture_of(arm) == architecture_of(arm)


def test_what_keras_refuses_is_told_with_its_place(architecture_of: Callable[..., Any]) -> None:
    arm = arm_called("dropout")
    broken = replace(arm, layers={**arm.layers, "mask": Layer("Dropout", {"rate": 1.5})})
    with pytest.raises(SpecError, match=r"dropout.network.mask: Keras refuses this Dropout.*rate"):
        architecture_of(broken)


@pytest.mark.parametrize(
    "optimizer", [{"SGD": {"momentum": 3}}, {"Adam": {"learning_rate": {"CosineDecay": {}}}}]
)
def test_an_optimizer_that_keras_refuses_is_told_before_training(optimizer: Any) -> None:
    from regpipe.engine.keras_objects import check_training

    with pytest.raises(SpecError, match=r"weight_l2.training.optimizer: Keras refuses this"):
        check_training(arm_called("weight_l2", optimizer=optimizer))


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("digits", {"output": {"units": 5}}, "10 classes, and the network tells 5 apart"),
        ("waves", {"hidden": {"return_sequences": True}}, "wants one output per class"),
        ("moons", {"output": {"activation": "linear"}}, "is taken of probabilities"),
        ("moons", {"output": {"activation": "relu"}}, None),
    ],
)
def test_what_cannot_be_trained_is_refused_before_any_arm_is(
    name: str, change: Any, says: str | None, samples_of: Callable[..., Any]
) -> None:
    from regpipe.pipelines.arm.nodes import build_network

    arm = arm_called(name)
    layers = {
        layer: Layer(old.kind, {**old.arguments, **change.get(layer, {})})
        for layer, old in arm.layers.items()
    }
    changed = replace(arm, layers=layers)
    if says is None:
        build_network(changed, samples_of(name))
    else:
        with pytest.raises(SpecError, match=says):
            build_network(changed, samples_of(name))


def test_a_penalty_that_wants_every_step_is_refused_without_them(
    samples_of: Callable[..., Any],
) -> None:
    from regpipe.pipelines.arm.nodes import build_network

    arm = arm_called("waves")
    penalty = {"activity_regularizer": {"temporal": {"ar": 2.0}}}
    hidden = Layer("LSTM", {**arm.layers["hidden"].arguments, **penalty})
    with pytest.raises(SpecError, match="return_sequences: true"):
        build_network(replace(arm, layers={**arm.layers, "hidden": hidden}), samples_of("waves"))


def test_a_binary_problem_has_one_output(architecture_of: Callable[..., Any]) -> None:
    arm = arm_called("moons")
    two = Layer("Dense", {"units": 2, "activation": "softmax"})
    with pytest.raises(SpecError, match=r"wants one output per row.*have the shape \(2,\)"):
        architecture_of(replace(arm, layers={**arm.layers, "output": two}))
