"""Loshchilov and Hutter 2017: a learning rate that falls along half a cosine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.candidates.arm import Arm
from regpipe.engine.fit import Fit
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.errors import SpecError
from regpipe.language import Engine
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called

ENGINES: tuple[Engine, ...] = ("compiled", "keras")
WATCHED = {"early_stopping": {"monitor": "val_loss"}, "validation_split": 0.3}


@pytest.fixture
def fit(
    moons: Rows,
    architecture_of: Callable[[Arm], dict[str, Any]],
    step_by_step: None,
) -> Callable[..., Fit]:
    """What a training of moons, a step per epoch, ends with."""

    def trained(engine: Engine = "compiled", **training: Any) -> Fit:
        arm = arm_called("moons", **{"epochs": 4, "shuffle": False, **training})
        return Loops(engine).fit(Job(arm, architecture_of(arm), moons, seed=7))

    return trained


def at_rates(rates: list[float]) -> dict[str, Any]:
    """Return an optimizer that takes each step at the next of these rates."""
    steps = {"boundaries": list(range(len(rates) - 1)), "values": rates}
    return {"Adam": {"learning_rate": {"PiecewiseConstantDecay": steps}}}


def assert_same(one: Fit, other: Fit, rtol: float = 1e-5) -> None:
    for name, weight in one.weights.items():
        np.testing.assert_allclose(weight, other.weights[name], rtol=rtol, atol=rtol / 100)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("beside", [{}, {"snapshot_ensemble": {"cycles": 1}}], ids=["alone", "one"])
def test_the_rate_falls_along_half_a_cosine(
    engine: Engine, beside: dict[str, Any], fit: Callable[..., Fit]
) -> None:
    """At 0, 1/4, 1/2 and 3/4 of the epochs, half of (1 - cos) is 0, 0.146, 1/2 and 0.854."""
    gone = np.array([0, (1 - np.sqrt(0.5)) / 2, 0.5, (1 + np.sqrt(0.5)) / 2])
    for fall in (1.0, 0.8):
        rates = (0.01 * (1 - fall * gone)).tolist()
        expected = fit(engine, optimizer=at_rates(rates))
        optimizer = {"Adam": {"learning_rate": 0.01}}
        found = fit(engine, optimizer=optimizer, cosine={"fall": fall}, **beside)
        assert_same(found, expected)


@pytest.mark.parametrize("engine", ENGINES)
def test_cycles_of_an_ensemble_decide_the_rate(engine: Engine, fit: Callable[..., Fit]) -> None:
    cycles = {"snapshot_ensemble": {"cycles": 2}}
    assert_same(fit(engine, **cycles, cosine={}), fit(engine, **cycles))


def test_a_refit_goes_as_far_as_the_cosine_had_fallen_by_then(fit: Callable[..., Fit]) -> None:
    """The best epoch is the third of 6, so three steps at 0, 1/6 and 2/6 of the epochs."""
    best = {"monitor": "loss", "mode": "max", "start_from_epoch": 2, "restore_best_weights": True}
    asked = {
        "epochs": 6,
        "cosine": {},
        **WATCHED,
        "early_stopping": best,
        "after_stopping": {"then": "refit", "splits": 1},
    }
    fits = [fit(engine, **asked) for engine in ENGINES]
    assert [one.epochs for one in fits] == [3, 3]
    rates = 0.001 * (1 - np.array([0, (1 - np.sqrt(0.75)) / 2, 0.25]))
    alone = fit(epochs=3, optimizer=at_rates(rates.tolist()))
    for one in fits:
        assert_same(one, alone)


@pytest.mark.parametrize(
    ("training", "expected"),
    [
        ({"cosine": {"fall": 1.1}}, "fall: expected a number of 1 or less"),
        ({"cosine": {"fall": -0.1}}, "fall: expected a number of 0 or more"),
        (
            {"optimizer": {"Adam": {"learning_rate": {"CosineDecay": {}}}}},
            "cosine sets the learning rate itself",
        ),
        ({"after_stopping": {"then": "continue"}, **WATCHED}, "cosine: training on after stopping"),
    ],
)
def test_what_does_not_go_together_is_refused(training: dict[str, Any], expected: str) -> None:
    with pytest.raises(SpecError, match=expected):
        arm_called("moons", **{"cosine": {"fall": 0.5}, **training})


def test_one_that_does_nothing_goes_with_training_on() -> None:
    again = {"after_stopping": {"then": "continue"}, **WATCHED}
    assert arm_called("moons", cosine={"fall": 0.0}, **again).training.cosine.is_neutral
