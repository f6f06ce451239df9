"""Weights and rows -> numbers: how good a fit is, and what its network is like.

Losses are the problem's, without penalties: those of two arms differ, so only plain losses can be
compared. A fit that diverged has no predictions, so that its user would have to guess: wherever its
outputs aren't numbers, they are replaced by the constant that the targets trained on suggest.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.candidates.arm import Arm
from regpipe.engine.keras_objects import make_loss
from regpipe.engine.network import Architecture
from regpipe.engine.weights import members
from regpipe.language.metrics import METRICS, predicted_classes
from regpipe.language.tasks import CODE_SCORES, Task
from regpipe.measures.base_rates import costs_of, evened, rates_of
from regpipe.measures.codes import Codes
from regpipe.measures.ledger import entries
from regpipe.measures.network import network_of
from regpipe.rows.arrays import Part, Rows

Weights = dict[str, np.ndarray]
ByRow = dict[str, np.ndarray]  # of each score that of each row, whose mean it is


@dataclass(frozen=True)
class Said:
    """What a model says of some rows.

    Attributes:
        task: of the problem.
        y: the targets, of shape (n_rows, 1).
        outputs: of shape (n_rows, n_outputs).
        rates: base rates by which a class is said, see `base_rates`; None for the likeliest one.
        loss: of each row, of shape (n_rows,).
    """

    task: Task
    y: np.ndarray
    outputs: np.ndarray
    rates: np.ndarray | None
    loss: np.ndarray

    @property
    def by_row(self) -> ByRow:
        """Each score of each row."""
        return {**scores_of(self.task, self.y, self.outputs, self.rates), "loss": self.loss}


class Measure:
    """Measures a fit of an arm."""

    def __init__(
        self,
        arm: Arm,
        architecture: Architecture,
        weights: Weights,
        targets: np.ndarray,
        rates: np.ndarray | None = None,
    ) -> None:
        """Give the arm's network the weights of a fit, and the targets that it was trained on.

        And the base rates by which it predicts classes, where it does: see `base_rates`.
        `architecture` is the JSON of its Keras model.
        """
        self.network = network_of(architecture)
        self.task, self._autoencoder = arm.task, arm.autoencoder
        self._loss = json.dumps(arm.loss)
        model = self.network.model
        self._guess = constant_guess(targets, model.output_shape[-1], self.task)
        self._rates = rates
        self._members = [self.network.weights(one) for one in members(model, weights)]

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs of the weights, of shape (n_rows, n_outputs), all finite.

        Those of a snapshot ensemble are the mean over its networks. Of a row whose outputs aren't
        finite, or so large that their squares aren't, it is the constant guess.
        """
        outputs = [self.network.outputs(member, x) for member in self._members]
        return self._finite(outputs[0] if len(outputs) == 1 else np.mean(outputs, axis=0))

    def _finite(self, outputs: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            finite = np.isfinite(np.square(outputs)).all(axis=1, keepdims=True)
        return np.where(finite, outputs, self._guess).astype(outputs.dtype)

    def evened(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs as if all classes were as frequent, where the fit has base rates."""
        return evened(self.predict(x), self._rates)

    def scores(self, rows: Rows) -> dict[str, Any]:
        """Return the task's scores on the rows trained on and on those that score the fit.

        Of the latter also those of each row, where repeats share rows: see `ledger.entries`.
        """
        by_row = self._by_row(rows)
        tested = by_row("score")
        return {**means(by_row("train"), "train"), **means(tested, "test"), **entries(tested, rows)}

    def says(self, rows: Rows, part: Part) -> Said:
        """Return what the network says of some rows."""
        x, y = rows.part(part)
        outputs = self.predict(x)
        return Said(self.task, y, outputs, self._rates, self._loss_of(y, outputs))

    def score(self, rows: Rows, part: Part) -> dict[str, float]:
        """Return each score on some rows; the area of a class without rows is NaN."""
        return means(self._by_row(rows)(part))

    def metric(self, rows: Rows, part: Part) -> float:
        """Return the score on some rows that judges; a code that has no part in it isn't asked."""
        if self.task.metric in CODE_SCORES:
            return self.score(rows, part)[self.task.metric]
        x, y = rows.part(part)
        return means(self._score(y, self.predict(x)))[self.task.metric]

    def guess(self, rows: Rows) -> float:
        """Return what judges, of the constant guess on the rows that score.

        That is what a network has that ignores its inputs: what any other is worth begins there.
        NaN where a code judges, and of the calibration error, in which no guess is beaten.
        """
        if self.task.metric in (*CODE_SCORES, "ece"):
            return np.nan
        _, y = rows.part("score")
        outputs = np.broadcast_to(self._guess, (len(y), np.size(self._guess))).astype(np.float32)
        said = Said(self.task, y, outputs, rates_of(self.task, rows), self._loss_of(y, outputs))
        return means(said.by_row)[self.task.metric]

    def _by_row(self, rows: Rows) -> Callable[[Part], ByRow]:
        """Return the function of a part that gives the scores of each of its rows."""
        of_code = self._by_code(rows)

        def by_row(part: Part) -> ByRow:
            x, y = rows.part(part)
            return self._score(y, self.predict(x)) | of_code(part)

        return by_row

    def _by_code(self, rows: Rows) -> Callable[[Part], ByRow]:
        autoencoder = self._autoencoder
        if autoencoder is None:
            return lambda _: {}

        def encode(x: np.ndarray) -> np.ndarray:  # of an ensemble, by its last network
            codes = self.network.of_layer(self._members[-1], x, autoencoder.code)
            return codes.reshape(len(x), -1)

        return Codes(self.predict, encode, rows, autoencoder.noise).by_row

    def _score(self, y: np.ndarray, outputs: np.ndarray) -> ByRow:
        return Said(self.task, y, outputs, self._rates, self._loss_of(y, outputs)).by_row

    def _loss_of(self, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
        of_loss = _traced(self._loss, y.shape[1], outputs.shape[1])
        loss = np.broadcast_to(of_loss(tf.constant(y), tf.constant(outputs)), len(y))
        return loss.astype(float)

    @np.errstate(over="ignore", invalid="ignore")  # of a fit that diverged, as its row shows
    def anatomy(self, rows: Rows) -> dict[str, float]:
        """Return what the network is like, layer by layer; of an ensemble, the last one.

        `norm_<layer>` is the Euclidean norm of the layer's trained weights, biases aside. For each
        hidden layer, `activation_<layer>` is the mean of its outputs on the rows trained on, and
        `zeros_<layer>` the share of them that is exactly 0.
        """
        numbers, model = {}, self.network.model
        values = {id(w): v.numpy() for w, v in zip(model.weights, self._members[-1], strict=True)}
        for layer in model.layers:
            kernels = [values[id(w)] for w in layer.trainable_weights if w.name != "bias"]
            if kernels:
                flat = np.concatenate([kernel.ravel() for kernel in kernels])
                numbers[f"norm_{layer.name}"] = float(np.linalg.norm(flat))
        hidden = zip(model.layers[:-1], self._of_each_layer(rows.x_train), strict=False)
        for layer, outputs in hidden:
            if _is_identity(layer):
                continue
            numbers[f"activation_{layer.name}"] = float(np.mean(outputs))
            numbers[f"zeros_{layer.name}"] = float(np.mean(outputs == 0))
        return numbers

    def _of_each_layer(self, x: np.ndarray) -> list[np.ndarray]:
        return self.network.of_each_layer(self._members[-1], x)


@cache
def _traced(loss: str, n_targets: int, n_outputs: int) -> Any:
    """Return the function of targets and outputs that is each row's loss.

    It is one number for all rows where a loss, as Dice, isn't made of theirs.
    """
    shapes = [tf.TensorSpec((None, n)) for n in (n_targets, n_outputs)]
    of_batch = make_loss(json.loads(loss))
    if isinstance(of_batch, keras.losses.Loss):
        of_batch.reduction = "none"

    @tf.function(autograph=False)
    def traced(y: Any, outputs: Any) -> Any:
        return of_batch(y, outputs)

    return traced.get_concrete_function(*shapes)


def constant_guess(targets: np.ndarray, outputs: int, task: Task) -> np.ndarray:
    """Return the outputs of a network that ignores its inputs, of shape (outputs,).

    That is the mean target; of several classes, the share of each.

    Args:
        targets: those trained on, of shape (n_rows, 1), or (n_rows, outputs) of a reconstruction.
        outputs: how many the network has.
        task: of the problem.

    >>> from regpipe.language.tasks import TASKS
    >>> constant_guess(np.array([[0], [2], [2], [2]]), 3, TASKS["multiclass"]).tolist()
    [0.25, 0.0, 0.75]
    """
    if task.name == "multiclass":
        return np.bincount(targets[:, 0].astype(int), minlength=outputs) / len(targets)
    return np.mean(targets, axis=0, dtype=float)


def means(by_row: Mapping[str, np.ndarray], side: str = "") -> dict[str, float]:
    """Return the mean of each score, called `<side>_<score>`, or by the score alone."""
    prefix = f"{side}_" if side else ""
    return {f"{prefix}{name}": float(np.mean(scores)) for name, scores in by_row.items()}


def scores_of(
    task: Task, y: np.ndarray, outputs: np.ndarray, rates: np.ndarray | None = None
) -> ByRow:
    """Return each row's scores that have a function; base rates, if any, shift the classes."""
    shifted = evened(outputs, rates)
    metrics = {name: METRICS[name] for name in task.scores}
    by_row = {
        name: metric.function(y, shifted if metric.of_classes else outputs)
        for name, metric in metrics.items()
        if metric.function
    }
    return by_row | ({"cost": _cost(task, y, shifted)} if task.costs else {})


def _cost(task: Task, y: np.ndarray, outputs: np.ndarray) -> np.ndarray:
    """Return what each row costs: nothing where its class is predicted."""
    label = y[:, 0].astype(int)
    wrong = predicted_classes(outputs)[:, 0] != label
    return costs_of(task, 1 + int(label.max()))[label] * wrong


def _is_identity(layer: keras.Layer) -> bool:
    """Whether the layer passes its inputs on unchanged once training is over."""
    regularizes = type(layer).__module__.startswith("keras.src.layers.regularization")
    return regularizes or isinstance(layer, keras.layers.Identity)
