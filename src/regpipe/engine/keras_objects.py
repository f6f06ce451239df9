"""The Keras objects that both engines train with."""

import re
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.candidates.arm import Arm, Loss
from regpipe.engine.keras_calls import loss_call, made, optimizer_call
from regpipe.engine.strengths import network_strengths
from regpipe.errors import SpecError
from regpipe.language import Training
from regpipe.rows.arrays import Rows

LOGGED = {  # what each task logs beside the loss
    "binary": keras.metrics.binary_accuracy,
    "multiclass": keras.metrics.sparse_categorical_accuracy,
    "regression": keras.metrics.mean_squared_error,
    "reconstruction": keras.metrics.mean_squared_error,
}


def check_training(arm: Arm) -> None:
    """Raise SpecError if Keras refuses the optimizer's or the loss' values."""
    for key, build in (
        ("optimizer", lambda: make_optimizer(arm.training)),
        ("loss", lambda: make_loss(arm.training.loss)),
    ):
        try:
            build()
        except (TypeError, ValueError) as error:
            raise SpecError(f"{arm.name}.training.{key}: Keras refuses this. {error}") from error


def check_ideas(arm: Arm, architecture: dict[str, Any], model: keras.Model) -> None:
    """Raise SpecError unless what Keras lacks suits the network."""
    strengths, classes = network_strengths(architecture), max(2, model.output_shape[-1])
    for idea in arm.training.ingredients:
        idea.check_network(f"{arm.name}.training.{idea.key()}", strengths, classes)


def check_trial(arm: Arm, model: keras.Model, rows: Rows) -> None:
    """Raise SpecError unless the model can take a step of its training, on a few rows.

    What Keras refuses only while it trains would else be refused after other arms have trained. The
    model's weights are others afterwards.
    """
    x, y = rows.x_train[:2], rows.y_train[:2]
    if arm.task.classifies:
        classes, outputs = int(rows.y_train.max()) + 1, model.output_shape[-1]
        if classes > max(outputs, 2):
            raise SpecError(
                f"{arm.name}.network: the rows have {classes} classes, and the network tells "
                f"{max(outputs, 2)} apart. Expected {classes} outputs"
                + (", and the task multiclass." if outputs == 1 else ".")
            )
    try:
        with tf.GradientTape() as tape:
            loss = make_loss(arm.training.loss)(y, model(x, training=True))
        finite = np.isfinite(np.asarray(loss)).all()
    except Exception as error:  # whatever it is, it would come again in training
        raise SpecError(
            f"{arm.name}: this network can't be trained by this loss. {_reason(error)}"
        ) from error
    if not finite:
        raise SpecError(
            f"{arm.name}.training.loss: '{arm.training.loss}' of two rows isn't a number. "
            "Expected a loss that suits the outputs and the targets."
        )
    weights = model.trainable_variables
    try:
        gradients = tape.gradient(loss, weights)
        make_optimizer(arm.training).apply(gradients, weights)
    except Exception as error:
        raise SpecError(
            f"{arm.name}.training.optimizer: Keras can't take a step. {_reason(error)}"
        ) from error


def make_optimizer(training: Training) -> keras.optimizers.Optimizer:
    """Return the optimizer that a training asks for."""
    return made(optimizer_call(training))


def make_loss(loss: Loss) -> Any:
    """Return the loss that YAML calls by its name or as `{Name: {argument: value}}`."""
    return keras.losses.get(made(loss_call(loss)))


def _reason(error: Exception) -> str:
    """Return an error of Keras, without its stack and its tensors."""
    text = re.sub(r"\x1b\[\d+m", "", str(error)).partition("Arguments received")[0]
    lines = [line.strip() for line in text.splitlines()]
    reasons = (line for line in lines if line and not line.startswith("Exception encountered"))
    return next(reasons, type(error).__name__)
