"""Is each kind of training tried once, and another kind tried, too?"""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from regpipe.candidates.arm import Arm
from regpipe.errors import SpecError
from regpipe.pipelines.arm import trial
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the arms that took a step, or were refused one."""
    taken: list[str] = []
    check = trial.check_trial

    def counted(arm: Arm, *rest: Any) -> None:
        taken.append(arm.name)
        check(arm, *rest)

    monkeypatch.setattr(trial, "check_trial", counted)
    monkeypatch.setattr(trial, "TRIED", {})
    return taken


def test_what_differs_in_strengths_or_in_our_ideas_is_tried_once(
    steps: list[str], moons: Rows, architecture_of: Callable[[Arm], Any]
) -> None:
    penalised = architecture_of(arm_called("weight_l2"))
    stronger = json.loads(json.dumps(penalised).replace('"l2": ', '"l2": 1'))
    assert stronger != penalised
    for architecture in (penalised, stronger):
        trial.tried(arm_called("weight_l2"), architecture, moons)
    for name in ("moons", "noise_labels"):
        trial.tried(arm_called(name), architecture_of(arm_called(name)), moons)
    assert steps == ["weight_l2", "moons"]


def test_another_optimizer_loss_or_class_is_another_trial(
    steps: list[str], moons: Rows, architecture_of: Callable[[Arm], Any]
) -> None:
    architecture = architecture_of(arm_called("moons"))
    for change in ({}, {"optimizer": {"SGD": {"learning_rate": 0.1}}}, {"loss": "mse"}):
        trial.tried(arm_called("moons", **change), architecture, moons)
    assert len(steps) == 3
    with pytest.raises(SpecError, match="3 classes"):
        trial.tried(arm_called("moons"), architecture, replace(moons, y_train=2 * moons.y_train))


def test_what_is_refused_is_refused_again(
    steps: list[str], moons: Rows, architecture_of: Callable[[Arm], Any]
) -> None:
    schedule = {"PiecewiseConstantDecay": {"boundaries": [], "values": [0.1]}}
    arm = arm_called("weight_l2", optimizer={"SGD": {"learning_rate": schedule}})
    for _ in range(2):
        with pytest.raises(SpecError, match="Keras can't take a step"):
            trial.tried(arm, architecture_of(arm), moons)
    assert len(steps) == 2
