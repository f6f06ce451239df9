"""What has to hold of every idea that Keras lacks, whichever there are."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.backend import tf
from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.recipes import neutral_dose, parse_recipes, technique_of
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Start
from regpipe.engine.reference import KerasLoop
from regpipe.engine.strengths import training_strengths, without_training_strengths
from regpipe.ingredients import IDEAS, LAYERS, PENALTIES
from regpipe.rows.arrays import Rows
from tests.conftest import PROBLEMS, TECHNIQUES, arm_called, blocks, fit_by

Architectures = Callable[[Arm], dict[str, Any]]
ARMS = {name: arm_called(name) for name in TECHNIQUES}
# Of an idea that no block of ours asks for by itself.
ALONE: dict[str, dict[str, Any]] = {
    "Below": {"stop_when": {"rule": "below", "monitor": "loss", "value": 0.6}},
}
RECIPES = parse_recipes(blocks("recipes")["recipes"])
NEUTRAL = {name: dose for name, r in RECIPES.items() if (dose := neutral_dose(r)) is not None}


def example(idea: Any) -> dict[str, Any]:
    """Return the keys of a training that asks for an idea, from the first block that does."""
    for name, arm in ARMS.items():
        for asked in arm.training.ingredients:
            if type(asked) is idea:
                return {**TECHNIQUES[name].training, idea.key(): asked.model_dump()}
    for recipe in RECIPES.values():
        if idea.key() in recipe.training and not idea.told_by:
            return recipe.training
    return ALONE[idea.__name__]


def arm_with(idea: Any, **changes: Any) -> Arm:
    """Return a small network on moons, trained with an idea."""
    asked = {key: value for key, value in example(idea).items() if key not in changes}
    arm = arm_called("weight_l2", **{"epochs": 6, **asked, **changes})
    small = {**arm.layers["hidden"].arguments, "units": 16}
    hidden = replace(arm.layers["hidden"], arguments=small)
    return replace(arm, layers={**arm.layers, "hidden": hidden})


def strengths() -> list[Any]:
    """Return each idea with one of its strengths that its example has."""
    found = []
    for idea in IDEAS:
        asked = example(idea)[idea.key()]
        found += [(idea, name) for name in idea.neutral if asked.get(name) is not None]
    return found


def test_every_idea_is_asked_for_by_a_block() -> None:
    layers = [layer for arm in ARMS.values() for layer in arm.layers.values()]
    said = str([layer.arguments for layer in layers]) + str({layer.kind for layer in layers})
    assert all(f"'{name}'" in said for name in (*PENALTIES, *LAYERS))
    for idea in IDEAS:
        assert idea.key() in example(idea)


@pytest.mark.parametrize("idea", IDEAS, ids=lambda idea: idea.__name__)
def test_it_depends_on_its_seed_alone(
    idea: Any, moons: Rows, architecture_of: Architectures, without_xla: None
) -> None:
    arm = arm_with(idea)
    one, other, again = (
        fit_by("compiled", arm, architecture_of(arm), moons, seed) for seed in (1, 2, 1)
    )
    for name, weight in one.weights.items():
        np.testing.assert_array_equal(weight, again.weights[name])
    np.testing.assert_array_equal(one.history["loss"], again.history["loss"])
    assert one.history["loss"][0] != other.history["loss"][0]


@pytest.mark.parametrize(("idea", "name"), strengths(), ids=str)
def test_in_its_neutral_strength_it_does_nothing(
    idea: Any, name: str, moons: Rows, architecture_of: Architectures, without_xla: None
) -> None:
    block = {**example(idea)[idea.key()], name: idea.neutral[name]}
    off, without = arm_with(idea, **{idea.key(): block}), arm_with(idea, **{idea.key(): None})
    fits = [CompiledLoop(arm, architecture_of(arm)).fit(moons, 3) for arm in (off, without)]
    for measure, values in fits[0].history.items():
        np.testing.assert_allclose(values, fits[1].history[measure], rtol=1e-5, atol=1e-6)
    for path, weight in fits[0].weights.items():
        np.testing.assert_allclose(weight, fits[1].weights[path], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("idea", "name"), strengths(), ids=str)
def test_a_loop_made_for_one_strength_trains_with_another(
    idea: Any, name: str, moons: Rows, architecture_of: Architectures, without_xla: None
) -> None:
    value = example(idea)[idea.key()][name]
    block = {**example(idea)[idea.key()], name: value / 3}
    arms = [arm_with(idea), arm_with(idea, **{idea.key(): block})]
    alike, same = (without_training_strengths(arm.training) for arm in arms)
    assert alike == same
    assert f"training.{idea.key()}.{name}" in training_strengths(arms[0].training)
    shared, alone = (CompiledLoop(arm, architecture_of(arm)) for arm in arms)
    first = shared.fit(moons, 3).weights
    found = shared.fit(moons, 3, arm=arms[1]).weights
    expected = alone.fit(moons, 3).weights
    assert shared.compiles == 1
    assert any(not np.allclose(first[path], found[path], atol=1e-6) for path in found)
    for path, weight in found.items():
        np.testing.assert_allclose(weight, expected[path], rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore:Even though the .tf.config:UserWarning")
@pytest.mark.parametrize(
    "idea", [idea for idea in IDEAS if idea.random], ids=lambda idea: idea.__name__
)
def test_random_ideas_agree_with_plain_keras_in_distribution(
    idea: Any, moons: Rows, architecture_of: Architectures, without_xla: None
) -> None:
    """Those that aren't random are compared number by number, for every block."""
    arm = arm_with(idea, epochs=5, optimizer={"Adam": {"learning_rate": 0.01}}, shuffle=False)
    architecture = architecture_of(arm)
    loop = CompiledLoop(arm, architecture)
    # The same initial weights, so that the idea alone makes the spread.
    ours = [loop.fit(moons, seed, start=Start(weights_seed=1)) for seed in range(150)]
    tf.config.run_functions_eagerly(True)
    try:
        keras_loop = KerasLoop(arm, architecture)
        theirs = [keras_loop.fit(moons, seed, Start(weights_seed=1)) for seed in range(20)]
    finally:
        tf.config.run_functions_eagerly(False)
    quiet = arm_with(idea, **{idea.key(): None}, epochs=5, shuffle=False)
    without = CompiledLoop(quiet, architecture).fit(moons, 1).history["loss"]
    for measure in ("loss", "val_loss"):
        a, b = (np.array([fit.history[measure] for fit in fits]) for fits in (ours, theirs))
        error = np.sqrt(a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b)) + 1e-7
        z = (a.mean(axis=0) - b.mean(axis=0)) / error
        assert np.abs(z).max() < 4.5, f"{measure}: means differ by {z} standard errors"
        spreads = (a.std(axis=0, ddof=1) + 1e-7) / (b.std(axis=0, ddof=1) + 1e-7)
        assert 0.5 < np.median(spreads) < 2, f"{measure}: spreads differ by factors {spreads}"
    assert all(not np.allclose(fit.history["loss"], without) for fit in (*ours, *theirs))


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize("name", NEUTRAL)
def test_in_a_dose_of_nothing_a_recipe_does_nothing(
    name: str, moons: Rows, architecture_of: Architectures
) -> None:
    base = baseline("moons", PROBLEMS["moons"])
    said = []
    for arm in (base, apply(name, technique_of(name, RECIPES[name], base, NEUTRAL[name]), base)):
        short = replace(arm, training=arm.training.model_copy(update={"epochs": 6}))
        said.append(CompiledLoop(short, architecture_of(arm)).fit(moons, 3).history["val_loss"])
    np.testing.assert_allclose(*said, rtol=1e-5)
