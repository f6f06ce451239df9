"""The reference: the same training by `keras.Model.fit` itself."""

import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from regpipe.arm import Arm
from regpipe.backend import keras, tf
from regpipe.engine.compiled import VALIDATION_BATCH
from regpipe.engine.fit import Fit, make_fit
from regpipe.engine.keras_objects import build_optimizer
from regpipe.engine.stopping import Rule, rules_of
from regpipe.engine.weights import initial_weights, random_state, random_states, weight_names
from regpipe.network import Architecture, build_model
from regpipe.problems.samples import Rows


class KerasLoop:
    """`compile` and `fit` of Keras, from the same initial weights as the compiled loop."""

    def __init__(self, arm: Arm, architecture: Architecture) -> None:
        """Keep what a model is built from; each fit builds its own."""
        self.architecture = architecture
        self.training, self.task = arm.training, arm.task

    def fit(self, rows: Rows, seed: int) -> Fit:
        """Train once on `rows`; initial weights, order, masks and noise come from `seed`."""
        keras.utils.set_random_seed(seed)  # Keras shuffles by the process-wide seed
        model = build_model(self.architecture)
        drawn = initial_weights(model, seed)
        for weight, value in zip(model.weights, drawn, strict=True):
            if value is not None:
                weight.assign(value)
        for place, state in enumerate(random_states(model)):
            state.assign(random_state(seed, place))
        model.compile(
            optimizer=build_optimizer(self.training, model),
            loss=self.training.loss,
            metrics=[self.task.logged],
        )
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            callbacks = self._callbacks(Path(folder))
            logs = self._train(model, rows, callbacks)
            best_epoch = _best_epoch(callbacks)
            if self.training.checkpoint:
                model.load_weights(max(Path(folder).iterdir()))
                best_epoch = int(max(Path(folder).iterdir()).name.split(".")[0])
        weights = [w.numpy() for w in model.weights]
        return make_fit(
            dict(zip(weight_names(model), weights, strict=True)),
            {name: self._of_every_epoch(logs, name) for name in self.task.logs},
            time.perf_counter() - start,
            stopped=model.stop_training,
            best_epoch=best_epoch,
        )

    def _callbacks(self, folder: Path) -> list[keras.callbacks.Callback]:
        training = self.training
        callbacks: list[keras.callbacks.Callback] = []
        if training.stop_when:
            only = training.model_copy(update={"early_stopping": None, "checkpoint": None})
            callbacks.append(RuleCallback(rules_of(only, self.task.logs)[0], self.task.logs))
        if training.early_stopping:
            asked = training.early_stopping.model_dump()
            callbacks.append(keras.callbacks.EarlyStopping(**asked))
        if training.checkpoint:
            file = folder / "{epoch:09d}.weights.h5"
            asked = training.checkpoint.model_dump()
            callbacks.append(
                keras.callbacks.ModelCheckpoint(
                    file, save_best_only=True, save_weights_only=True, **asked
                )
            )
        return callbacks

    def _train(self, model: keras.Model, rows: Rows, callbacks: list[Any]) -> dict[str, Any]:
        training = self.training
        with warnings.catch_warnings():
            if training.validation_freq > 1:  # the callbacks warn where there is nothing to look at
                warnings.simplefilter("ignore", UserWarning)
            return model.fit(
                rows.x_train,
                rows.y_train,
                validation_data=(rows.x_val, rows.y_val),
                validation_batch_size=VALIDATION_BATCH,
                validation_freq=training.validation_freq,
                epochs=training.epochs,
                batch_size=training.batch_size,
                shuffle=training.shuffle,
                callbacks=callbacks,
                verbose=0,
            ).history

    def _of_every_epoch(self, logs: dict[str, Any], name: str) -> np.ndarray:
        """Return a number per epoch, NaN where the held-out rows weren't looked at."""
        numbers = np.full(len(logs["loss"]), np.nan, "float32")
        freq = self.training.validation_freq if name.startswith("val_") else 1
        numbers[freq - 1 :: freq] = logs.get(name, [])
        return numbers


class RuleCallback(keras.callbacks.Callback):
    """Lets one of our rules, which Keras lacks, watch `fit`."""

    def __init__(self, rule: Rule, names: tuple[str, ...]) -> None:
        """Take the rule, and the names of the logs in the order in which it wants them."""
        super().__init__()
        self.rule, self.names = rule, names
        self.best_weights: list[np.ndarray] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Tell the rule the epoch's logs, and do as it says."""
        assert logs is not None
        if self.rule.spec.monitor not in logs:
            return
        numbers = tf.constant([logs.get(name, float("nan")) for name in self.names])
        keep, stop = self.rule.update(tf.constant(epoch), numbers)
        if keep:
            self.best_weights = self.model.get_weights()
        self.model.stop_training = bool(stop)

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Put the best weights back."""
        self.model.set_weights(self.best_weights)


def _best_epoch(callbacks: list[Any]) -> int | None:
    """Return the best epoch by the last callback that knows one, counted from 1."""
    for callback in reversed(callbacks):
        if isinstance(callback, RuleCallback):
            return int(callback.rule.best_epoch.numpy()) + 1
        if isinstance(callback, keras.callbacks.EarlyStopping):
            return callback.best_epoch + 1
    return None
