"""What is timed: one technique of each kind, and one problem of each kind of network."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from regpipe.candidates.arm import Arm, apply, baseline
from regpipe.engine.network import build_architecture
from regpipe.language import FreshProtocol, Problem, Protocol, Technique
from regpipe.rows.arrays import Rows, input_shape, rows_of
from regpipe.rows.samples import draw_samples, split_samples

CONF = Path(__file__).parents[1] / "conf" / "base"


@dataclass(frozen=True)
class Case:
    """An arm to time.

    Attributes:
        kind: what it stands for.
        name: of a technique or a problem in conf/base, or of one of the blocks below.
        goal: how many times faster than `model.fit` it is meant to be.
        epochs: over which `model.fit` is timed.
    """

    kind: str
    name: str
    goal: float
    epochs: int = 300


CASES = (
    Case("plain", "moons", 2000),
    Case("L2", "weight_l2", 2000),
    Case("norm constraint", "unit_norm", 2000),
    Case("batch normalization", "batch_normalization", 1000),
    Case("noise on inputs", "noise_input", 1000),
    Case("dropout", "dropout", 800),
    Case("noise on hidden units", "noise_hidden", 250),
    Case("activity penalty", "activity_l1", 1),
    Case("early stopping", "early_stopping_patient", 2000),
    Case("checkpoint", "early_stopping_checkpoint", 2000),
    Case("mini-batches of 8", "mini_batches", 800),
    Case("gradient noise", "noise_gradients", 250),
    Case("weight noise", "noise_weights", 250),
    Case("label noise", "noise_labels", 1),
    Case("a strength that grows", "weight_l2_ramp", 1),
    Case("regression", "diabetes", 1),
    Case("three hidden layers", "football", 1),
    Case("autoencoder", "codes", 1, epochs=40),
    Case("CNN", "digits", 4, epochs=20),
    Case("LSTM", "waves", 12, epochs=20),
    Case("table of 20,000 x 30", "table", 6, epochs=10),
)

# Techniques and a problem that only a benchmark needs.
TECHNIQUES: dict[str, dict[str, Any]] = {
    "batch_normalization": {
        "problem": "moons",
        "network": {
            "hidden": {"activation": "linear"},
            "scaled": {"BatchNormalization": {}, "after": "hidden"},
            "relu": {"Activation": {"activation": "relu"}, "after": "scaled"},
        },
    },
    "mini_batches": {"problem": "moons", "training": {"batch_size": 8}},
}
TABLE: dict[str, Any] = {
    "title": "A table of 20,000 rows",
    "task": "binary",
    "rows": {"make_moons": {"n_samples": 2, "noise": 0.2, "random_state": 1}},  # replaced below
    "split": {"train": 1},
    "network": {
        "first": {"Dense": {"units": 128, "activation": "relu"}},
        "second": {"Dense": {"units": 128, "activation": "relu"}},
        "output": {"Dense": {"units": 1, "activation": "sigmoid"}},
    },
    "training": {"loss": "binary_crossentropy", "epochs": 40, "batch_size": 256},
}


def prepare(name: str) -> tuple[Arm, dict[str, Any], Rows]:
    """Return an arm, its Keras architecture, and the rows of its fixed draw."""
    if name == "table":
        arm = baseline(name, Problem(**TABLE))
        return arm, build_architecture(arm, (30,)), random_rows(20_000, 30)
    problem, arm = arm_called(name)
    draws = draw_samples(problem, Protocol(fresh=FreshProtocol(repeats=2, score_rows=10)))
    samples = split_samples(draws, problem)
    rows = rows_of(samples, "fixed", arm)[0]
    return arm, build_architecture(arm, input_shape(arm, samples)), rows


def arm_called(name: str) -> tuple[Problem, Arm]:
    """Return a technique's arm with its problem, or a problem's baseline."""
    problems, techniques = _blocks("problems"), {**_blocks("techniques"), **TECHNIQUES}
    home = name if name in problems else techniques[name]["problem"]
    problem = Problem(**problems[home])
    arm = baseline(home, problem)
    if name in techniques:
        words = {"title": name, "family": "other", "explanation": name}
        arm = apply(name, Technique(**{**words, **techniques[name]}), arm)
    return problem, arm


def random_rows(n_rows: int, n_features: int, seed: int = 0) -> Rows:
    """Return rows of two classes to train on, and a quarter as many to validate."""
    random = np.random.default_rng(seed)
    direction = random.normal(size=n_features)

    def part(n: int) -> tuple[np.ndarray, np.ndarray]:
        x = random.normal(size=(n, n_features)).astype("float32")
        noisy = x @ direction + random.normal(size=n)
        return x, (noisy > 0).astype("float32")[:, None]

    (x, y), (x_val, y_val) = part(n_rows), part(max(n_rows // 4, 1))
    return Rows(seed, x, y, x_val, y_val, x_val, y_val)


@cache
def _blocks(kind: str) -> dict[str, dict[str, Any]]:
    return yaml.safe_load((CONF / f"{kind}.yml").read_text())
