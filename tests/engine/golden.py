"""A few fits as they once were: what an upgrade of a library changes, it changes here, too.

To renew `golden.json`, once a change is meant: `python -m tests.engine.golden`
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from regpipe.language import FixedProtocol, FreshProtocol, Protocol
from regpipe.pipelines.arm.nodes import build_network
from regpipe.pipelines.fits import watched
from regpipe.rows.arrays import rows_of
from regpipe.rows.samples import draw_samples, split_samples
from tests.conftest import PROBLEMS, arm_called, fit_by

FILE = Path(__file__).with_suffix(".json")
SEED, N_ROWS = 7, 40
# Techniques, and what of their training is changed, of each kind of network and of randomness.
FITS: dict[str, dict[str, Any]] = {
    "weight_l2": {"epochs": 20},
    "dropout": {"epochs": 20},
    "dropout_batchnorm_l2": {"epochs": 20},
    "early_stopping": {"epochs": 200, "optimizer": {"Adam": {"learning_rate": 0.05}}},
    "weight_l2_cnn": {"epochs": 2},
    "weight_l2_lstm": {"epochs": 3},
}
# A bias before a batch normalization, which takes off again what it adds: its gradient is rounding.
ROUNDING = {"dropout_batchnorm_l2": ("hidden/bias",)}


def trained(name: str) -> dict[str, Any]:
    """Return what became of a fit, in few numbers: its last epoch, and the norm of each weight."""
    arm = arm_called(name, **FITS[name])
    protocol = Protocol(fixed=FixedProtocol(repeats=2), fresh=FreshProtocol(repeats=2))
    samples = split_samples(draw_samples(PROBLEMS[arm.problem], protocol), PROBLEMS[arm.problem])
    rows = rows_of(samples, "fixed", arm)[0]
    rows = replace(rows, x_train=rows.x_train[:N_ROWS], y_train=rows.y_train[:N_ROWS])
    fit = fit_by("compiled", arm, build_network(arm, samples), watched(arm, rows, SEED), SEED)
    return {
        "outcome": fit.outcome,
        "epochs": fit.epochs,
        "best_epoch": fit.best_epoch,
        "last": {log: float(numbers[-1]) for log, numbers in fit.history.items()},
        "norms": {
            path: float(np.linalg.norm(value))
            for path, value in fit.weights.items()
            if path not in ROUNDING.get(name, ())
        },
    }


def main() -> None:
    """Write the file anew, with the graphs that the test trains."""
    from tests.command_lines import make_cheap

    make_cheap(drawn=True)
    made = {name: trained(name) for name in FITS}
    FILE.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
