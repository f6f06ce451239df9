import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.errors import SpecError
from regpipe.language import keras_names
from regpipe.language.layers import Layer
from regpipe.language.vocabulary import check_optimizer
from tests.conftest import arm_called


def test_penalties_and_constraints_are_keras_own(architecture_of: Callable[..., Any]) -> None:
    from regpipe.backend import keras
    from regpipe.engine.network import build_model

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
    from regpipe.engine.network import build_model, plain_model

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
        ("moons", {"output": {"use_bias": False}}, None),
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


def test_an_optimizer_that_cannot_take_a_step_is_refused_before_any_arm_is_trained(
    samples_of: Callable[..., Any],
) -> None:
    from regpipe.pipelines.arm.nodes import build_network

    schedule = {"PiecewiseConstantDecay": {"boundaries": [], "values": [0.1]}}
    arm = arm_called("weight_l2", optimizer={"SGD": {"learning_rate": schedule}})
    with pytest.raises(SpecError, match="weight_l2.training.optimizer: Keras can't take a step"):
        build_network(arm, samples_of("moons"))


def test_whole_numbers_of_optimizers_are_as_good_as_floats() -> None:
    """Of each argument of each optimizer: Keras refuses some, and needs others as they are."""
    from regpipe.backend import keras
    from regpipe.engine.keras_objects import make_optimizer

    def made(name: str, **arguments: Any) -> bool:
        try:
            check_optimizer("x", {name: arguments})
            make_optimizer(arm_called("moons", optimizer={name: arguments}).training)
        except (TypeError, ValueError):
            return False
        return True

    for name in keras_names.class_names("optimizers"):
        for key, argument in inspect.signature(getattr(keras.optimizers, name)).parameters.items():
            if type(argument.default) is float:
                for whole in (0, 1):
                    assert made(name, **{key: whole}) == made(name, **{key: float(whole)}), key
    assert made("Adam", use_ema=True, ema_overwrite_frequency=5)


def test_a_schedule_of_whole_numbers_falls_as_one_of_floats() -> None:
    from regpipe.engine.keras_objects import make_optimizer

    def rates(schedule: str, **arguments: Any) -> list[float]:
        optimizer = {"SGD": {"learning_rate": {schedule: arguments}}}
        made = make_optimizer(arm_called("moons", optimizer=optimizer).training)
        return [float(made._learning_rate(step)) for step in (0, 1, 2)]

    decay = {"decay_steps": 1, "decay_rate": 0.5}
    assert rates("ExponentialDecay", initial_learning_rate=1, **decay) == [1, 0.5, 0.25]
    assert rates("PiecewiseConstantDecay", boundaries=[0, 1], values=[1, 0.5, 0]) == [1, 0.5, 0]
    warm = {"initial_learning_rate": 0, "decay_steps": 2, "warmup_target": 1, "warmup_steps": 2}
    assert rates("CosineDecay", **warm) == [0, 0.5, 1]


def test_a_class_that_is_not_there_has_no_weight(samples_of: Callable[..., Any]) -> None:
    from regpipe.pipelines.arm.nodes import build_network

    says = r"moons.training.class_weight: there is no class 2. Expected 0 to 1."
    with pytest.raises(SpecError, match=says):
        build_network(arm_called("moons", class_weight={1: 3, 2: 5}), samples_of("moons"))


def test_a_penalty_that_wants_every_step_is_refused_without_them(
    samples_of: Callable[..., Any],
) -> None:
    from regpipe.pipelines.arm.nodes import build_network

    arm = arm_called("waves")
    penalty = {"activity_regularizer": {"temporal": {"ar": 2.0}}}
    hidden = Layer("LSTM", {**arm.layers["hidden"].arguments, **penalty})
    with pytest.raises(SpecError, match="return_sequences: true"):
        build_network(replace(arm, layers={**arm.layers, "hidden": hidden}), samples_of("waves"))


def test_pasted_code_does_not_take_the_place_of_our_classes(
    architecture_of: Callable[..., Any],
) -> None:
    """It registers its own with Keras, under the same names."""
    from regpipe.backend import keras
    from regpipe.engine.network import build_model
    from regpipe.ingredients import PENALTIES

    arm = arm_called("moons")
    penalty = {"activity_regularizer": {"batch_sum": {"l2": 0.1}}}
    hidden = replace(arm.layers["hidden"], arguments={"units": 3, **penalty})
    architecture = architecture_of(replace(arm, layers={**arm.layers, "hidden": hidden}))
    ours = PENALTIES["batch_sum"].plain()
    pasted = type(ours.__name__, (ours,), {})
    keras.saving.register_keras_serializable()(pasted)
    try:
        model = build_model(architecture)
    finally:
        keras.saving.register_keras_serializable()(ours)
    assert type(model.get_layer("hidden").activity_regularizer) is ours


def test_a_binary_problem_has_one_output(architecture_of: Callable[..., Any]) -> None:
    arm = arm_called("moons")
    two = Layer("Dense", {"units": 2, "activation": "softmax"})
    with pytest.raises(SpecError, match=r"wants one output per row.*have the shape \(2,\)"):
        architecture_of(replace(arm, layers={**arm.layers, "output": two}))
