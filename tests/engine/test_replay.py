"""A replayed rule stops where it stops a training."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.replay import Replay
from regpipe.rows.arrays import Rows
from tests.command_lines import compile_nothing
from tests.conftest import arm_called

FAST = {"optimizer": {"Adam": {"learning_rate": 0.02}}, "epochs": 120}


@pytest.fixture(scope="module")
def history(moons: Rows, architecture_of: Callable[..., Any]) -> dict[str, np.ndarray]:
    """That of a training that nothing stops."""
    free = arm_called("moons", **FAST)
    with pytest.MonkeyPatch.context() as patch:
        compile_nothing(patch.setattr)
        return CompiledLoop(free, architecture_of(free)).fit(moons, 1).history


@pytest.mark.usefixtures("without_xla")
@pytest.mark.parametrize(
    "asked",
    [
        {"early_stopping": {"patience": 7}},
        {"stop_when": {"rule": "generalization_loss", "alpha": 1.0}},
        {"stop_when": {"rule": "progress_quotient", "alpha": 0.1}},
        {"stop_when": {"rule": "successive_increases", "strips": 2}},
        {"stop_when": {"rule": "absolute_change", "epochs": 5, "threshold": 0.01}},
        {"early_stopping": {"patience": 500}},
    ],
    ids=str,
)
def test_on_a_whole_history_it_stops_where_it_would_have_stopped_the_training(
    asked: dict[str, Any],
    history: dict[str, np.ndarray],
    moons: Rows,
    architecture_of: Callable[..., Any],
) -> None:
    ruled = arm_called("moons", **FAST, **asked)
    (rule,) = ruled.training.watches
    replay = Replay(rule, ruled.task.logs)
    logs = np.stack([history[name] for name in ruled.task.logs], axis=1)
    expected = CompiledLoop(ruled, architecture_of(ruled)).fit(moons, 1)
    for _ in range(2):  # a second history begins anew
        stop = replay(logs)
        assert stop.epochs == expected.epochs
        assert stop.stopped == (expected.outcome == "stopped")
        assert stop.kept_epoch == expected.best_epoch
