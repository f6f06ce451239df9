"""What one training leaves behind."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

Outcome = Literal["completed", "stopped", "diverged"]


@dataclass(frozen=True)
class Start:
    """Where a training begins, if not by its seed, and when it has to end.

    Attributes:
        weights_seed: from which the initial weights are drawn; the training's seed if not given.
        weights: by their path; drawn from that seed if not given.
        epochs: how many to train at most; those of the `Training` if not given.
        limit: what the rule `below` waits for; its `value` if not given.
    """

    weights_seed: int | None = None
    weights: dict[str, np.ndarray] | None = None
    epochs: int | None = None
    limit: float | None = None

    def draws_weights_from(self, seed: int) -> int:
        """Return the seed of the initial weights in a training of that seed."""
        return seed if self.weights_seed is None else self.weights_seed


AFRESH = Start()


@dataclass(frozen=True)
class Fit:
    """One training of one arm.

    Attributes:
        weights: each weight by its path, such as `hidden/kernel`, as they are kept in the end; of a
            snapshot ensemble those of all its networks, stacked along a first axis.
        history: a number per epoch, from epoch 1, by the name Keras logs it under (`loss`,
            `accuracy`, `val_loss`, `val_accuracy`); arrays of shape (epochs,). As in Keras, losses
            contain the penalties.
        outcome: `diverged` where the last loss or a weight isn't finite; `stopped` where a rule
            ended the training before its last epoch.
        best_epoch: the best epoch by the rule that watched, else that with the lowest val_loss;
            the last one where there was no validation; counted from 1.
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


def make_fit(
    weights: dict[str, np.ndarray],
    history: dict[str, np.ndarray],
    seconds: float,
    *,
    stopped: bool,
    best_epoch: int | None,
) -> Fit:
    """Return the fit that these weights and this history amount to."""
    numbers = [history["loss"][-1], *weights.values()]
    finite = all(np.isfinite(number).all() for number in numbers)
    seen = np.flatnonzero(~np.isnan(history["val_loss"]))  # the epochs whose val_loss is a number
    lowest = seen[history["val_loss"][seen].argmin()] if len(seen) else len(history["loss"]) - 1
    return Fit(
        weights=weights,
        history=history,
        outcome="diverged" if not finite else "stopped" if stopped else "completed",
        best_epoch=best_epoch or int(lowest) + 1,
        seconds=seconds,
    )
