"""A second pass over all rows, once a first one has found when to stop on held-out rows.

`refit`: the network is trained anew, on all rows, for as many epochs as were best on average over
several ways to hold out rows. `continue`: it is trained on with the held-out rows added, until its
loss on them is down to what the loss on the others was at the best epoch, or the epochs are spent.
The optimizer begins anew.

Source: I. Goodfellow, Y. Bengio, A. Courville, "Deep learning" (2016), algorithms 7.2 and 7.3.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from regpipe.candidates.arm import Arm
from regpipe.engine.fit import AFRESH, Fit, Outcome, Start
from regpipe.language import Below, Refit
from regpipe.rows.arrays import Rows, hold_out
from regpipe.seeds import derive


class Loop(Protocol):
    """A loop of either engine."""

    def fit(self, rows: Rows, seed: int, *, start: Start = ...) -> Fit:
        """Train once."""
        ...


class TwoPasses:
    """Trains an arm whose `after_stopping` asks for a second pass."""

    def __init__(self, arm: Arm, make_loop: Callable[[Arm, Rows], Loop]) -> None:
        """Keep how to make a loop of an arm for rows of a number; it is made once it is needed."""
        self._asked, self._share = arm.training.after_stopping, arm.training.validation_split
        self._arms = {"first": _with(arm, after_stopping=None), "second": _second(arm)}
        self._make_loop = make_loop
        self._loops: dict[str, Loop] = {}

    def fit(self, rows: Rows, seed: int, *, start: Start = AFRESH) -> Fit:
        """Train twice or more, and return the last training; rows are held out by the seed.

        Of `start`, the seed of the initial weights is used alone.
        """
        go = self._refit if isinstance(self._asked, Refit) else self._continue
        return go(rows, seed, Start(weights_seed=start.weights_seed))

    def _refit(self, rows: Rows, seed: int, start: Start) -> Fit:
        assert isinstance(self._asked, Refit)
        firsts = [
            self._pass("first", self._hold_out(rows, derive(seed, "split", k)), seed, start)
            for k in range(self._asked.splits)
        ]
        epochs = round(float(np.mean([fit.best_epoch for fit in firsts])))
        last = self._pass("second", rows, seed, replace(start, epochs=epochs))
        return _sum_up([*firsts, last], last.history, epochs, self._arms["first"].training.epochs)

    def _continue(self, rows: Rows, seed: int, start: Start) -> Fit:
        held = self._hold_out(rows, seed)
        first = self._pass("first", held, seed, start)
        epochs = self._arms["first"].training.epochs
        left = epochs - first.epochs
        if not left:
            return first
        limit = float(first.history["loss"][first.best_epoch - 1])
        further = Start(weights=first.weights, epochs=left, limit=limit)
        watched = replace(rows, x_val=held.x_val, y_val=held.y_val)
        last = self._pass("second", watched, derive(seed, "second pass"), further)
        history = {
            name: np.concatenate([first.history[name], numbers])
            for name, numbers in last.history.items()
        }
        return _sum_up([first, last], history, len(history["loss"]), epochs)

    def _hold_out(self, rows: Rows, seed: int) -> Rows:
        assert self._share is not None
        return hold_out(rows, self._share, seed)

    def _pass(self, name: str, rows: Rows, seed: int, start: Start) -> Fit:
        if name not in self._loops:
            self._loops[name] = self._make_loop(self._arms[name], rows)
        return self._loops[name].fit(rows, seed, start=start)


def _second(arm: Arm) -> Arm:
    """Return the arm of the second pass: no rule but the one that ends it."""
    rules: dict[str, Any] = dict.fromkeys(("early_stopping", "checkpoint", "stop_when"))
    if not isinstance(arm.training.after_stopping, Refit):
        # The limit is another in each fit, and given to it.
        rules["stop_when"] = Below(rule="below", monitor="val_loss", value=0.0)
    return _with(arm, after_stopping=None, validation_split=None, **rules)


def _with(arm: Arm, **training: Any) -> Arm:
    return replace(arm, training=arm.training.model_copy(update=training))


def _sum_up(passes: list[Fit], history: dict[str, np.ndarray], best: int, epochs: int) -> Fit:
    """Return the last pass with the seconds of all, and its last epoch as the one that is kept."""
    last = passes[-1]
    ended: Outcome = "stopped" if len(history["loss"]) < epochs else "completed"
    return replace(
        last,
        history=history,
        outcome="diverged" if last.outcome == "diverged" else ended,
        best_epoch=best,
        seconds=sum(fit.seconds for fit in passes),
    )
