"""A strength that grows: each value for an equal part of the epochs."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.keras_loop import KerasLoop
from regpipe.engine.strengths import network_strengths
from regpipe.errors import SpecError
from regpipe.rows.arrays import Rows
from tests.conftest import arm_called

STEPS = {"strength": "hidden.kernel_regularizer.l2", "values": [0, 0.01, 1.0]}


@pytest.mark.usefixtures("step_by_step")
def test_the_penalty_in_the_loss_follows_the_stages(
    moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    """With weights that don't move, the loss rises by strength times their squares."""
    frozen = {"optimizer": {"SGD": {"learning_rate": 0.0}}, "epochs": 9}
    arm = arm_called("weight_l2_ramp", **frozen, ramp=STEPS)
    for loop in (
        CompiledLoop(arm, architecture_of(arm)),
        KerasLoop(arm, architecture_of(arm)),
    ):
        for _ in range(2):  # a second fit begins anew
            fit = loop.fit(moons, 1)
            squares = (fit.weights["hidden/kernel"] ** 2).sum()
            penalties = fit.history["loss"] - fit.history["loss"][0]
            expected = np.repeat([0, 0.01, 1.0], 3) * squares
            np.testing.assert_allclose(penalties, expected, rtol=1e-4, atol=1e-5)


def test_only_a_strength_can_grow(architecture_of: Callable[..., Any]) -> None:
    arm = arm_called("weight_l2_ramp", ramp={"strength": "hidden.units", "values": [1, 2]})
    known = network_strengths(architecture_of(arm))
    with pytest.raises(SpecError, match=r"'hidden.units' can't change.*kernel_regularizer.l2"):
        arm.training.ramp.check_network("ramp", known, 2)
    arm_called("weight_l2_ramp").training.ramp.check_network("ramp", known, 2)
