"""The reference: the same training by `keras.Model.fit` itself."""

import tempfile
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.candidates.arm import Arm
from regpipe.engine.compiled import VALIDATION_BATCH
from regpipe.engine.fit import AFRESH, Fit, Start, make_fit
from regpipe.engine.keras_objects import build_optimizer, make_loss
from regpipe.engine.network import Architecture, build_model
from regpipe.engine.noise import StepNoise
from regpipe.engine.ramp import Ramping
from regpipe.engine.snapshots import Snapshots
from regpipe.engine.stopping import Rule, rules_of
from regpipe.engine.strengths import free_strengths
from regpipe.engine.weight_average import AveragedWeights
from regpipe.engine.weights import (
    initial_weights,
    load_weights,
    random_state,
    random_states,
    weight_names,
)
from regpipe.ingredients.class_weights import class_weights
from regpipe.rows.arrays import Rows


class KerasLoop:
    """`compile` and `fit` of Keras, from the same initial weights as the compiled loop."""

    def __init__(self, arm: Arm, architecture: Architecture) -> None:
        """Keep what a model is built from; each fit builds its own."""
        self.architecture = architecture
        self.arm, self.training, self.task = arm, arm.training, arm.task

    def fit(self, rows: Rows, seed: int, start: Start = AFRESH) -> Fit:
        """Train once on `rows`; initial weights, order, masks and noise come from `seed`."""
        keras.utils.set_random_seed(seed)  # Keras shuffles by the process-wide seed
        model = build_model(self.architecture)
        ramp = self._ramp(model)
        drawn = initial_weights(model, start.draws_weights_from(seed))
        for weight, value in zip(model.weights, drawn, strict=True):
            if value is not None:
                weight.assign(value)
        for place, state in enumerate(random_states(model)):
            state.assign(random_state(seed, place))
        if start.weights:
            load_weights(model, start.weights)
        noise = StepNoise(self.training, model)
        noise.reset(seed)
        trained = NoisyModel(model.inputs[0], model.outputs[0], noise=noise)
        optimizer = build_optimizer(self.training, model)
        several = self.training.snapshot_ensemble
        snapshots = Snapshots(self.training, model, optimizer) if several else None
        trained.compile(
            optimizer=optimizer,
            loss=make_loss(self.training.loss),
            metrics=[self.task.logged],
        )
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            average = self._average(model)
            callbacks = [*ramp, *average, *self._callbacks(Path(folder), start.limit)]
            if snapshots:
                callbacks.append(_taking(snapshots))
            epochs = start.epochs or self.training.epochs
            logs = self._train(trained, rows, callbacks, epochs)
            best_epoch = _best_epoch(callbacks)
            if saved := sorted(Path(folder).iterdir()):
                trained.load_weights(saved[-1])
                best_epoch = int(saved[-1].name.split(".")[0])
        weights = snapshots.numpy() if snapshots else [w.numpy() for w in model.weights]
        return make_fit(
            dict(zip(weight_names(model), weights, strict=True)),
            {name: self._of_every_epoch(logs, name) for name in self.task.logs},
            time.perf_counter() - begun,
            stopped=trained.stop_training,
            best_epoch=best_epoch,
        )

    def _ramp(self, model: keras.Model) -> list[keras.callbacks.Callback]:
        if not self.training.ramp:
            return []
        ramping = Ramping(self.training, free_strengths(model, self.architecture))
        return [keras.callbacks.LambdaCallback(on_epoch_begin=lambda e, _: ramping.begin(e))]

    def _average(self, model: keras.Model) -> list[keras.callbacks.Callback]:
        if not self.training.weight_average:
            return []
        average = AveragedWeights(self.training, model)

        def put_back(_: Any) -> None:
            model.set_weights(average.numpy())

        return [
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, _: average.update(epoch), on_train_end=put_back
            )
        ]

    def _callbacks(
        self, folder: Path, limit: float | None = None
    ) -> list[keras.callbacks.Callback]:
        training = self.training
        callbacks: list[keras.callbacks.Callback] = []
        if training.stop_when:
            only = training.model_copy(update={"early_stopping": None, "checkpoint": None})
            rule = rules_of(only, self.task.logs)[0]
            rule.reset(limit)
            callbacks.append(RuleCallback(rule, self.task.logs))
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

    def _train(
        self, model: keras.Model, rows: Rows, callbacks: list[Any], epochs: int
    ) -> dict[str, Any]:
        training = self.training
        asked = training.class_weight
        with warnings.catch_warnings():
            if training.validation_freq > 1:  # the callbacks warn where there is nothing to look at
                warnings.simplefilter("ignore", UserWarning)
            return model.fit(
                rows.x_train,
                rows.y_train,
                validation_data=(rows.x_val, rows.y_val),
                validation_batch_size=VALIDATION_BATCH,
                validation_freq=training.validation_freq,
                epochs=epochs,
                batch_size=training.batch_size,
                shuffle=training.shuffle,
                class_weight=class_weights(asked, rows.y_train) if asked else None,
                callbacks=callbacks,
                verbose=0,
            ).history

    def _of_every_epoch(self, logs: dict[str, Any], name: str) -> np.ndarray:
        """Return a number per epoch, NaN where the held-out rows weren't looked at."""
        numbers = np.full(len(logs["loss"]), np.nan, "float32")
        freq = self.training.validation_freq if name.startswith("val_") else 1
        numbers[freq - 1 :: freq] = logs.get(name, [])
        return numbers


class NoisyModel(keras.Model):
    """A model whose training step has the noise that Keras lacks, and is Keras' own without."""

    def __init__(self, *args: Any, noise: StepNoise, **kwargs: Any) -> None:
        """Take inputs, outputs and the noise."""
        super().__init__(*args, **kwargs)
        self.noise = noise

    def train_step(self, data: Any) -> dict[str, Any]:
        """Take a step on a batch."""
        if not self.noise:
            return super().train_step(data)
        x, y, row_weights = keras.utils.unpack_x_y_sample_weight(data)
        weights, y = self.trainable_variables, self.noise.targets(y)
        pairs = self.noise.pairs(tf.shape(x)[0])
        with self.noise.on_weights(weights):
            with tf.GradientTape() as tape:
                predictions = self(pairs.mix(x) if pairs else x, training=True)
                total = partial(self._total_loss, x, predictions)
                targets = (y,) if row_weights is None else (y, row_weights)
                loss = pairs.loss(total, *targets) if pairs else total(*targets)
                scaled = self.optimizer.scale_loss(loss)
            gradients = tape.gradient(scaled, weights)
        step = tf.convert_to_tensor(self.optimizer.iterations)  # of accumulated steps: computed
        self.optimizer.apply(self.noise.gradients(gradients, step), weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=tf.shape(x)[0])
            else:
                metric.update_state(y, predictions)
        return {metric.name: metric.result() for metric in self.metrics}

    def _total_loss(self, x: Any, predictions: Any, y: Any, row_weights: Any = None) -> Any:
        return self.compute_loss(x=x, y=y, y_pred=predictions, sample_weight=row_weights)


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
        if self.rule.keeps_best and self.best_weights:
            self.model.set_weights(self.best_weights)


def _taking(snapshots: Snapshots) -> keras.callbacks.Callback:
    return keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, _: snapshots.begin(epoch),
        on_epoch_end=lambda epoch, _: snapshots.update(epoch),
    )


def _best_epoch(callbacks: list[Any]) -> int | None:
    """Return the best epoch, counted from 1: that of the last callback that keeps its weights.

    Where none does, it is that of the last one that knows any.
    """
    best = [found for callback in callbacks if (found := _best_of(callback))]
    keeping = [epoch for epoch, keeps in best if keeps]
    return (keeping or [epoch for epoch, _ in best] or [None])[-1]


def _best_of(callback: Any) -> tuple[int | None, bool] | None:
    """Return a callback's best epoch, and whether it puts the weights of that epoch back."""
    if isinstance(callback, RuleCallback):
        return callback.rule.best, callback.rule.keeps_best
    if isinstance(callback, keras.callbacks.EarlyStopping):
        looked = callback.best is not None
        return (callback.best_epoch + 1 if looked else None), callback.restore_best_weights
    return None
