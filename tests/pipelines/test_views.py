"""What the networks of an arm say, and what those say that diverged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.candidates.arm import Arm
from regpipe.engine.fit import make_fit
from regpipe.engine.network import build_model
from regpipe.engine.weights import weight_names
from regpipe.language import Protocol
from regpipe.pipelines import views
from regpipe.pipelines.fits import each_fit, measure_of, repeats_of
from tests.conftest import arm_called

Weights = dict[str, np.ndarray]
RATES = ["base_rate_0", "base_rate_1"]


def weights_of(architecture: dict[str, Any]) -> Weights:
    model = build_model(architecture)
    return {n: w.numpy() for n, w in zip(weight_names(model), model.weights, strict=True)}


def stacked(*fits: Weights) -> Weights:
    """Return weights as an arm keeps them, all of `fixed`."""
    return {f"fixed/{name}": np.stack([fit[name] for fit in fits]) for name in fits[0]}


def test_a_surface_is_the_mean_over_fits(
    samples_of: Callable[[str], pd.DataFrame],
    architecture_of: Callable[[Arm], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(views, "GRID_POINTS", 4)
    arm, samples = arm_called("moons"), samples_of("moons")
    architecture = architecture_of(arm)
    weights = weights_of(architecture)
    opposite = {name: -w if name.startswith("output") else w for name, w in weights.items()}

    def surface(*fits: Weights, **columns: Any) -> pd.DataFrame:
        row = {"protocol": "fixed", "fit_seed": 1, **columns}
        table = pd.DataFrame([{**row, "repeat": k} for k in range(len(fits))])
        return views.predict_surface(arm, architecture, stacked(*fits), table, samples)

    both = surface(weights, opposite)
    np.testing.assert_allclose(both["probability"], np.full(16, 0.5), atol=1e-6)
    np.testing.assert_allclose(both["share"], np.full(16, 0.5))
    model = build_model(architecture)
    model.set_weights(list(weights.values()))
    said = model(both[["x1", "x2"]].to_numpy("float32")).numpy()[:, 0]
    np.testing.assert_allclose(surface(weights)["probability"], said, rtol=1e-5)
    between = float(said.mean())  # as a base rate, it is where the line is drawn
    cut = surface(weights, **dict(zip(RATES, (1 - between, between), strict=True)))
    assert (cut["probability"] > 0.5).tolist() == cut["share"].tolist() == (said > between).tolist()


def test_what_diverged_guesses_by_the_rows_it_was_trained_on(
    samples_of: Callable[[str], pd.DataFrame], protocol: Protocol
) -> None:
    """Not by those that it watched, whether it has just been trained or is read back."""
    from regpipe.engine.network import build_architecture

    arm, samples = arm_called("diabetes", validation_split=0.5), samples_of("diabetes")
    architecture = build_architecture(arm, (10,))
    broken = {name: np.full_like(w, np.nan) for name, w in weights_of(architecture).items()}
    repeats = repeats_of(arm, samples, protocol, "fixed")
    table = pd.DataFrame([repeat.row() for repeat in repeats])
    kept = each_fit(arm, architecture, stacked(broken, broken), table, samples)
    seen = {"loss": np.array([np.nan]), "val_loss": np.array([np.nan])}
    fit = make_fit(broken, seen, 0.0, stopped=False, best_epoch=None)
    for repeat, (_, rows, measure) in zip(repeats, kept, strict=True):
        job = repeat.job(arm, architecture)
        guess = job.rows.y_train.mean()
        assert guess != pytest.approx(rows.y_train.mean(), rel=1e-3)
        for one in (measure, measure_of(job, fit)):
            assert one.predict(rows.x_score) == pytest.approx(guess, rel=1e-5)
        assert measure.scores(rows) == measure_of(job, fit).scores(rows)
