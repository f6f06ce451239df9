import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from regpipe.backend import keras
from regpipe.candidates.arm import Layer
from regpipe.engine.compiled import BLOCK_EPOCHS, CompiledLoop
from regpipe.engine.weights import check_seeded
from regpipe.errors import SpecError
from regpipe.rows.arrays import Rows, rows_of
from tests.conftest import PROJECT, arm_called

Architectures = Callable[..., dict[str, Any]]


def loop_of(arm: Any, architecture_of: Architectures, rows: Rows) -> CompiledLoop:
    return CompiledLoop(arm, architecture_of(arm), rows)


def assert_equal_fits(a: Any, b: Any) -> None:
    for part in ("weights", "history"):
        for name, value in getattr(a, part).items():
            np.testing.assert_array_equal(value, getattr(b, part)[name], err_msg=name)


def test_one_compile_serves_every_repeat_and_both_protocols(
    samples_of: Callable[[str], Any], architecture_of: Architectures
) -> None:
    samples = samples_of("circles")
    arm = arm_called("dropout", epochs=3)
    fixed, fresh = (rows_of(samples, name, arm) for name in ("fixed", "fresh"))
    loop = loop_of(arm, architecture_of, fixed[0])
    fits = [loop.fit(rows, seed) for seed, rows in enumerate([fixed[0], fixed[0], *fresh])]
    assert loop._block.experimental_get_tracing_count() == 1
    last = {tuple(fit.weights["hidden/kernel"].ravel()) for fit in fits}
    assert len(last) == len(fits)


@pytest.mark.parametrize("name", ["dropout", "noise_hidden", "weight_l2"])
def test_a_fit_depends_on_rows_and_seed_and_not_on_the_fits_before_it(
    name: str, samples_of: Callable[[str], Any], architecture_of: Architectures
) -> None:
    arm = arm_called(name, epochs=20, batch_size=8)
    first, second = rows_of(samples_of("circles"), "fresh", arm)[:2]
    loop = loop_of(arm, architecture_of, first)
    before = loop.fit(first, 1)
    loop.fit(second, 2)
    assert_equal_fits(before, loop.fit(first, 1))
    assert_equal_fits(before, loop_of(arm, architecture_of, second).fit(first, 1))


def test_another_process_gets_the_same_numbers(moons: Rows, architecture_of: Architectures) -> None:
    arm = arm_called("noise_hidden", epochs=20, batch_size=8)
    here = loop_of(arm, architecture_of, moons).fit(moons, 5).history["val_loss"].tolist()
    script = """
from tests.conftest import *
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.network import build_architecture
arm = arm_called("noise_hidden", epochs=20, batch_size=8)
protocol = Protocol(fresh=FreshProtocol(repeats=2, score_rows=10))
draws = draw_samples(PROBLEMS["moons"], protocol)
moons = rows_of(split_samples(draws, PROBLEMS["moons"]), "fixed", arm)[0]
fit = CompiledLoop(arm, build_architecture(arm, (2,)), moons).fit(moons, 5)
print(json.dumps(fit.history["val_loss"].tolist()))
"""
    there = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert str(here) == there.stdout.strip()


@pytest.mark.parametrize("epochs", [1, BLOCK_EPOCHS, BLOCK_EPOCHS + 1])
def test_any_number_of_epochs_is_trained_and_compiled_once(
    epochs: int, moons: Rows, architecture_of: Architectures
) -> None:
    arm = arm_called("moons", epochs=epochs)
    fit = loop_of(arm, architecture_of, moons).fit(moons, 0)
    assert {len(values) for values in fit.history.values()} == {epochs} == {fit.epochs}
    longer = loop_of(arm_called("moons", epochs=150), architecture_of, moons).fit(moons, 0)
    np.testing.assert_array_equal(fit.history["loss"], longer.history["loss"][:epochs])
    assert fit.best_epoch == int(np.argmin(fit.history["val_loss"])) + 1


def test_shuffling_changes_the_order_and_nothing_else(
    moons: Rows, architecture_of: Architectures
) -> None:
    shuffled, ordered = (
        loop_of(arm_called("moons", epochs=1, batch_size=8, shuffle=s), architecture_of, moons)
        for s in (True, False)
    )
    assert shuffled.fit(moons, 0).history["loss"] != ordered.fit(moons, 0).history["loss"]
    orders = shuffled._permutations(np.random.default_rng(0)).numpy()
    np.testing.assert_array_equal(np.sort(orders, axis=1)[:, :30], np.tile(np.arange(30), (100, 1)))
    assert len({tuple(order) for order in orders}) == BLOCK_EPOCHS


def test_a_fit_that_diverges_is_an_outcome(moons: Rows, architecture_of: Architectures) -> None:
    arm = arm_called("moons", epochs=50, optimizer={"SGD": {"learning_rate": 1e30}})
    fit = loop_of(arm, architecture_of, moons).fit(moons, 0)
    assert fit.outcome == "diverged"
    assert 1 <= fit.best_epoch <= 50


def test_arms_begin_with_the_same_weights_where_they_share_layers(
    moons: Rows, architecture_of: Architectures
) -> None:
    frozen = {"epochs": 1, "optimizer": {"SGD": {"learning_rate": 0.0}}}
    plain = arm_called("circles", **frozen)
    wider = replace(plain, layers={"first": Layer("BatchNormalization", {}), **plain.layers})
    a, b = (loop_of(arm, architecture_of, moons).fit(moons, 4).weights for arm in (plain, wider))
    np.testing.assert_array_equal(a["hidden/kernel"], b["hidden/kernel"])
    np.testing.assert_array_equal(a["output/kernel"], b["output/kernel"])


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
    from regpipe.engine.strengths import strengths, without_strengths

    arm = arm_called(name, epochs=20)
    changed = replace(arm.layers[layer], arguments={**arm.layers[layer].arguments, argument: value})
    other = replace(arm, layers={**arm.layers, layer: changed})
    one, two = architecture_of(arm), architecture_of(other)
    assert one != two and without_strengths(one) == without_strengths(two)

    loop = CompiledLoop(arm, one, moons)
    first = loop.fit(moons, 1)
    second = loop.fit(moons, 1, strengths(two))
    expected = CompiledLoop(arm, two, moons).fit(moons, 1)
    for measure, values in expected.history.items():
        np.testing.assert_allclose(second.history[measure], values, rtol=1e-5, err_msg=measure)
    assert not np.allclose(first.history["loss"], second.history["loss"])
    assert loop._block.experimental_get_tracing_count() == 1
    assert_equal_fits(first, loop.fit(moons, 1))  # strengths are reset, too
    with pytest.raises(KeyError, match="hiden"):
        loop.fit(moons, 1, {"hiden.l2": 0.1})


def test_a_weight_that_no_seed_reaches_is_refused() -> None:
    """It would be the same in every fit, and nobody would notice."""
    layer = keras.layers.Dense(3, name="odd")
    model = keras.Sequential([keras.Input((4,)), layer])
    check_seeded(model)
    del layer.kernel_initializer
    with pytest.raises(SpecError, match="odd/kernel: no seed reaches"):
        check_seeded(model)
