"""Every key of a training does something: in the compiled loop, in `fit`, and in the plain code."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm
from regpipe.ingredients import IDEAS
from regpipe.language import Training
from regpipe.language.layers import Layer
from regpipe.report.keras_code import keras_code
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called, fit_by
from tests.ingredients.examples import example

EPOCHS = 4
STOPS = {"early_stopping": {"monitor": "loss", "mode": "max", "restore_best_weights": True}}
# For each key a value that isn't its default, and what has to stand beside it. An idea that isn't
# here is asked for as by its first block.
KEYS: dict[str, tuple[Any, dict[str, Any]]] = {
    "optimizer": ({"SGD": {"learning_rate": 1, "gradient_accumulation_steps": 2}}, {}),
    "batch_size": (16, {}),
    "shuffle": (False, {"batch_size": 16}),
    "class_weight": ({0: 1, 1: 5}, {}),
    "validation_split": (0.3, {}),
    "validation_freq": (2, {}),
    "early_stopping": (STOPS["early_stopping"], {}),
    "checkpoint": ({"monitor": "loss", "mode": "max"}, {}),
    "stop_when": ({"rule": "below", "monitor": "loss", "value": 9}, {}),
    "after_stopping": ({"then": "continue"}, {**STOPS, "validation_split": 0.3}),
    "weight_average": ({"start": 0.5}, {}),
}
for idea in IDEAS:
    if idea.key() not in KEYS:
        asked = example(idea)
        KEYS[idea.key()] = asked[idea.key()], {k: v for k, v in asked.items() if k != idea.key()}


def test_every_key_is_here() -> None:
    assert set(KEYS) == set(Training.model_fields) - {"loss", "epochs"}


def arm_with(**training: Any) -> Arm:
    arm = arm_called("weight_l2", epochs=EPOCHS, **training)
    small = {**arm.layers["hidden"].arguments, "units": 8}
    return replace(arm, layers={**arm.layers, "hidden": Layer("Dense", small)})


@pytest.mark.parametrize("key", KEYS)
def test_a_key_changes_what_plain_keras_does(key: str) -> None:
    value, beside = KEYS[key]
    without, with_it = (keras_code(arm_with(**beside, **own), (2,)) for own in ({}, {key: value}))
    assert with_it != without


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("engine", ["compiled", "keras"])
def test_a_key_changes_a_fit(engine: Any, moons: Rows, architecture_of: Callable[..., Any]) -> None:
    from regpipe.pipelines.fits import watched

    fits: dict[str, dict[str, np.ndarray]] = {}

    def fit(**training: Any) -> dict[str, np.ndarray]:
        if (known := str(training)) not in fits:
            arm = arm_with(**training)
            rows = watched(arm, moons, 1)
            made = fit_by(engine, arm, architecture_of(arm), rows, 1)
            fits[known] = {**made.weights, **made.history}
        return fits[known]

    for key, (value, beside) in KEYS.items():
        without, with_it = fit(**beside), fit(**beside, **{key: value})
        alike = [np.array_equal(with_it[name], number) for name, number in without.items()]
        assert not all(alike), key
