"""Numbers of a training that one compiled loop serves all values of."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.recipes import neutral_dose, parse_recipes, technique_of
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.training_strengths import training_strengths, without_training_strengths
from regpipe.measures.measure import Measure
from regpipe.rows.arrays import Rows
from tests.conftest import PROBLEMS, arm_called, blocks

Architectures = Callable[[Arm], dict[str, Any]]
EPOCHS = 6
RECIPES = parse_recipes(blocks("recipes")["recipes"])
NEUTRAL = {name: dose for name, r in RECIPES.items() if (dose := neutral_dose(r)) is not None}
PAIRS = [
    ({"gradient_noise": {"eta": 0.3}}, {"gradient_noise": {"eta": 1.0}}),
    ({"weight_noise": {"stddev": 0.1}}, {"weight_noise": {"stddev": 0.3}}),
    ({"label_noise": {"rate": 0.1}}, {"label_noise": {"rate": 0.4}}),
    ({"label_noise": {"stddev": 0.1}}, {"label_noise": {"stddev": 0.4}}),
    ({"mixup": {"alpha": 0.2}}, {"mixup": {"alpha": 2.0}}),
    ({"weight_average": {"start": 0.9}}, {"weight_average": {"start": 0.2}}),
    (
        {"optimizer": {"AdamW": {"weight_decay": 0.01}}},
        {"optimizer": {"AdamW": {"weight_decay": 0.9}}},
    ),
    (
        {"optimizer": {"Adam": {"use_ema": True, "ema_momentum": 0.9}}},
        {"optimizer": {"Adam": {"use_ema": True, "ema_momentum": 0.3}}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), PAIRS, ids=[str(one) for one, _ in PAIRS])
def test_a_loop_compiled_for_one_value_trains_with_another(
    one: dict[str, Any], other: dict[str, Any], moons: Rows, architecture_of: Architectures
) -> None:
    arms = [arm_called("moons", epochs=EPOCHS, **training) for training in (one, other)]
    alike, same = (without_training_strengths(arm.training) for arm in arms)
    assert alike == same
    shared, alone = (CompiledLoop(arm, architecture_of(arm), moons) for arm in arms)
    first = shared.fit(moons, 3).weights
    found = shared.fit(moons, 3, training_strengths(arms[1].training)).weights
    expected = alone.fit(moons, 3).weights
    again = shared.fit(moons, 3).weights
    assert any(not np.allclose(first[name], weight, atol=1e-6) for name, weight in found.items())
    for name, weight in found.items():
        np.testing.assert_allclose(weight, expected[name], rtol=1e-4, atol=1e-6)
        np.testing.assert_array_equal(first[name], again[name])  # values are reset, too
    assert shared._block.experimental_get_tracing_count() == 1


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize("name", NEUTRAL)
def test_in_a_dose_of_nothing_a_recipe_does_nothing(
    name: str, moons: Rows, architecture_of: Architectures
) -> None:
    base = baseline("moons", PROBLEMS["moons"])
    said = []
    for arm in (base, apply(name, technique_of(name, RECIPES[name], base, NEUTRAL[name]), base)):
        architecture = architecture_of(arm)
        measure = Measure(arm, architecture)
        weights = CompiledLoop(shortened(arm), architecture, moons).fit(moons, 3).weights
        measure.load(weights, moons.y_train)
        said.append(measure.predict(moons.x_score))
    # Adam makes steps of next to no gradient as large as any, whatever they are rounded to.
    np.testing.assert_allclose(*said, atol=1e-4)


def shortened(arm: Arm) -> Arm:
    return replace(arm, training=arm.training.model_copy(update={"epochs": EPOCHS}))
