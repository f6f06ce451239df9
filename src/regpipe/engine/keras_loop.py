"""The same training by `keras.Model.fit` itself: what the compiled loop is checked against.

What Keras lacks is there as `regpipe.ingredients` has it in plain Keras: the very classes that the
report pastes.
"""

import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from regpipe.backend import keras
from regpipe.candidates.arm import Arm
from regpipe.engine.fit import AFRESH, Fit, Start, make_fit
from regpipe.engine.forward import VALIDATION_BATCH
from regpipe.engine.keras_objects import make_loss, make_optimizer
from regpipe.engine.muted import muted
from regpipe.engine.network import Architecture, register
from regpipe.engine.plain import Plain, mixed, plain_training
from regpipe.engine.weights import (
    initial_weights,
    load_weights,
    random_state,
    random_states,
    weight_names,
)
from regpipe.rows.arrays import Rows


class KerasLoop:
    """`compile` and `fit` of Keras, from the same initial weights as the compiled loop."""

    def __init__(self, arm: Arm, architecture: Architecture) -> None:
        self.architecture = architecture
        self.arm, self.training, self.task = arm, arm.training, arm.task

    def fit(self, rows: Rows, seed: int, start: Start = AFRESH) -> Fit:
        """Train a new model on `rows`; initial weights, order, masks and noise come from `seed`."""
        keras.utils.set_random_seed(seed)  # Keras shuffles by the process-wide seed
        plain = plain_training(self.training)
        model = self._model(plain.models, seed, start)
        optimizer = make_optimizer(self.training)
        kind = mixed(f"Own{type(optimizer).__name__}", plain.optimizers, type(optimizer))
        model.compile(
            optimizer=kind.from_config(optimizer.get_config()),
            loss=make_loss(self.training.loss),
            metrics=[self.task.logged],
        )
        extra = {p.made.__name__: p.made(p.idea.model_dump(), rows.y_train) for p in plain.weighing}
        epochs, begun = start.epochs or self.training.epochs, time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            further = {
                "epochs": self.training.epochs,
                "filepath": str(Path(folder) / "best.weights.h5"),
            }
            callbacks = [part.made(**part.called(**further)) for part in plain.callbacks]
            if start.limit is not None:
                callbacks[-1].value = start.limit
            logs = self._train(model, rows, callbacks, epochs, extra)
        weights = [weight.numpy() for weight in model.weights]
        for part, callback in zip(plain.callbacks, callbacks, strict=True):
            weights = part.idea.kept_by(callback, weights)
        return make_fit(
            dict(zip(weight_names(model), weights, strict=True)),
            {name: self._of_every_epoch(logs, name) for name in self.task.logs},
            time.perf_counter() - begun,
            stopped=model.stop_training,
            best_epoch=_best_epoch(plain.callbacks, callbacks),
        )

    def _model(self, ideas: Sequence[Plain], seed: int, start: Start) -> keras.Model:
        register()
        kind = mixed("Network", ideas, keras.Sequential)
        model = kind.from_config(self.architecture["config"])
        drawn = initial_weights(model, start.draws_weights_from(seed))
        for weight, value in zip(model.weights, drawn, strict=True):
            if value is not None:
                weight.assign(value)
        for place, state in enumerate(random_states(model)):
            state.assign(random_state(seed, place))
        if start.weights:
            load_weights(model, start.weights)
        return model

    def _train(
        self,
        model: keras.Model,
        rows: Rows,
        callbacks: list[Any],
        epochs: int,
        extra: dict[str, Any],
    ) -> dict[str, Any]:
        training = self.training
        # Callbacks warn after an epoch without validation.
        with muted if training.validation_freq > 1 else nullcontext():
            return model.fit(
                rows.x_train,
                rows.y_train,
                validation_data=(rows.x_val, rows.y_val),
                validation_batch_size=VALIDATION_BATCH,
                validation_freq=training.validation_freq,
                epochs=epochs,
                batch_size=training.batch_size,
                shuffle=training.shuffle,
                callbacks=callbacks,
                verbose=0,
                **extra,
            ).history

    def _of_every_epoch(self, logs: dict[str, Any], name: str) -> np.ndarray:
        """Return a number per epoch, NaN for `val_` where it wasn't validated."""
        numbers = np.full(len(logs["loss"]), np.nan, "float32")
        freq = self.training.validation_freq if name.startswith("val_") else 1
        numbers[freq - 1 :: freq] = logs.get(name, [])
        return numbers


def _best_epoch(parts: Sequence[Plain], callbacks: Sequence[Any]) -> int | None:
    """Return the best epoch, counted from 1: that of the last rule that puts its weights back.

    Where none does, it is that of the last one that has any.
    """
    best = [
        (callback.best_epoch + 1, part.idea.keeps_best)
        for part, callback in zip(parts, callbacks, strict=True)
        if part.idea.watches and callback.best is not None and callback.best_epoch is not None
    ]
    keeping = [epoch for epoch, keeps in best if keeps]
    return (keeping or [epoch for epoch, _ in best] or [None])[-1]
