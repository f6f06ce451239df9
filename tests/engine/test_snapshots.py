"""Huang et al. 2017: the networks at the ends of the cycles of a learning rate, all kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm
from regpipe.engine.fit import Fit
from regpipe.errors import SpecError
from regpipe.language import Engine
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called, fit_by

Architectures = Callable[[Arm], dict[str, Any]]


def fit(
    moons: Rows, architecture_of: Architectures, engine: Engine = "compiled", **training: Any
) -> Fit:
    arm = arm_called("moons", **training)
    return fit_by(engine, arm, architecture_of(arm), moons, 7)


@pytest.mark.usefixtures("step_by_step")
def test_the_rate_falls_in_each_cycle_and_the_weights_at_its_end_are_kept(
    moons: Rows, architecture_of: Architectures
) -> None:
    kept = fit(moons, architecture_of, epochs=4, snapshot_ensemble={"cycles": 2})
    # A step per epoch, at the rates that the formula gives: 1, 1/2, 1, 1/2 of Adam's 0.001.
    for cycle, rates in enumerate([[1e-3, 5e-4], [1e-3, 5e-4, 1e-3, 5e-4]]):
        steps = {"boundaries": list(range(len(rates) - 1)), "values": rates}
        rate = {"PiecewiseConstantDecay": steps}
        alone = fit(
            moons,
            architecture_of,
            epochs=len(rates),
            optimizer={"Adam": {"learning_rate": rate}},
        )
        for name, weight in alone.weights.items():
            np.testing.assert_allclose(kept.weights[name][cycle], weight, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("step_by_step")
def test_both_engines_keep_the_same(moons: Rows, architecture_of: Architectures) -> None:
    asked = {"epochs": 7, "snapshot_ensemble": {"cycles": 3}, "shuffle": False}
    ours = fit(moons, architecture_of, "compiled", **asked)
    theirs = fit(moons, architecture_of, "keras", **asked)
    for name, weight in ours.weights.items():
        assert len(weight) == 3
        np.testing.assert_allclose(weight, theirs.weights[name], rtol=1e-3, atol=1e-5)


def test_the_next_fit_of_a_loop_begins_anew(moons: Rows, architecture_of: Architectures) -> None:
    from regpipe.engine.compiled import CompiledLoop

    arm = arm_called("moons", epochs=5, snapshot_ensemble={"cycles": 2})
    loop = CompiledLoop(arm, architecture_of(arm))
    first, _, again = (loop.fit(moons, seed).weights for seed in (1, 2, 1))
    for name, weight in first.items():
        np.testing.assert_array_equal(weight, again[name])


def test_there_are_no_more_networks_than_epochs(
    moons: Rows, architecture_of: Architectures
) -> None:
    weights = fit(moons, architecture_of, epochs=2, snapshot_ensemble={"cycles": 5}).weights
    assert {len(stack) for stack in weights.values()} == {2}


@pytest.mark.usefixtures("step_by_step")
def test_what_the_networks_say_is_averaged_also_in_the_model_that_keras_loads(
    moons: Rows, architecture_of: Architectures, tmp_path: Path
) -> None:
    from regpipe.backend import keras
    from regpipe.engine.network import trained_model
    from regpipe.measures.measure import Measure

    arm = arm_called("moons", epochs=6, snapshot_ensemble={"cycles": 3})
    architecture = architecture_of(arm)
    weights = fit(moons, architecture_of, epochs=6, snapshot_ensemble={"cycles": 3}).weights
    outputs = []
    for cycle in range(3):
        member = {name: stack[cycle] for name, stack in weights.items()}
        measure = Measure(arm, architecture, member, moons.y_train)
        outputs.append(measure.predict(moons.x_score))
    assert not np.allclose(outputs[0], outputs[2])
    measure = Measure(arm, architecture, weights, moons.y_train)
    np.testing.assert_allclose(measure.predict(moons.x_score), np.mean(outputs, axis=0), rtol=1e-5)
    trained_model(architecture, weights).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    of_keras = loaded.predict(moons.x_score, verbose=0)
    np.testing.assert_allclose(of_keras, np.mean(outputs, axis=0), rtol=1e-5)


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        ({"snapshot_ensemble": {"cycles": 0}}, "cycles: expected a number of 1 or more"),
        ({"early_stopping": {"patience": 3}}, "snapshot_ensemble: a rule that stops"),
        ({"weight_average": {"start": 0.5}}, "snapshot_ensemble and weight_average keep other"),
        ({"optimizer": {"AdamW": {"use_ema": True}}}, "than the optimizer's use_ema"),
        (
            {"optimizer": {"Adam": {"learning_rate": {"CosineDecay": {}}}}},
            "sets the learning rate itself",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(training: dict[str, Any], expected: str) -> None:
    with pytest.raises(SpecError, match=expected):
        arm_called("moons", **{"snapshot_ensemble": {"cycles": 2}, **training})
