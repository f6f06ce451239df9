"""What is to be trained, and its key in the store once it has been."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from regpipe.candidates.arm import Arm
from regpipe.language import Engine, Random
from regpipe.provenance.closures import code_digest
from regpipe.provenance.digests import digest
from regpipe.rows.arrays import Rows

# What decides what a fit of an arm on its rows becomes. (Other libraries read blocks and scores.)
CODE, LIBRARIES = "regpipe.engine.loops.Loops", ("keras", "tensorflow", "numpy")


@dataclass(frozen=True)
class Job:
    """One training: an arm with its Keras architecture, the rows, and the seed.

    `weights_seed` is that of the initial weights alone, where they shall not come from `seed`.
    """

    arm: Arm
    architecture: dict[str, Any]
    rows: Rows
    seed: int
    weights_seed: int | None = None

    def key(self, engine: Engine, random: Random = "hash") -> str:
        """Return the key of a fit: equal wherever an equal fit would come out.

        Names and titles aren't part of it: two techniques that mean the same are trained once.
        """
        arm, rows = self.arm, self.rows
        watched = [rows.x_train, rows.y_train, rows.x_val, rows.y_val]
        if arm.training.passes:  # which hold out rows by these
            watched += [part for part in (rows.groups, rows.times) if part is not None]
        return digest(
            {
                "layers": [
                    [name, layer.kind, layer.arguments] for name, layer in arm.layers.items()
                ],
                "training": arm.training.model_dump(),
                "task": arm.task.name,
                "rows": [_digest(part) for part in watched],
                "room": rows.room,
                "seed": self.seed,
                "weights_seed": self.seed if self.weights_seed is None else self.weights_seed,
                "engine": [engine, random],
                "code": code_digest(CODE, LIBRARIES),
            }
        )


def _digest(array: np.ndarray) -> str:
    shape = f"{array.dtype}{array.shape}".encode()
    return hashlib.sha256(shape + np.ascontiguousarray(array).tobytes()).hexdigest()
