"""The second pass over all rows (Goodfellow et al. 2016, algorithms 7.2 and 7.3)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from regpipe.rows.arrays import Rows, hold_out
from regpipe.seeds import derive
from tests.conftest import arm_called, fit_by

FAST = {
    "epochs": 150,
    "optimizer": {"Adam": {"learning_rate": 0.02}},
    "early_stopping": {"patience": 5},
}


@pytest.mark.usefixtures("without_xla", "without_iterators")
@pytest.mark.parametrize("engine", ["compiled", "keras"])
def test_refit_trains_on_all_rows_for_the_mean_best_epoch(
    engine: Any, moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    arm = arm_called("early_stopping_refit", **FAST, after_stopping={"then": "refit", "splits": 2})
    architecture = architecture_of(arm)
    fit = fit_by(engine, arm, architecture, moons, 1)

    first = arm_called("early_stopping_refit", **FAST, after_stopping=None)
    helds = [hold_out(moons, 0.3, derive(1, "split", k)) for k in range(2)]
    best = [fit_by(engine, first, architecture, h, 1).best_epoch for h in helds]
    assert fit.epochs == fit.best_epoch == round(np.mean(best)) < 150
    assert fit.outcome == "stopped"

    plain = {"validation_split": None, "early_stopping": None, "after_stopping": None}
    alone = arm_called("early_stopping_refit", **{**FAST, **plain, "epochs": fit.epochs})
    expected = fit_by(engine, alone, architecture, moons, 1)
    for path, weight in expected.weights.items():
        np.testing.assert_allclose(fit.weights[path], weight, rtol=1e-5, atol=1e-6)


def test_continue_goes_on_from_the_first_pass_until_the_held_out_loss_is_as_low(
    moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    stopping = {"early_stopping": {"patience": 5, "restore_best_weights": True}}
    arm = arm_called("early_stopping_continue", **{**FAST, **stopping, "epochs": 400})
    architecture = architecture_of(arm)
    fit = fit_by("compiled", arm, architecture, moons, 1)

    first = arm_called(
        "early_stopping_continue", **{**FAST, **stopping, "epochs": 400, "after_stopping": None}
    )
    held = hold_out(moons, 0.3, 1)
    before = fit_by("compiled", first, architecture, held, 1)
    n = before.epochs
    np.testing.assert_array_equal(fit.history["loss"][:n], before.history["loss"])
    limit = before.history["loss"][before.best_epoch - 1]
    after = fit.history["val_loss"][n:]
    assert after[-1] <= limit and (after[:-1] > limit).all()
    assert fit.outcome == "stopped" and fit.best_epoch == fit.epochs > n


def test_a_first_pass_that_never_stops_is_all(
    moons: Rows, architecture_of: Callable[..., Any]
) -> None:
    arm = arm_called("early_stopping_continue", epochs=5)
    fit = fit_by("compiled", arm, architecture_of(arm), moons, 1)
    assert (fit.outcome, fit.epochs) == ("completed", 5)
