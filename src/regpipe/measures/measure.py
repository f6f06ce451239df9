"""Weights and rows -> numbers: how good a fit is, and what its network is like.

Losses are the problem's, without penalties: those of two arms differ, so only plain losses can be
compared. A fit that diverged has no predictions, so that its user would have to guess: wherever its
outputs aren't numbers, they are replaced by the constant that the targets trained on suggest.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from regpipe.backend import keras, tf
from regpipe.candidates.arm import Arm
from regpipe.engine.keras_objects import make_loss
from regpipe.engine.network import Architecture
from regpipe.engine.weights import members
from regpipe.language.metrics import METRICS
from regpipe.language.tasks import Task
from regpipe.measures.base_rates import evened
from regpipe.measures.codes import Codes
from regpipe.measures.network import network_of
from regpipe.rows.arrays import Part, Rows
from regpipe.statistics.overlap import halves_of

Weights = dict[str, np.ndarray]
NO_CODE = pd.DataFrame()  # of a network that is no autoencoder


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

    def scores(self, rows: Rows) -> dict[str, float]:
        """Return the task's scores on the rows trained on and on those that score the fit.

        Of the latter also the `halves`.
        """
        by_row = self._by_row(rows)
        outputs, of_rows = self.predict(rows.x_score), by_row("score")
        sides = {
            "train": self._score(rows.y_train, self.predict(rows.x_train)) | means(by_row("train")),
            "test": self._score(rows.y_score, outputs) | means(of_rows),
        }
        return {
            **{f"{side}_{name}": x for side, scores in sides.items() for name, x in scores.items()},
            **halves(self._score, rows.y_score, outputs),
            **halves(lambda _, part: means(part), rows.y_score, of_rows),
        }

    def score(self, rows: Rows, part: Part) -> dict[str, float]:
        """Return each score on some rows; the area of a class without rows is NaN."""
        x, y = rows.part(part)
        return self._score(y, self.predict(x)) | means(self._by_row(rows)(part))

    def _by_row(self, rows: Rows) -> Callable[[Part], pd.DataFrame]:
        """Return the function of a part that gives each row's scores of its code."""
        autoencoder = self._autoencoder
        if autoencoder is None:
            return lambda _: NO_CODE
        place = [layer.name for layer in self.network.model.layers].index(autoencoder.code)

        def encode(x: np.ndarray) -> np.ndarray:  # of an ensemble, by its last network
            return self._of_each_layer(x)[place].reshape(len(x), -1)

        return Codes(self.predict, encode, rows, autoencoder.noise).by_row

    def _score(self, y: np.ndarray, outputs: np.ndarray) -> dict[str, float]:
        of_loss = _traced(self._loss, y.shape[1], outputs.shape[1])
        loss = float(np.mean(of_loss(tf.constant(y), tf.constant(outputs)), dtype=float))
        return {**scores_of(self.task, y, outputs, self._rates), "loss": loss}

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
    """Return the function of targets and outputs that is a loss; each row's, if it has no batch."""
    shapes = [tf.TensorSpec((None, n)) for n in (n_targets, n_outputs)]
    of_batch = make_loss(json.loads(loss))

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


def halves(
    score: Callable[[np.ndarray, Any], dict[str, float]], y: np.ndarray, outputs: Any
) -> dict[str, float]:
    """Return `test_<score>_halves`: half of how much a score differs between halves of the rows.

    That measures how much of it is up to the rows, see `statistics.overlap`. NaN for a single row,
    and of a metric that isn't a mean over rows: halves give another number, not a noisier one.
    """
    one, other = (score(y[start::2], outputs[start::2]) for start in (0, min(1, len(y) - 1)))
    return {
        halves_of(f"test_{name}"): (value - other[name]) / 2
        if METRICS[name].of_rows and len(y) > 1
        else float("nan")
        for name, value in one.items()
    }


def means(by_row: pd.DataFrame) -> dict[str, float]:
    """Return the mean of each column."""
    return {str(name): float(values.mean()) for name, values in by_row.items()}


def scores_of(
    task: Task, y: np.ndarray, outputs: np.ndarray, rates: np.ndarray | None = None
) -> dict[str, float]:
    """Return the scores of a task that have a function; base rates, if any, shift the classes."""
    shifted = evened(outputs, rates)
    metrics = {name: METRICS[name] for name in task.scores}
    return {
        name: metric.function(y, shifted if metric.of_classes else outputs)
        for name, metric in metrics.items()
        if metric.function
    }


def _is_identity(layer: keras.Layer) -> bool:
    """Whether the layer passes its inputs on unchanged once training is over."""
    return type(layer).__module__.startswith("keras.src.layers.regularization")
