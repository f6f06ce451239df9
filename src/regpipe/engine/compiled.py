"""The epochs of a training in one compiled loop, with the semantics of `keras.Model.fit`.

Keras spends nearly all of its time in Python between steps. Here a block of epochs (batches,
gradients, optimizer, constraints, validation) is one XLA program that loops by itself and returns
a number per epoch. Model and optimizer are Keras' own. Rows, weights, random states and strengths
live in variables, so that one compile serves every repeat and both protocols.
"""

import logging
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.candidates.arm import Arm
from regpipe.engine.fit import AFRESH, Fit, Start, make_fit
from regpipe.engine.keras_objects import METRICS, build_optimizer, make_loss
from regpipe.engine.network import Architecture, build_model
from regpipe.engine.noise import StepNoise
from regpipe.engine.ramp import Ramping
from regpipe.engine.randomness import hashed_randomness
from regpipe.engine.snapshots import Snapshots
from regpipe.engine.stopping import Rule, rules_of
from regpipe.engine.strengths import free_strengths
from regpipe.engine.training_strengths import free_training
from regpipe.engine.weight_average import AveragedWeights
from regpipe.engine.weights import (
    initial_weights,
    load_weights,
    random_state,
    random_states,
    weight_names,
)
from regpipe.ingredients.class_weights import row_weights
from regpipe.rows.arrays import Rows
from regpipe.seeds import derive

logger = logging.getLogger(__name__)

BLOCK_EPOCHS = 100  # per call of the compiled loop; its cost, about 0.2 ms, is spread over them
VALIDATION_BATCH = 4096  # rows per batch of validation, so that many rows fit into memory


class CompiledLoop:
    """A training loop compiled for one architecture, one `Training` and one number of rows."""

    def __init__(self, arm: Arm, architecture: Architecture, rows: Rows) -> None:
        """Build the model and its variables, and compile the loop.

        Args:
            arm: says how to train: optimizer, loss, epochs, batch size, stopping, ...
            architecture: the JSON of its Keras model.
            rows: any rows of the shapes that will be trained on.
        """
        self.training, of_training = free_training(arm.training)
        self.task = arm.task
        self.model = build_model(architecture)
        of_network = free_strengths(self.model, architecture)
        self.strengths = {**of_network, **of_training}
        self.optimizer = build_optimizer(self.training, self.model)
        self._built = [v.numpy() for v in (*self.model.weights, *self.optimizer.variables)]
        self._loss = make_loss(self.training.loss)
        self._noise = StepNoise(self.training, self.model)
        self._ramp = Ramping(self.training, of_network) if self.training.ramp else None
        averages = self.training.weight_average
        self._average = AveragedWeights(self.training, self.model) if averages else None
        several = self.training.snapshot_ensemble
        self._snapshots = Snapshots(self.training, self.model, self.optimizer) if several else None
        self._metric = METRICS[self.task.name]
        self._x, self._y, self._x_val, self._y_val = (
            tf.Variable(part, trainable=False)
            for part in (rows.x_train, rows.y_train, rows.x_val, rows.y_val)
        )
        asked = self.training.class_weight
        self._row_weights = (
            tf.Variable(row_weights(asked, rows.y_train), trainable=False) if asked else None
        )
        self._batched = len(rows.x_train) > self.training.batch_size
        self._epoch = tf.Variable(0)
        self._stopped = tf.Variable(False)
        self._rules = rules_of(self.training, self.task.logs)
        self._keeper = next((r for r in reversed(self._rules) if r.keeps_best), None)
        self._kept = [tf.Variable(w) for w in self.model.weights] if self._keeper else []
        by_xla = not (_convolves(self.model) or _prepares(self.model))
        self._block = tf.function(self._run_block, jit_compile=by_xla)
        clock = time.perf_counter()
        with hashed_randomness():
            self._block(tf.constant(0), self._permutations(np.random.default_rng()))
        seconds, traces = time.perf_counter() - clock, self._block.experimental_get_tracing_count()
        logger.debug("%s: compiled in %.2f s, traces: %d", arm.name, seconds, traces)

    def fit(
        self,
        rows: Rows,
        seed: int,
        strengths: Mapping[str, float] | None = None,
        start: Start = AFRESH,
    ) -> Fit:
        """Train once.

        Args:
            rows: of the shapes that the loop was compiled for.
            seed: of initial weights, order, masks and noise.
            strengths: values by path, such as `mask.rate` or `training.mixup.alpha`; those of the
                arm if not given.
            start: where to begin, if not afresh.

        Raises:
            KeyError: a path is none of `self.strengths`.
        """
        self._reset(rows, seed, start)
        self._set_strengths(strengths or {})
        order = np.random.default_rng(derive(seed, "order"))
        clock = time.perf_counter()
        blocks = []
        last = start.epochs or self.training.epochs
        for begun in range(0, last, BLOCK_EPOCHS):
            epochs = min(BLOCK_EPOCHS, last - begun)
            done, numbers = self._block(tf.constant(epochs), self._permutations(order))
            blocks.append(numbers[:done])
            if self._rules and self._stopped.numpy():
                break
        history = np.concatenate([block.numpy() for block in blocks])
        self.optimizer.finalize_variable_values(self.model.trainable_variables)  # use_ema
        seconds = time.perf_counter() - clock
        kept = self._keeper is not None and self._keeper.has_looked  # else the last weights stand
        weights = [w.numpy() for w in (self._kept if kept else self.model.weights)]
        if self._average:
            weights = self._average.numpy()
        if self._snapshots:
            weights = self._snapshots.numpy()
        watching = self._keeper or (self._rules[-1] if self._rules else None)
        return make_fit(
            dict(zip(weight_names(self.model), weights, strict=True)),
            dict(zip(self.task.logs, history.T, strict=True)),
            seconds,
            stopped=bool(self._stopped.numpy()),
            best_epoch=watching.best if watching else None,
        )

    def _reset(self, rows: Rows, seed: int, start: Start) -> None:
        """Put rows, weights, optimizer, random states and rules where a new fit begins."""
        for variable, value in (
            (self._x, rows.x_train),
            (self._y, rows.y_train),
            (self._x_val, rows.x_val),
            (self._y_val, rows.y_val),
        ):
            variable.assign(value)
        if self._row_weights is not None:
            self._row_weights.assign(row_weights(self.training.class_weight, rows.y_train))
        drawn = initial_weights(self.model, start.draws_weights_from(seed)) + [None] * len(
            self.optimizer.variables
        )
        variables = (*self.model.weights, *self.optimizer.variables)
        for variable, built, new in zip(variables, self._built, drawn, strict=True):
            variable.assign(built if new is None else new)
        if start.weights:
            load_weights(self.model, start.weights)
        for place, state in enumerate(random_states(self.model)):
            state.assign(random_state(seed, place))
        self._noise.reset(seed)
        self._epoch.assign(0)
        self._stopped.assign(False)
        if self._average:
            self._average.reset()
        for rule in self._rules:
            rule.reset(start.limit)

    def _set_strengths(self, values: Mapping[str, float]) -> None:
        if unknown := set(values) - set(self.strengths):
            raise KeyError(f"{sorted(unknown)}: expected some of {sorted(self.strengths)}.")
        for path, strength in self.strengths.items():
            strength.set(values.get(path, float(strength)))

    def _permutations(self, order: np.random.Generator) -> tf.Tensor:
        """Return the order of rows in each epoch of a block; a shuffle inside XLA would be slow."""
        if not self._batched:
            return tf.zeros([BLOCK_EPOCHS, 0], tf.int32)
        rows = np.tile(np.arange(self._x.shape[0], dtype="int32"), (BLOCK_EPOCHS, 1))
        return tf.constant(order.permuted(rows, axis=1) if self.training.shuffle else rows)

    def _run_block(self, epochs: Any, orders: Any) -> Any:
        """Train `epochs` epochs or until a rule says stop.

        Returns how many were trained, and their numbers, in the order of `task.logs`, in the first
        rows of an array of shape (BLOCK_EPOCHS, 4).
        """
        shape = (len(self.task.logs),)
        numbers = tf.TensorArray(tf.float32, size=BLOCK_EPOCHS, element_shape=shape)
        epoch = 0
        # Not tf.range(epochs), which would compile anew for every value.
        while epoch < epochs and not self._stopped:
            if self._ramp:
                self._ramp.begin(self._epoch)
            if self._snapshots:
                self._snapshots.begin(self._epoch.value())
            trained = self._train_epoch(orders[epoch])
            logs = tf.concat([trained, self._validate_if_due()], axis=0)
            numbers = numbers.write(epoch, logs)
            for rule in self._rules:
                self._consult(rule, logs)
            if self._average:
                self._average.update(self._epoch.value())
            if self._snapshots:
                self._snapshots.update(self._epoch.value())
            self._epoch.assign_add(1)
            epoch += 1
        return epoch, numbers.stack()

    def _consult(self, rule: Rule, logs: Any) -> None:
        """Ask a rule whether to keep these weights and whether to stop."""
        keep, stop = tf.constant(False), tf.constant(False)
        if self._is_due() or not rule.spec.monitor.startswith("val_"):
            keep, stop = rule.update(self._epoch.value(), logs)
        self._stopped.assign(self._stopped | stop)
        if rule is self._keeper:
            for kept, weight in zip(self._kept, self.model.weights, strict=True):
                kept.assign(tf.where(keep, weight, kept))

    def _is_due(self) -> Any:
        """Whether the held-out rows are looked at after this epoch."""
        freq = self.training.validation_freq
        return True if freq == 1 else (self._epoch + 1) % freq == 0

    def _validate_if_due(self) -> Any:
        numbers = tf.fill([2], float("nan"))
        if self._is_due():
            numbers = self._validate()
        return numbers

    def _train_epoch(self, order: Any) -> Any:
        """Take a step per batch; return loss and metrics, averaged over rows as Keras does."""
        n_rows, size = self._x.shape[0], self.training.batch_size
        if not self._batched:
            return self._train_step(*(part.value() for part in self._trained_on())) / n_rows
        full, rest = divmod(n_rows, size)
        batches = tf.reshape(order[: full * size], [full, size])
        total = tf.zeros(2)
        for batch in tf.range(full):
            total += self._train_on(batches[batch])
        if rest:
            total += self._train_on(order[n_rows - rest :])
        return total / n_rows

    def _train_on(self, places: Any) -> Any:
        return self._train_step(*(tf.gather(part, places) for part in self._trained_on()))

    def _trained_on(self) -> list[tf.Variable]:
        """Return features, targets and, where the training asks for them, weights of the rows."""
        weights = [] if self._row_weights is None else [self._row_weights]
        return [self._x, self._y, *weights]

    def _train_step(self, x: Any, y: Any, *row_weights: Any) -> Any:
        weights, y = self.model.trainable_variables, self._noise.targets(y)
        pairs = self._noise.pairs(x.shape[0])
        with self._noise.on_weights(weights):
            with tf.GradientTape() as tape:
                predictions = self.model(pairs.mix(x) if pairs else x, training=True)
                total = partial(self._total_loss, predictions=predictions)
                targets = (y, *row_weights)
                loss = pairs.loss(total, *targets) if pairs else total(*targets)
                scaled = self.optimizer.scale_loss(loss)
            gradients = tape.gradient(scaled, weights)
        step = tf.convert_to_tensor(self.optimizer.iterations)  # of accumulated steps: computed
        self.optimizer.apply(self._noise.gradients(gradients, step), weights)
        return self._sums(loss, y, predictions)

    def _validate(self) -> Any:
        n_rows = self._x_val.shape[0]
        total = tf.zeros(2)
        for start in range(0, n_rows, VALIDATION_BATCH):
            x = self._x_val[start : start + VALIDATION_BATCH]
            y = self._y_val[start : start + VALIDATION_BATCH]
            predictions = self.model(x, training=False)
            loss = self._total_loss(y, predictions=predictions)
            total += self._sums(loss, y, predictions)
        return total / n_rows

    def _total_loss(self, y: Any, row_weights: Any = None, *, predictions: Any) -> Any:
        """Return the mean loss over the rows plus every penalty, as `Model.compute_loss`."""
        if row_weights is None:
            losses = self._loss(y, predictions)
        elif isinstance(self._loss, keras.losses.Loss):  # it means over the rows by itself
            losses = self._loss(y, predictions, sample_weight=row_weights)
        else:
            losses = row_weights * self._loss(y, predictions)
        return tf.add_n([tf.reduce_mean(losses), *self.model.losses])

    def _sums(self, loss: Any, y: Any, predictions: Any) -> Any:
        """Return the batch's loss and metric, each times its number of rows."""
        means = [loss, tf.reduce_mean(self._metric(y, predictions))]
        return tf.stack(means) * y.shape[0]


def _convolves(model: keras.Model) -> bool:
    """Whether a model has convolutions: TensorFlow's own are five times faster than XLA's here."""
    return any("Conv" in type(layer).__name__ for layer in model.layers)


def _prepares(model: keras.Model) -> bool:
    """Whether a model has layers that look values up or count them: XLA has no such operations."""
    prefix = "keras.src.layers.preprocessing."
    return any(type(layer).__module__.startswith(prefix) for layer in model.layers)
