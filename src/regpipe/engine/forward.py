"""Rows through a model: batches, the loss and the metric of each, as `keras.Model.fit` has them.

Where a batch holds less than all rows, the program is compiled for `Rows.room`: rows are filled up
to that number by others that weigh nothing, so that fits on all rows and on some of them share it.
A network in which such rows could be felt is compiled for each number of rows instead, and so is
one whose batch holds all rows, which would pay for them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.engine.keras_objects import LOGGED, make_loss
from regpipe.ingredients import PENALTIES, Step, overrides
from regpipe.rows.arrays import Rows

VALIDATION_BATCH = 4096  # rows per batch of validation, so that many rows fit into memory
ZERO_FOR_ZERO = ("L1", "L2", "L1L2")  # penalties to which an output of 0 adds nothing


@dataclass(frozen=True)
class Batch:
    """Some rows.

    Attributes:
        x, y: features and targets, of shape (n, ...).
        weights: what the loss of each row counts, of shape (n,); None where all count alike.
        real: 1 for a row and 0 for one that fills up, of shape (n,); None where all are rows.
        n_rows: how many are rows.
    """

    x: Any
    y: Any
    weights: Any
    real: Any
    n_rows: Any


class Forward:
    """A network's outputs on rows, and their loss."""

    def __init__(self, model: keras.Model, training: Any, task: str) -> None:
        """Take a model; what its layers call is changed, to be called inside the loop alone."""
        self.model, self._training = model, training
        self.loss, self._metric = make_loss(training.loss), LOGGED[task]
        self.names = [weight.path for weight in model.trainable_variables]
        self.by_xla = not (_convolves(model) or _prepares(model))
        self._normalizes = any(_kind(layer) == "BatchNormalization" for layer in model.layers)
        self._fills_up = self.by_xla and self._rows_are_apart()
        self._real: Any = None
        self._hand_on: Callable[[str, Any], Any] | None = None
        for layer in model.layers:
            if layer.activity_regularizer is not None:
                layer.activity_regularizer = self._over_rows(layer.activity_regularizer)
        if any(overrides(idea, "between") for idea in training.ingredients):
            for before, layer in pairwise(model.layers):
                layer.call = self._handing_on(before.name, layer.call)

    def size(self, rows: Rows) -> int:
        """Return for how many rows an epoch is compiled."""
        return rows.room[0] if rows.room and self._fills_up else len(rows.x_train)

    def _batched(self, rows: Rows) -> bool:
        return self.size(rows) > self._training.batch_size

    def arguments(self, rows: Rows, training: Any) -> dict[str, Any]:
        """Return the rows as tensors, filled up where that is done."""
        weights = [idea.row_weights(rows.y_train) for idea in training.ingredients]
        factors = [factor for factor in weights if factor is not None]
        arrays = {
            "train": [rows.x_train, rows.y_train, *([np.prod(factors, axis=0)] if factors else [])],
            "val": [rows.x_val, rows.y_val],
        }
        if not (self._fills_up and self._batched(rows)):
            return tf.nest.map_structure(tf.constant, arrays)
        held_out = max(rows.room[1] if rows.room else 0, len(rows.x_val))
        room = {"train": self.size(rows), "val": held_out}
        counts = {f"n_{key}": tf.constant(len(parts[0])) for key, parts in arrays.items()}
        return counts | {
            key: [tf.constant(_filled(part, room[key])) for part in parts]
            for key, parts in arrays.items()
        }

    def orders(self, rows: Rows, chunk: int, epochs: int, random: np.random.Generator) -> Any:
        """Return the order of rows in each epoch of a chunk; a shuffle inside XLA would be slow."""
        if not self._batched(rows):
            return tf.zeros([chunk, 0], tf.int32)
        n_rows, epochs = len(rows.x_train), min(chunk, epochs)
        orders = np.zeros((chunk, self.size(rows)), "int32")
        orders[:, :n_rows] = np.arange(n_rows)
        if self._training.shuffle:
            orders[:epochs, :n_rows] = random.permuted(orders[:epochs, :n_rows], axis=1)
        return tf.constant(orders)

    def epoch(self, step: Callable[..., Any], state: Any, rows: Any, order: Any) -> Any:
        """Take a step per batch; return the state and the means over the rows."""
        n_rows, size = order.shape[0], self._training.batch_size
        if not n_rows:  # a batch holds all of them
            batch = _batch(rows["train"])
            state, sums = step(state, batch)
            return state, sums / batch.n_rows
        if "n_train" in rows:
            return self._filled_epoch(step, state, rows, order)
        full, rest = divmod(n_rows, size)

        def take(places: Any) -> Batch:
            return _batch([tf.gather(part, places) for part in rows["train"]])

        def take_full(i: Any, state: Any, sums: Any) -> Any:
            places = tf.gather(tf.reshape(order[: full * size], [full, size]), i)
            state, more = step(state, take(places))
            return i + 1, state, sums + more

        _, state, sums = tf.while_loop(
            lambda i, *_: i < full, take_full, (tf.constant(0), state, tf.zeros(2))
        )
        if rest:
            state, more = step(state, take(order[full * size :]))
            sums += more
        return state, sums / n_rows

    def _filled_epoch(self, step: Callable[..., Any], state: Any, rows: Any, order: Any) -> Any:
        """Do the same where the last batch, and all after it, are filled up."""
        size, n_rows = self._training.batch_size, rows["n_train"]
        padded = tf.pad(order, [[0, -order.shape[0] % size]])

        def body(begin: Any, state: Any, sums: Any) -> Any:
            places = begin + tf.range(size)
            taken = tf.gather(padded, places)
            parts = [tf.gather(part, taken) for part in rows["train"]]
            state, more = step(state, _batch(parts, places < n_rows))
            return begin + size, state, sums + more

        _, state, sums = tf.while_loop(
            lambda begin, *_: begin < n_rows, body, (tf.constant(0), state, tf.zeros(2))
        )
        return state, sums / tf.cast(n_rows, tf.float32)

    def validate(self, weights: Any, others: Any, rows: Any) -> Any:
        """Return loss and metric on the held-out rows."""
        total, filled = rows["val"][0].shape[0], "n_val" in rows
        n_rows = rows["n_val"] if filled else total
        sums = tf.zeros(2)
        for begin in range(0, total, VALIDATION_BATCH):
            parts = [part[begin : begin + VALIDATION_BATCH] for part in rows["val"]]
            real = begin + tf.range(parts[0].shape[0]) < n_rows if filled else None
            batch = _batch(parts, real)
            with self._called_with(batch):
                outputs, _, penalties = self.model.stateless_call(
                    weights, others, batch.x, training=False, return_losses=True
                )
            loss = self._total(outputs, penalties, batch, batch.y, None)
            sums += self.sums(loss, batch.y, outputs, batch)
        return sums / tf.cast(n_rows, tf.float32)

    def step(self, batch: Batch, number: Any, draws: Mapping[str, Any]) -> Step:
        """Return a step on a batch as the slots see it."""
        # A single output is the probability of the second of two classes.
        classes = max(2, self.model.output_shape[-1])
        layers = [layer.name for layer in self.model.layers]
        return Step(batch.x, batch.y, batch.n_rows, number, classes, layers, draws)

    def __call__(
        self, weights: Any, others: Any, step: Step, batch: Batch, hand_on: Callable[..., Any]
    ) -> Any:
        """Return what the loss is by targets and their weights, the other weights, the outputs."""
        with self._called_with(batch, hand_on):
            if self._normalizes and batch.real is not None:
                from keras.src.backend import set_keras_mask

                set_keras_mask(step.x, batch.real > 0)
            outputs, others, penalties = self.model.stateless_call(
                weights, others, step.x, training=True, return_losses=True
            )

        def loss_of(y: Any, row_weights: Any) -> Any:
            return self._total(outputs, penalties, batch, y, row_weights)

        return loss_of, others, outputs

    def sums(self, loss: Any, y: Any, outputs: Any, batch: Batch) -> Any:
        """Return a batch's loss and metric, each times its number of rows."""
        n_rows = tf.cast(batch.n_rows, tf.float32)
        metric = self._metric(y, outputs)
        if batch.real is None:
            total = tf.reduce_mean(metric) * n_rows
        else:
            total = tf.reduce_sum(tf.reshape(metric, [-1]) * batch.real)
        return tf.stack([loss * n_rows, total])

    def _total(self, outputs: Any, penalties: Any, batch: Batch, y: Any, row_weights: Any) -> Any:
        """Return the mean loss over the rows plus every penalty, as `Model.compute_loss`."""
        by_row = isinstance(self.loss, keras.losses.Loss)
        losses = self.loss.call(y, outputs) if by_row else self.loss(y, outputs)
        weights = [part for part in (row_weights, batch.real) if part is not None]
        for part in weights:
            losses *= part
        summed = by_row and self.loss.reduction == "sum"
        if summed:
            loss = tf.reduce_sum(losses)
        elif batch.real is None:
            loss = tf.reduce_mean(losses)
        else:
            loss = tf.reduce_sum(losses) / tf.cast(tf.maximum(batch.n_rows, 1), tf.float32)
        return tf.add_n([loss, *penalties])

    @contextmanager
    def _called_with(self, batch: Batch, hand_on: Callable[..., Any] | None = None) -> Any:
        self._real, self._hand_on = batch.real, hand_on
        yield
        self._real = self._hand_on = None

    def _over_rows(self, penalty: Any) -> Callable[[Any], Any]:
        """Return a penalty on the outputs of real rows alone; Keras divides it by all of them."""
        sums = any(idea.sums and isinstance(penalty, idea.plain()) for idea in PENALTIES.values())

        def over_rows(outputs: Any) -> Any:
            if self._real is None:
                return penalty(outputs)
            real = tf.reshape(self._real, [-1, *[1] * (len(outputs.shape) - 1)])
            value = penalty(outputs * tf.cast(real, outputs.dtype))
            if sums:
                return value
            n_rows = tf.maximum(tf.reduce_sum(self._real), 1.0)
            return value * (outputs.shape[0] / n_rows)

        return over_rows

    def _handing_on(self, before: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def handing_on(inputs: Any, *args: Any, **kwargs: Any) -> Any:
            if self._hand_on is not None:
                inputs = self._hand_on(before, inputs)
            return call(inputs, *args, **kwargs)

        return handing_on

    def _rows_are_apart(self) -> bool:
        """Whether rows that fill up a batch can be left out of all that is computed from it."""
        penalties = [layer.activity_regularizer for layer in self.model.layers]
        ours = tuple(idea.plain() for idea in PENALTIES.values())
        separable = all(
            penalty is None or _kind(penalty) in ZERO_FOR_ZERO or isinstance(penalty, ours)
            for penalty in penalties
        )
        # A mask of the rows reaches a normalization through layers that hand it on as it is.
        masked = not self._normalizes or all(
            layer.supports_masking and len(layer.output.shape) == 2 for layer in self.model.layers
        )
        return separable and masked and self._loss_is_by_row()

    def _loss_is_by_row(self) -> bool:
        y = np.zeros((2, 1), "float32")
        outputs = np.full((2, self.model.output_shape[-1]), 0.5, "float32")
        if self.model.output_shape[-1] > 1 and "categorical" not in _name(self.loss):
            y = outputs
        loss = self.loss.call if isinstance(self.loss, keras.losses.Loss) else self.loss
        shape = tf.shape(loss(tf.constant(y), tf.constant(outputs)))
        return len(shape) == 1 and int(shape[0]) == 2


def _batch(parts: Sequence[Any], real: Any = None) -> Batch:
    x, y, *weights = parts
    n_rows = x.shape[0]
    if real is not None:
        real = tf.cast(real, tf.float32)
        n_rows = tf.cast(tf.reduce_sum(real), tf.int32)
    return Batch(x, y, weights[0] if weights else None, real, n_rows)


def _filled(part: np.ndarray, n_rows: int) -> np.ndarray:
    return np.concatenate([part, np.zeros((n_rows - len(part), *part.shape[1:]), part.dtype)])


def _kind(thing: Any) -> str:
    return type(thing).__name__


def _name(loss: Any) -> str:
    return str(getattr(loss, "name", None) or getattr(loss, "__name__", ""))


def _convolves(model: keras.Model) -> bool:
    """Whether a model has convolutions: TensorFlow's own are five times faster than XLA's here."""
    return any("Conv" in _kind(layer) for layer in model.layers)


def _prepares(model: keras.Model) -> bool:
    """Whether a model has layers that look values up or count them: XLA has no such operations."""
    prefix = "keras.src.layers.preprocessing."
    return any(type(layer).__module__.startswith(prefix) for layer in model.layers)
