"""From an arm and its rows to weights, histories and the run table.

Everything that needs TensorFlow is imported inside the functions, so that the pipelines can be
listed and drawn without it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.engine.job import Job
from regpipe.language import PROTOCOLS, Problem, Protocol, Technique
from regpipe.measures.base_rates import base_rates, rates_to_columns
from regpipe.pipelines.fits import Repeat, Repeats, each_fit, repeats_of, weights_of
from regpipe.pipelines.training import Trainer
from regpipe.rows.arrays import input_shape, rows_of

Trained = tuple[dict[str, np.ndarray], pd.DataFrame, pd.DataFrame]  # weights, history, fits


def resolve_baseline(problem: Problem, *, name: str) -> Arm:
    """Return the baseline of the problem called `name`."""
    return baseline(name, problem)


def resolve_technique(base: Arm, technique: Technique, *, name: str) -> Arm:
    """Return the arm of the technique called `name`, applied to its problem's baseline."""
    return apply(name, technique, base)


def build_network(arm: Arm, samples: pd.DataFrame) -> dict[str, Any]:
    """Return the arm's Keras architecture, as `keras.Model.to_json` gives it.

    Whatever Keras or the engine refuses is refused here, before any arm is trained.
    """
    from regpipe.engine.keras_objects import check_ideas, check_training
    from regpipe.engine.network import build_architecture
    from regpipe.pipelines.arm.trial import tried

    check_training(arm)
    architecture = build_architecture(arm, input_shape(arm, samples))
    model = tried(arm, architecture, rows_of(samples, "fixed", arm)[0])
    check_ideas(arm, architecture, model)
    return architecture


def train(
    arm: Arm,
    architecture: dict[str, Any],
    samples: pd.DataFrame,
    trainer: Trainer,
    repeats: Repeats,
    protocol: Protocol,
) -> Trained:
    """Train the arm at all `repeats` of both protocols, unless the fit is stored.

    Returns:
        The weights, as one array of shape (repeats, ...) for each `<protocol>/<weight>`.
        The history: protocol, repeat, epoch (from 1) and what Keras logs at each epoch.
        The fits: technique, problem and its settings (a hash), protocol, repeat, seeds, numbers of
        rows, outcome, epochs, best_epoch, seconds; `base_rate_<class>` where they predict
        classes.
    """
    plan = [
        (repeat, repeat.job(arm, architecture))
        for name in PROTOCOLS
        for repeat in repeats_of(arm, samples, protocol, name, repeats[name])
    ]
    return train_plan(arm, plan, trainer)


def train_plan(arm: Arm, plan: Sequence[tuple[Repeat, Job]], trainer: Trainer) -> Trained:
    """Train the job of each repeat; as `train` returns it."""
    weights: dict[str, list[np.ndarray]] = {}
    histories, table = [], []
    trained = trainer.fits_of(arm.name, [job for _, job in plan])
    of_arm = {"technique": arm.technique or "baseline", "problem": arm.problem}
    for (repeat, job), fit in zip(plan, trained, strict=True):
        for weight, value in fit.weights.items():
            weights.setdefault(f"{repeat.protocol}/{weight}", []).append(value)
        epochs = np.arange(1, fit.epochs + 1, dtype="int32")
        key = {"protocol": repeat.protocol, "repeat": np.int32(repeat.number)}
        histories.append(pd.DataFrame({**key, "epoch": epochs, **fit.history}))
        table.append(
            {
                **of_arm,
                "settings": arm.settings,
                **repeat.row(job.rows),
                "outcome": fit.outcome,
                "epochs": fit.epochs,
                "best_epoch": fit.best_epoch,
                "seconds": fit.seconds,
                **rates_to_columns(base_rates(job.arm, job.rows)),
            }
        )
    stacked = {name: np.stack(values) for name, values in weights.items()}
    return stacked, pd.concat(histories, ignore_index=True), pd.DataFrame(table)


def evaluate(
    arm: Arm,
    architecture: dict[str, Any],
    weights: dict[str, np.ndarray],
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return the run table: `fits` with scores and what each network is like.

    `test_` numbers are taken on the test rows of the fixed draw, and on the scoring rows of a fresh
    one. Losses are the problem's, without penalties. `guess` is what judges, of a constant guess.
    """
    numbers = [
        {**measure.scores(rows), "guess": measure.guess(rows), **measure.anatomy(rows)}
        for _, rows, measure in each_fit(arm, architecture, weights, fits, samples)
    ]
    return pd.concat([fits, pd.DataFrame(numbers, index=fits.index)], axis=1)


def export_model(architecture: dict[str, Any], weights: dict[str, np.ndarray]) -> Any:
    """Return repeat 0 of `fixed` as a model that plain Keras loads; the same each time."""
    from regpipe.engine.network import trained_model
    from regpipe.engine.weights import random_state, random_states

    model = trained_model(architecture, weights_of(weights, "fixed", 0))
    for place, state in enumerate(random_states(model)):  # which Keras draws from nothing
        state.assign(random_state(0, place))
    return model
