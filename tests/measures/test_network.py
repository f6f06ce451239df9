"""Is a network the same function as the Keras model, and one for all that predict alike?"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.engine.network import build_architecture, build_model
from regpipe.engine.weights import weight_names
from regpipe.measures import network
from regpipe.measures.network import network_of
from tests.conftest import arm_called

Architectures = Callable[..., Any]


@pytest.mark.parametrize(
    ("name", "shape"), [("moons", (2,)), ("digits", (8, 8, 1)), ("waves", (25, 1))]
)
def test_outputs_are_those_of_the_model(
    name: str, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of more rows than go through at once, and of none."""
    monkeypatch.setattr(network, "AT_ONCE", 3)
    architecture = build_architecture(arm_called(name), shape)
    model, x = build_model(architecture), np.random.default_rng(0).random((7, *shape), np.float32)
    made = network_of(architecture)
    for factor in (1.0, -0.5):  # none of them stay in it
        model.set_weights([factor * weight for weight in model.get_weights()])
        weights = made.weights(dict(zip(weight_names(model), model.get_weights(), strict=True)))
        np.testing.assert_allclose(made.outputs(weights, x), model(x), rtol=1e-5, atol=1e-7)
        of_each = made.of_each_layer(weights, x)
        assert len(of_each) == len(model.layers)
        np.testing.assert_allclose(of_each[-1], model(x), rtol=1e-5, atol=1e-7)
        for layer, expected in zip(model.layers, of_each, strict=True):
            found = made.of_layer(weights, x, layer.name)
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert made.outputs(weights, x[:0]).shape == (0, *model.output_shape[1:])


def test_arms_that_differ_in_training_alone_share_one(architecture_of: Architectures) -> None:
    bare = network_of(architecture_of(arm_called("moons")))
    for name in ("weight_l2", "max_norm", "noise_labels"):
        assert network_of(architecture_of(arm_called(name))) is bare
    dropout = architecture_of(arm_called("dropout"))
    stronger = json.loads(json.dumps(dropout).replace('"rate": 0.4', '"rate": 0.1'))
    assert stronger != dropout
    assert network_of(stronger) is network_of(dropout) is not bare


def test_another_activation_is_another_network(architecture_of: Architectures) -> None:
    architecture = architecture_of(arm_called("moons"))
    changed = json.loads(json.dumps(architecture).replace('"sigmoid"', '"tanh"'))
    assert changed != architecture and network_of(changed) is not network_of(architecture)
