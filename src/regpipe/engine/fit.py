"""What one training leaves behind."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Outcome = Literal["completed", "stopped", "diverged"]


@dataclass(frozen=True)
class Fit:
    """One training of one arm.

    Attributes:
        weights: each weight by its path, such as `hidden/kernel`, as they are kept in the end.
        history: a number per epoch, from epoch 1, by the name Keras logs it under (`loss`,
            `accuracy`, `val_loss`, `val_accuracy`); arrays of shape (epochs,). As in Keras, losses
            contain the penalties.
        outcome: `diverged` where the last loss or a weight isn't finite.
        best_epoch: the epoch with the lowest val_loss, counted from 1.
        seconds: wall-clock time of the training, without compiling.
    """

    weights: dict[str, np.ndarray]
    history: dict[str, np.ndarray]
    outcome: Outcome
    best_epoch: int
    seconds: float

    @property
    def epochs(self) -> int:
        """Return how many epochs were trained."""
        return len(self.history["loss"])


def make_fit(weights: dict[str, np.ndarray], history: dict[str, np.ndarray], seconds: float) -> Fit:
    """Return the fit that these weights and this history amount to."""
    finite = np.isfinite(history["loss"][-1]) and all(
        np.isfinite(w).all() for w in weights.values()
    )
    val_loss = np.where(np.isnan(history["val_loss"]), np.inf, history["val_loss"])
    return Fit(
        weights=weights,
        history=history,
        outcome="completed" if finite else "diverged",
        best_epoch=int(val_loss.argmin()) + 1,
        seconds=seconds,
    )
