import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.backend import keras
from regpipe.engine.compiled import CHUNK_EPOCHS, CompiledLoop
from regpipe.engine.fit import Fit, Start
from regpipe.engine.network import build_architecture
from regpipe.engine.weights import check_seeded
from regpipe.errors import SpecError
from regpipe.language.layers import Layer
from regpipe.rows.arrays import Rows, hold_out, rows_of
from tests.command_lines import compile_nothing
from tests.conftest import PROJECT, arm_called

Architectures = Callable[..., dict[str, Any]]


def loop_of(arm: Any, architecture_of: Architectures) -> CompiledLoop:
    return CompiledLoop(arm, architecture_of(arm))


def assert_equal_fits(a: Any, b: Any) -> None:
    for part in ("weights", "history"):
        for name, value in getattr(a, part).items():
            np.testing.assert_array_equal(value, getattr(b, part)[name], err_msg=name)


@pytest.mark.usefixtures("made_for_xla")
def test_one_compile_serves_every_repeat_and_both_protocols(
    samples_of: Callable[[str], Any], architecture_of: Architectures
) -> None:
    samples = samples_of("circles")
    arm = arm_called("dropout", epochs=3)
    fixed, fresh = (rows_of(samples, name, arm) for name in ("fixed", "fresh"))
    loop = loop_of(arm, architecture_of)
    fits = [loop.fit(rows, seed) for seed, rows in enumerate([fixed[0], fixed[0], *fresh])]
    assert loop.compiles == 1
    last = {tuple(fit.weights["hidden/kernel"].ravel()) for fit in fits}
    assert len(last) == len(fits)


@pytest.mark.parametrize("name", ["dropout", "noise_hidden", "weight_l2"])
def test_a_fit_depends_on_rows_and_seed_and_not_on_the_fits_before_it(
    name: str, samples_of: Callable[[str], Any], architecture_of: Architectures
) -> None:
    arm = arm_called(name, epochs=20, batch_size=8)
    first, second = rows_of(samples_of("circles"), "fresh", arm)[:2]
    loop = loop_of(arm, architecture_of)
    before = loop.fit(first, 1)
    loop.fit(second, 2)
    assert_equal_fits(before, loop.fit(first, 1))
    assert_equal_fits(before, loop_of(arm, architecture_of).fit(first, 1))


def test_another_process_gets_the_same_numbers(moons: Rows, architecture_of: Architectures) -> None:
    arm = arm_called("noise_hidden", epochs=20, batch_size=8)
    here = loop_of(arm, architecture_of).fit(moons, 5).history["val_loss"].tolist()
    script = """
from tests.conftest import *
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.network import build_architecture
arm = arm_called("noise_hidden", epochs=20, batch_size=8)
protocol = Protocol(fresh=FreshProtocol(repeats=2, score_rows=10))
draws = draw_samples(PROBLEMS["moons"], protocol)
moons = rows_of(split_samples(draws, PROBLEMS["moons"]), "fixed", arm)[0]
fit = CompiledLoop(arm, build_architecture(arm, (2,))).fit(moons, 5)
print(json.dumps(fit.history["val_loss"].tolist()))
"""
    there = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert str(here) == there.stdout.strip()


@pytest.fixture(scope="module")
def longer(moons: Rows, architecture_of: Architectures) -> Fit:
    """A fit of more epochs than a call trains."""
    with pytest.MonkeyPatch.context() as patch:
        compile_nothing(patch.setattr)
        return loop_of(arm_called("moons", epochs=CHUNK_EPOCHS + 50), architecture_of).fit(moons, 0)


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize("epochs", [1, CHUNK_EPOCHS, CHUNK_EPOCHS + 1])
def test_any_number_of_epochs_is_trained_and_compiled_once(
    epochs: int, longer: Fit, moons: Rows, architecture_of: Architectures
) -> None:
    arm = arm_called("moons", epochs=epochs)
    fit = loop_of(arm, architecture_of).fit(moons, 0)
    assert {len(values) for values in fit.history.values()} == {epochs} == {fit.epochs}
    np.testing.assert_array_equal(fit.history["loss"], longer.history["loss"][:epochs])
    assert fit.best_epoch == int(np.argmin(fit.history["val_loss"])) + 1


@pytest.mark.usefixtures("without_xla")
def test_shuffling_changes_the_order_and_nothing_else(
    moons: Rows, architecture_of: Architectures
) -> None:
    shuffled, ordered = (
        loop_of(arm_called("moons", epochs=1, batch_size=8, shuffle=s), architecture_of)
        for s in (True, False)
    )
    assert shuffled.fit(moons, 0).history["loss"] != ordered.fit(moons, 0).history["loss"]
    random = np.random.default_rng(0)
    orders = shuffled._forward.orders(moons, CHUNK_EPOCHS, CHUNK_EPOCHS, random).numpy()
    rows = np.tile(np.arange(30), (CHUNK_EPOCHS, 1))
    np.testing.assert_array_equal(np.sort(orders, axis=1), rows)
    assert len({tuple(order) for order in orders}) == CHUNK_EPOCHS


def test_a_fit_that_diverges_is_an_outcome(moons: Rows, architecture_of: Architectures) -> None:
    arm = arm_called("moons", epochs=50, optimizer={"SGD": {"learning_rate": 1e30}})
    fit = loop_of(arm, architecture_of).fit(moons, 0)
    assert fit.outcome == "diverged"
    assert 1 <= fit.best_epoch <= 50


@pytest.mark.usefixtures("without_xla")
def test_arms_begin_with_the_same_weights_where_they_share_layers(
    moons: Rows, architecture_of: Architectures
) -> None:
    frozen = {"epochs": 1, "optimizer": {"SGD": {"learning_rate": 0.0}}}
    plain = arm_called("circles", **frozen)
    wider = replace(plain, layers={"first": Layer("BatchNormalization", {}), **plain.layers})
    a, b = (loop_of(arm, architecture_of).fit(moons, 4).weights for arm in (plain, wider))
    np.testing.assert_array_equal(a["hidden/kernel"], b["hidden/kernel"])
    np.testing.assert_array_equal(a["output/kernel"], b["output/kernel"])


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize(
    ("name", "layer", "argument", "value"),
    [
        ("weight_l2", "hidden", "kernel_regularizer", {"l2": 0.05}),
        ("weight_l1_l2", "hidden", "kernel_regularizer", {"l1": 0.02, "l2": 0.05}),
        ("max_norm", "hidden", "kernel_constraint", {"max_norm": 0.02}),
        ("dropout", "mask", "rate", 0.7),
        ("noise_hidden", "noise", "stddev", 0.5),
        ("activity_l1", "hidden", "activity_regularizer", {"batch_sum": {"l1": 0.01}}),
    ],
)
def test_another_strength_needs_no_other_compile(
    name: str, layer: str, argument: str, value: Any, moons: Rows, architecture_of: Architectures
) -> None:
    from regpipe.engine.strengths import without_strengths

    arm = arm_called(name, epochs=20)
    changed = replace(arm.layers[layer], arguments={**arm.layers[layer].arguments, argument: value})
    other = replace(arm, layers={**arm.layers, layer: changed})
    one, two = architecture_of(arm), architecture_of(other)
    assert one != two and without_strengths(one) == without_strengths(two)

    loop = CompiledLoop(arm, one)
    first = loop.fit(moons, 1)
    second = loop.fit(moons, 1, arm=other, architecture=two)
    expected = CompiledLoop(other, two).fit(moons, 1)
    for measure, values in expected.history.items():
        np.testing.assert_allclose(second.history[measure], values, rtol=1e-5, err_msg=measure)
    assert not np.allclose(first.history["loss"], second.history["loss"])
    assert loop.compiles == 1
    assert_equal_fits(first, loop.fit(moons, 1))


@pytest.mark.usefixtures("made_for_xla")
def test_the_program_captures_nothing(moons: Rows, architecture_of: Architectures) -> None:
    """What it captured would be the same for every fit."""
    asked = {"epochs": 3, "batch_size": 8, "early_stopping": {"patience": 3}, "mixup": {}}
    loop = loop_of(arm_called("dropout_batchnorm_l2", **asked), architecture_of)
    loop.fit(moons, 1)
    (program,) = loop._programs.values()
    assert program.captured_inputs == []


@pytest.mark.usefixtures("made_for_xla")
def test_two_threads_that_begin_at_a_time_share_a_compile(
    moons: Rows, architecture_of: Architectures
) -> None:
    loop = loop_of(arm_called("dropout", epochs=20), architecture_of)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda seed: loop.fit(moons, seed), [1, 2]))
    assert loop.compiles == 1
    for seed, fit in zip([1, 2], together, strict=True):
        assert_equal_fits(fit, loop.fit(moons, seed))


PADDED: dict[str, dict[str, Any]] = {
    "a mean over the outputs": {"hidden": {"activity_regularizer": {"l1": 0.01}}},
    "a sum over the outputs": {"hidden": {"activity_regularizer": {"batch_sum": {"l1": 0.01}}}},
    "weights of the classes": {"training": {"class_weight": {0: 1, 1: 3}}},
    "pairs of rows": {"training": {"mixup": {"alpha": 1.0}}},
    "steps that gather": {
        "training": {"optimizer": {"SGD": {"gradient_accumulation_steps": 3}}},
    },
    "a loss that is a sum": {
        "training": {"loss": {"BinaryCrossentropy": {"reduction": "sum"}}},
    },
    "statistics of a batch": {"scaled": Layer("BatchNormalization", {})},
}


@pytest.mark.usefixtures("made_for_xla")
@pytest.mark.parametrize("what", PADDED)
def test_rows_that_fill_up_a_batch_are_not_felt(
    what: str, moons: Rows, architecture_of: Architectures
) -> None:
    """21 of 30 rows in batches of 8, once in a program for 21, once in that for 30."""
    changes = dict(PADDED[what])
    arm = arm_called("moons", epochs=5, batch_size=8, **changes.pop("training", {}))
    hidden = replace(arm.layers["hidden"], arguments={**arm.layers["hidden"].arguments})
    hidden.arguments.update(changes.pop("hidden", {}))
    layers = {"hidden": hidden, **changes, "output": arm.layers["output"]}
    arm = replace(arm, layers=layers)
    loop, held = loop_of(arm, architecture_of), hold_out(moons, 0.3, 1)
    loop.fit(moons, 1)
    filled = loop.fit(held, 1)
    assert loop.compiles == 1
    alone = loop.fit(replace(held, room=None), 1)
    assert loop.compiles == 2
    for part in ("history", "weights"):
        for name, value in getattr(filled, part).items():
            np.testing.assert_allclose(value, getattr(alone, part)[name], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("made_for_xla")
def test_a_network_in_which_they_would_be_felt_has_a_compile_for_each_number_of_rows(
    moons: Rows, architecture_of: Architectures
) -> None:
    arm = arm_called("moons", epochs=2, batch_size=8)
    penalty = {"activity_regularizer": {"orthogonal_regularizer": {"factor": 0.01}}}
    odd = replace(arm.layers["hidden"], arguments={**arm.layers["hidden"].arguments, **penalty})
    loop = loop_of(replace(arm, layers={**arm.layers, "hidden": odd}), architecture_of)
    for rows in (moons, hold_out(moons, 0.3, 1)):
        loop.fit(rows, 1)
    assert loop.compiles == 2


@pytest.mark.parametrize("generator", ["hash", "threefry"])
def test_masks_are_drawn_by_either_generator(
    generator: Any, moons: Rows, architecture_of: Architectures
) -> None:
    arm = arm_called("dropout", epochs=5)
    loop = CompiledLoop(arm, architecture_of(arm), generator)
    one, other, again = (loop.fit(moons, seed).history["loss"] for seed in (1, 2, 1))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    hashed = loop_of(arm, architecture_of).fit(moons, 1).history["loss"]
    assert np.array_equal(one, hashed) == (generator == "hash")


@pytest.mark.parametrize("name", ["dropout", "noise_hidden", "noise_labels"])
def test_either_generator_draws_from_the_same_distribution(
    name: str, moons: Rows, architecture_of: Architectures
) -> None:
    """Masks, normals and labels; from the same weights, what is drawn alone makes the spread."""
    arm = arm_called(name, epochs=30, batch_size=8)
    architecture, start = architecture_of(arm), Start(weights_seed=1)
    hashed, threefry = (
        np.array([loop.fit(moons, seed, start).history["loss"] for seed in range(80)])
        for loop in (CompiledLoop(arm, architecture, random) for random in ("hash", "threefry"))
    )
    error = np.sqrt((hashed.var(axis=0) + threefry.var(axis=0)) / 79)
    assert np.abs((hashed.mean(axis=0) - threefry.mean(axis=0)) / error).max() < 4.5
    spreads = hashed.std(axis=0) / threefry.std(axis=0)
    assert 0.7 < np.median(spreads) < 1.4
    assert hashed.std(axis=0).min() > 0


def test_threefry_is_refused_where_nothing_is_compiled_by_xla() -> None:
    convolves, prepares = arm_called("digits"), arm_called("waves")
    shift = {"turned": Layer("RandomRotation", {"factor": 0.1})}
    prepares = replace(
        prepares,
        layers={
            "image": Layer("Reshape", {"target_shape": [5, 5, 1]}),
            **shift,
            "sequence": Layer("Reshape", {"target_shape": [25, 1]}),
            **prepares.layers,
        },
    )
    for arm, shape in ((convolves, (8, 8, 1)), (prepares, (25, 1))):
        architecture = build_architecture(arm, shape)
        with pytest.raises(SpecError, match=f"{arm.name} is trained without: XLA is slower"):
            CompiledLoop(arm, architecture, "threefry")


def test_a_weight_that_no_seed_reaches_is_refused() -> None:
    """It would be the same in every fit, and nobody would notice."""
    layer = keras.layers.Dense(3, name="odd")
    model = keras.Sequential([keras.Input((4,)), layer])
    check_seeded(model)
    del layer.kernel_initializer
    with pytest.raises(SpecError, match="odd/kernel: no seed reaches"):
        check_seeded(model)
