"""Every block of the YAML, for a few epochs, on both engines.

Step by step: most of the time would go into graphs. Those of each idea and of each kind of network
are made in other tests, and those of every block in `make torture`.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.ingredients import LAYERS
from regpipe.rows.arrays import input_shape, rows_of
from regpipe.rows.samples import feature_names
from tests.conftest import (
    FEW_STEPS,
    PROBLEMS,
    TECHNIQUES,
    arm_called,
    fit_by,
    takes_any_length,
)

EPOCHS = 2
N_ROWS = 40  # at most: a batch of 32 and one of 8


BLOCKS = [*PROBLEMS, *TECHNIQUES]


@pytest.mark.usefixtures("step_by_step")
@pytest.mark.parametrize("name", BLOCKS)
def test_it_builds_trains_exports_and_reloads(
    name: str, samples_of: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    assert_it_works(name, samples_of, tmp_path)


def assert_it_works(name: str, samples_of: Callable[[str], pd.DataFrame], folder: Path) -> None:
    from regpipe.backend import keras
    from regpipe.engine.network import build_model
    from regpipe.engine.weights import load_weights
    from regpipe.pipelines.arm.nodes import build_network, export_model
    from regpipe.pipelines.fits import watched

    arm = arm_called(name, epochs=EPOCHS, shuffle=False, **fewer(name))
    samples = samples_of(arm.problem)
    if takes_any_length(arm):
        block = arm.problem_block.model_copy(update={"input_shape": (FEW_STEPS, 1)})
        arm = replace(arm, problem_block=block)
        samples = samples.drop(columns=feature_names(samples)[FEW_STEPS:])
    rows = rows_of(samples, "fixed", arm)[0]
    rows = replace(rows, x_train=rows.x_train[:N_ROWS], y_train=rows.y_train[:N_ROWS])
    rows = watched(arm, rows, 0)
    architecture = build_network(arm, samples)
    fits = {engine: fit_by(engine, arm, architecture, rows, 1) for engine in ("compiled", "keras")}
    for engine, fit in fits.items():
        assert fit.outcome in ("completed", "stopped"), engine
        assert list(fit.history) == list(arm.task.logs)
        assert 1 <= fit.best_epoch <= fit.epochs <= EPOCHS
        assert np.isfinite(fit.history["loss"]).all()
        assert np.isfinite(fit.history["val_loss"]).any() or arm.training.validation_freq > EPOCHS
    ours, theirs = fits["compiled"], fits["keras"]
    assert {k: v.shape for k, v in ours.weights.items()} == {
        k: v.shape for k, v in theirs.weights.items()
    }
    if not is_random(arm):
        assert ours.epochs == theirs.epochs
        for measure in ("loss", "val_loss"):
            np.testing.assert_allclose(ours.history[measure], theirs.history[measure], rtol=2e-3)

    model = export_model(architecture, {f"fixed/{k}": v[None] for k, v in ours.weights.items()})
    model.save(folder / "model.keras")
    loaded = keras.models.load_model(folder / "model.keras", safe_mode=True)
    assert loaded.input_shape[1:] == input_shape(arm, samples)
    trained = build_model(architecture)  # with whatever of ours the exported one leaves out
    load_weights(trained, ours.weights)
    some = rows.x_score[:50]
    np.testing.assert_allclose(loaded(some), trained(some, training=False), rtol=1e-4, atol=1e-6)


def fewer(name: str) -> dict[str, Any]:
    """Return changes that make a block cheaper, and no other."""
    again = TECHNIQUES[name].training.get("after_stopping") if name in TECHNIQUES else None
    return {"after_stopping": {**again, "splits": 1}} if again and "splits" in again else {}


def is_random(arm: Any) -> bool:
    """Whether masks or noise are drawn while it trains, by each engine in its own way."""
    kinds = {layer.kind for layer in arm.layers.values()}
    drops = any(layer.arguments.get("dropout") for layer in arm.layers.values())
    ideas = [*arm.training.ingredients, *(LAYERS[kind] for kind in kinds if kind in LAYERS)]
    noisy = any(idea.random for idea in ideas)
    return bool(
        drops or noisy or {k for k in kinds if "Dropout" in k or "Noise" in k or "Random" in k}
    )
