"""From an arm and its rows to weights, histories and the run table.

Everything that needs TensorFlow is imported inside the functions, so that the pipelines can be
listed and drawn without it.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from regpipe import progress
from regpipe.arm import Arm, apply, baseline
from regpipe.problems.samples import Rows, feature_names, hold_out, rows_of
from regpipe.seeds import derive
from regpipe.spec import Engine, Problem, Protocol, Technique

PROTOCOLS = ("fixed", "fresh")
GRID_POINTS = 120  # along each axis of the plane on which two-feature networks are drawn


def resolve_baseline(problem: Problem, *, name: str) -> Arm:
    """Return the baseline of the problem called `name`."""
    return baseline(name, problem)


def resolve_technique(problem: Problem, technique: Technique, *, name: str) -> Arm:
    """Return the arm of the technique called `name`, applied to its problem."""
    return apply(name, technique, baseline(technique.problem, problem))


def build_network(arm: Arm, samples: pd.DataFrame) -> dict[str, Any]:
    """Return the arm's Keras architecture, as `keras.Model.to_json` gives it.

    Whatever Keras or the engine refuses is refused here, before any arm is trained.
    """
    from regpipe.engine.keras_objects import check_training
    from regpipe.engine.weights import check_seeded
    from regpipe.network import build_architecture, build_model

    check_training(arm)
    architecture = build_architecture(arm, (len(feature_names(samples)),))
    check_seeded(build_model(architecture))
    return architecture


def train(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    protocol: Protocol,
    engine: Engine,
) -> tuple[dict[str, np.ndarray], pd.DataFrame, pd.DataFrame]:
    """Train the arm at every repeat of both protocols.

    Returns:
        The weights, as one array of shape (repeats, ...) for each `<protocol>/<weight>`.
        The history: protocol, repeat, epoch (from 1) and what Keras logs at each epoch.
        The fits: technique, problem and its settings (a hash), protocol, repeat, seeds, outcome,
        epochs, best_epoch, seconds.
    """
    plan = list(_plan(arm, samples, protocol))
    loop = _loop(engine, architecture, arm, plan[0][2])
    weights: dict[str, list[np.ndarray]] = {}
    histories, fits = [], []
    for name, repeat, rows in plan:
        seed = fit_seed(protocol, name, repeat)
        fit = loop.fit(rows, seed)
        for weight, value in fit.weights.items():
            weights.setdefault(f"{name}/{weight}", []).append(value)
        epochs = np.arange(1, fit.epochs + 1, dtype="int32")
        key = {"protocol": name, "repeat": np.int32(repeat)}
        histories.append(pd.DataFrame({**key, "epoch": epochs, **fit.history}))
        fits.append(
            {
                "technique": arm.technique or "baseline",
                "problem": arm.problem,
                "settings": arm.settings,
                "protocol": name,
                "repeat": repeat,
                "data_seed": rows.data_seed,
                "fit_seed": seed,
                "outcome": fit.outcome,
                "epochs": fit.epochs,
                "best_epoch": fit.best_epoch,
                "seconds": fit.seconds,
            }
        )
        progress.advance(arm.name)
    stacked = {name: np.stack(values) for name, values in weights.items()}
    return stacked, pd.concat(histories, ignore_index=True), pd.DataFrame(fits)


def evaluate(
    arm: Arm,
    architecture: dict[str, Any],
    weights: dict[str, np.ndarray],
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return the run table: `fits` with scores and what each network is like.

    `test_` numbers are taken on the test rows of the fixed draw, and on the scoring rows of a fresh
    one. Losses are the problem's, without penalties.
    """
    from regpipe.measures import Measure

    measure = Measure(arm, architecture)
    draws = {name: rows_of(samples, name) for name in PROTOCOLS}
    numbers = []
    for name, repeat in zip(fits["protocol"], fits["repeat"], strict=True):
        rows = _draw_of(draws[name], repeat)
        measure.load(_weights_of(weights, name, repeat))
        numbers.append({**measure.scores(rows), **measure.anatomy(rows)})
    return pd.concat([fits, pd.DataFrame(numbers, index=fits.index)], axis=1)


def export_model(architecture: dict[str, Any], weights: dict[str, np.ndarray]) -> Any:
    """Return repeat 0 of `fixed` as a model that plain Keras loads."""
    from regpipe.measures import load_weights
    from regpipe.network import plain_model

    model = plain_model(architecture)
    load_weights(model, _weights_of(weights, "fixed", 0))
    return model


def predict_surface(
    arm: Arm,
    architecture: dict[str, Any],
    weights: dict[str, np.ndarray],
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return what the fits say on a plane around all drawn points of a two-feature problem.

    Columns: protocol, the two features, probability (mean over repeats), share (of the repeats that
    call the point class 1).
    """
    from regpipe.measures import Measure, surface

    names = feature_names(samples)
    drawn = samples.loc[samples["split"] != "score", names]
    low, high = drawn.min() - 0.25, drawn.max() + 0.25
    axes = [np.linspace(low[name], high[name], GRID_POINTS) for name in names]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2).astype("float32")
    measure = Measure(arm, architecture)
    frames = []
    for protocol in PROTOCOLS:
        repeats = len(next(w for name, w in weights.items() if name.startswith(f"{protocol}/")))
        fits = [_weights_of(weights, protocol, repeat) for repeat in range(repeats)]
        points = {name: grid[:, i] for i, name in enumerate(names)}
        frames.append(
            pd.DataFrame({"protocol": protocol, **points, **surface(measure, fits, grid)})
        )
    return pd.concat(frames, ignore_index=True)


def fit_seed(protocol: Protocol, name: str, repeat: int) -> int:
    """Return the seed that all arms of a repeat share."""
    return derive(protocol.seed, f"{name} fit", repeat)


def _plan(arm: Arm, samples: pd.DataFrame, protocol: Protocol) -> Iterator[tuple[str, int, Rows]]:
    """Yield (protocol, repeat, rows) of every fit."""
    share = arm.training.validation_split
    for name in PROTOCOLS:
        draws = rows_of(samples, name)
        for repeat in range(getattr(protocol, name).repeats):
            rows = _draw_of(draws, repeat)
            seed = fit_seed(protocol, name, repeat)
            yield name, repeat, rows if share is None else hold_out(rows, share, seed)


def _draw_of(draws: list[Rows], repeat: int) -> Rows:
    """Return the rows of a repeat; every repeat of `fixed` has the same."""
    return draws[repeat if len(draws) > 1 else 0]


def _weights_of(
    weights: dict[str, np.ndarray], protocol: str, repeat: int
) -> dict[str, np.ndarray]:
    prefix = f"{protocol}/"
    return {k.removeprefix(prefix): v[repeat] for k, v in weights.items() if k.startswith(prefix)}


def _loop(engine: Engine, architecture: dict[str, Any], arm: Arm, rows: Rows) -> Any:
    if engine == "keras":
        from regpipe.engine.reference import KerasLoop

        return KerasLoop(arm, architecture)
    from regpipe.engine.compiled import CompiledLoop

    return CompiledLoop(arm, architecture, rows)
