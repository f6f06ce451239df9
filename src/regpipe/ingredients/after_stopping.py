"""A second pass over all rows, once a first one has found when to stop on held-out rows.

`refit`: the network is trained anew, on all rows, for as many epochs as were best on average over
several ways to hold out rows. `continue`: it is trained on with the held-out rows added, until its
loss on them is down to what the loss on the others was at the best epoch, or the epochs are spent.
The optimizer begins anew.

Source: I. Goodfellow, Y. Bengio, A. Courville, "Deep learning" (2016), algorithms 7.2 and 7.3.
"""

from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import PositiveInt

from regpipe.ingredients._slots import Ingredient
from regpipe.ingredients.below import Below as BelowRule
from regpipe.seeds import derive


class SecondPass(Ingredient):
    """What both have in common: a first pass that holds out rows and stops."""

    training_key: ClassVar = "after_stopping"
    discriminator: ClassVar = "then"

    @property
    def keeps_best(self) -> bool:
        """Whether it puts back the weights that were the best: it trains for as long as those."""
        return True

    def check(self, training: Any) -> None:
        """Raise ValueError unless there are rows to hold out, and a rule to stop by."""
        if not (training.validation_split and (training.early_stopping or training.stop_when)):
            raise ValueError(
                "after_stopping expects a validation_split and a rule to stop by, such as "
                "early_stopping"
            )


class Refit(SecondPass):
    """Train anew on all rows, for the mean best epoch over `splits` ways to hold out rows."""

    trains_on_all: ClassVar = True

    then: Literal["refit"]
    splits: PositiveInt = 5

    def train(self, once: Any, hold_out: Any, training: Any, rows: Any, seed: int) -> Any:
        """Return the last of several fits."""
        share, first = training.validation_split, {"after_stopping": None}
        firsts = [
            once(first, hold_out(rows, share, derive(seed, "split", k), (k, self.splits)), seed)
            for k in range(self.splits)
        ]
        epochs = round(float(np.mean([fit.best_epoch for fit in firsts])))
        second = first | _without_rules(training) | {"validation_split": None}
        last = once(second, rows, seed, epochs=epochs)
        return _sum_up([*firsts, last], last.history, epochs, training.epochs)

    def plain(self) -> Any:
        """Return what does the same with functions that a script has."""

        def refit(build_model, first_pass, train, splits=5):
            """Train on all rows for the mean best epoch over several ways to hold out rows."""
            best_epochs = []
            for split in range(splits):
                _, best_epoch, _ = first_pass(build_model(), split)
                best_epochs.append(best_epoch)
            model = build_model()
            train(model, epochs=round(sum(best_epochs) / splits))
            return model

        return refit


class Continue(SecondPass):
    """Train on with the held-out rows added, until their loss is what the training loss was."""

    then: Literal["continue"]

    def check(self, training: Any) -> None:
        """Raise ValueError for a strength, or a learning rate, that would begin anew, too."""
        super().check(training)
        for idea in filter(None, (training.ramp, training.cosine)):
            if not idea.is_neutral:
                raise ValueError(
                    f"{idea.key()}: training on after stopping would begin it anew. Expected refit"
                )

    def train(self, once: Any, hold_out: Any, training: Any, rows: Any, seed: int) -> Any:
        """Return two fits as one."""
        held = hold_out(rows, training.validation_split, seed)
        first = once({"after_stopping": None}, held, seed)
        left = training.epochs - first.epochs
        if not left:
            return first
        limit = float(first.history["loss"][first.best_epoch - 1])
        second = {"after_stopping": None, "validation_split": None} | _without_rules(training)
        # The limit is another in each fit, and given to it.
        second |= {"stop_when": BelowRule(rule="below", monitor="val_loss", value=0.0)}
        watched = replace(rows, x_val=held.x_val, y_val=held.y_val)
        seed = derive(seed, "second pass")
        last = once(second, watched, seed, weights=first.weights, epochs=left, limit=limit)
        history = {
            name: np.concatenate([first.history[name], numbers])
            for name, numbers in last.history.items()
        }
        return _sum_up([first, last], history, len(history["loss"]), training.epochs)

    def plain(self) -> Any:
        """Return what does the same with functions that a script has, and the rule that ends it."""
        Below = BelowRule(rule="below", value=0.0).plain()

        def train_on(build_model, first_pass, train, epochs):
            """Go on with all rows, until the held-out ones' loss is what the others' was."""
            model = build_model()
            history, best_epoch, held_out = first_pass(model)
            limit, left = history["loss"][best_epoch - 1], epochs - len(history["loss"])
            train(model, watched=held_out, epochs=left, rules=[Below(limit)])
            return model

        return Below, train_on


def _without_rules(training: Any) -> dict[str, Any]:
    """Return what leaves out the rules of the first pass."""
    return dict.fromkeys(rule.key() for rule in training.watches)


def _sum_up(passes: list[Any], history: dict[str, np.ndarray], best: int, epochs: int) -> Any:
    """Return the last pass with the seconds of all, and its last epoch as the one that is kept."""
    last = passes[-1]
    ended = "stopped" if len(history["loss"]) < epochs else "completed"
    return replace(
        last,
        history=history,
        outcome="diverged" if last.outcome == "diverged" else ended,
        best_epoch=best,
        seconds=sum(fit.seconds for fit in passes),
    )
