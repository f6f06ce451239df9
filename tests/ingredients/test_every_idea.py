"""What has to hold of every idea that Keras lacks, whichever there are."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.backend import keras
from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.candidates.recipes import neutral_value, technique_of
from regpipe.engine import forward
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit import Fit, Start
from regpipe.engine.job import Job
from regpipe.engine.keras_loop import KerasLoop
from regpipe.engine.loops import Loops
from regpipe.engine.network import build_architecture
from regpipe.ingredients import LAYERS, Ingredient
from regpipe.measures.measure import Measure
from regpipe.rows.arrays import Rows, input_shape, rows_of
from tests.conftest import PROBLEMS
from tests.ingredients.examples import EVERY, RECIPES, arm_with, neutral, without

NEUTRAL = {name: value for name, r in RECIPES.items() if (value := neutral_value(r)) is not None}
EPOCHS = 4
# What a row is to a step, and so what rows that fill up a batch might be felt by.
OF_ROWS = ("row_weights", "batch", "between", "loss")
Ready = Callable[[Arm], tuple[dict[str, Any], Rows]]


def each(*ideas: Any) -> Any:
    return pytest.mark.parametrize("idea", ideas, ids=lambda idea: idea.__name__)


def fills(idea: Any, *slots: str) -> bool:
    """Whether an idea of a training fills one of the slots."""
    return any(getattr(idea, slot) is not getattr(Ingredient, slot) for slot in slots)


@pytest.fixture
def ready(samples_of: Callable[[str], pd.DataFrame], without_xla: None) -> Ready:
    """What an arm needs to be trained: an architecture, and rows."""

    def make(arm: Arm) -> tuple[dict[str, Any], Rows]:
        samples = samples_of(arm.problem)
        rows = rows_of(samples, "fixed", arm)[0]
        return build_architecture(arm, input_shape(arm, samples)), rows

    return make


def assert_same(one: Fit, other: Fit) -> None:
    for measure, values in one.history.items():
        np.testing.assert_allclose(values, other.history[measure], rtol=1e-5, atol=1e-6)
    for path, weight in one.weights.items():
        np.testing.assert_allclose(weight, other.weights[path], rtol=1e-4, atol=1e-6)


def test_every_idea_is_asked_for_by_a_block() -> None:
    for idea in EVERY:
        assert arm_with(idea) != without(idea, arm_with(idea))


@pytest.fixture(scope="module")
def loops() -> Loops:
    return Loops("compiled")


@each(*EVERY)
def test_it_depends_on_its_seed_alone(idea: Any, ready: Ready, loops: Loops) -> None:
    arm = arm_with(idea)
    one, other, again = (loops.fit(Job(arm, *ready(arm), seed)) for seed in (1, 2, 1))
    for name, weight in one.weights.items():
        np.testing.assert_array_equal(weight, again.weights[name])
    np.testing.assert_array_equal(one.history["loss"], again.history["loss"])
    assert one.history["loss"][0] != other.history["loss"][0]


@each(*(idea for idea in EVERY if idea.neutral))
def test_with_neutral_strengths_it_does_nothing_in_a_loop_made_for_others(
    idea: Any, ready: Ready, loops: Loops
) -> None:
    arm = arm_with(idea)
    on = loops.fit(Job(arm, *ready(arm), seed=3))
    before, off, bare = loops.compiles, neutral(idea, arm), without(idea, arm)
    found = loops.fit(Job(off, *ready(off), seed=3))
    assert loops.compiles == before
    assert any(not np.allclose(found.weights[path], w, atol=1e-6) for path, w in on.weights.items())
    assert_same(loops.fit(Job(bare, *ready(bare), seed=3)), found)


@each(*(idea for idea in EVERY if idea.neutral))
def test_its_plain_form_does_nothing_with_neutral_strengths(
    idea: Any, ready: Ready, loops: Loops, without_iterators: None
) -> None:
    """So a plain form reads its strengths; with those of its block it is compared elsewhere."""
    off = neutral(idea, arm_with(idea, shuffle=False))
    architecture, rows = ready(off)
    bare = without(idea, off)
    assert_same(
        KerasLoop(off, architecture).fit(rows, seed=3),
        loops.fit(Job(bare, *ready(bare), seed=3)),
    )


@each(*(idea for idea in EVERY if not issubclass(idea, Ingredient) or fills(idea, *OF_ROWS)))
def test_rows_that_fill_up_a_batch_are_not_felt(
    idea: Any, ready: Ready, loops: Loops, made_for_xla: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm = arm_with(idea)
    architecture, rows = ready(arm)
    n_rows = len(rows.x_train)
    assert n_rows % arm.training.batch_size
    alone = loops.fit(Job(arm, architecture, rows, seed=1))
    monkeypatch.setattr(forward, "_convolves", lambda model: False)
    loop = CompiledLoop(arm, architecture)
    room = replace(rows, room=(n_rows + 10, len(rows.x_val) + 5))
    assert loop._forward.size(room) == n_rows + 10
    assert_same(loop.fit(room, 1), alone)


def fit_anew(model: Any, x: Any, y: Any, epochs: int, callbacks: Any, **given: Any) -> Any:
    """Stand for `fit` of Keras, whose iterators take longer than a step: many fits by one graph.

    A batch holds all rows. After so many epochs it begins anew with the same weights.
    """
    assert not callbacks
    model.optimizer.build(model.trainable_variables)
    begun = [(v, v.numpy()) for v in (*model.weights, *model.optimizer.variables)]
    history: dict[str, list[float]] = defaultdict(list)
    for epoch in range(epochs):
        for variable, value in begun if epoch % EPOCHS == 0 else ():
            variable.assign(value)
        for begin, on_batch, rows in (
            ("", model.train_on_batch, (x, y)),
            ("val_", model.test_on_batch, given["validation_data"]),
        ):
            model.reset_metrics()
            for name, number in on_batch(*rows, return_dict=True).items():
                history[begin + name].append(float(number))
    model.stop_training = False
    return SimpleNamespace(history=history)


@each(*LAYERS.values())
def test_a_network_that_has_it_is_measured(idea: Any, ready: Ready, loops: Loops) -> None:
    arm = arm_with(idea)
    architecture, rows = ready(arm)
    fit = loops.fit(Job(arm, architecture, rows, seed=1))
    measure = Measure(arm, architecture, fit.weights, rows.y_train)
    scores = measure.score(rows, "val")
    np.testing.assert_allclose(scores["loss"], fit.history["val_loss"][-1], rtol=1e-5)
    outputs = measure._of_each_layer(rows.x_val)
    assert len(outputs) == len(measure.network.model.layers)
    np.testing.assert_allclose(outputs[-1], measure.predict(rows.x_val), rtol=1e-6)


@each(*(idea for idea in EVERY if idea.random))
def test_it_agrees_with_plain_keras_in_distribution(
    idea: Any, ready: Ready, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that aren't random are compared number by number, for every block."""
    arm = arm_with(
        idea,
        epochs=EPOCHS,
        optimizer={"Adam": {"learning_rate": 0.01}},
        shuffle=False,
        batch_size=32,
    )
    architecture, rows = ready(arm)
    loop, start = CompiledLoop(arm, architecture), Start(weights_seed=1)
    ours = [loop.fit(rows, seed, start) for seed in range(60)]
    compiled = keras.Model.compile
    monkeypatch.setattr(keras.Sequential, "fit", fit_anew)
    monkeypatch.setattr(
        keras.Model, "compile", lambda *args, **kw: compiled(*args, **kw, jit_compile=False)
    )
    start = replace(start, epochs=40 * EPOCHS)
    theirs = KerasLoop(arm, architecture).fit(rows, 1, start).history
    for measure in ("loss", "val_loss"):
        a = np.array([one.history[measure] for one in ours])
        b = theirs[measure].reshape(-1, EPOCHS)
        error = np.sqrt(a.var(axis=0, ddof=1) / len(a) + b.var(axis=0, ddof=1) / len(b)) + 1e-7
        z = (a.mean(axis=0) - b.mean(axis=0)) / error
        assert np.abs(z).max() < 4.5, f"{measure}: means differ by {z} standard errors"
        spreads = (a.std(axis=0, ddof=1) + 1e-7) / (b.std(axis=0, ddof=1) + 1e-7)
        assert 0.6 < np.median(spreads) < 1.7, f"{measure}: spreads differ by factors {spreads}"
        # From the same weights, the idea alone makes the spread.
        assert min(a[:, -1].std(), b[:, -1].std()) > 1e-5 * a[:, -1].mean()


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize("name", NEUTRAL)
def test_in_a_dose_of_nothing_a_recipe_does_nothing(
    name: str, moons: Rows, architecture_of: Callable[[Arm], dict[str, Any]]
) -> None:
    base = baseline("moons", PROBLEMS["moons"])
    losses = []
    for arm in (base, apply(name, technique_of(name, RECIPES[name], base, NEUTRAL[name]), base)):
        short = replace(arm, training=arm.training.model_copy(update={"epochs": 6}))
        losses.append(CompiledLoop(short, architecture_of(arm)).fit(moons, 3).history["val_loss"])
    np.testing.assert_allclose(*losses, rtol=1e-5)
