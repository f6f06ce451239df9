"""The Keras objects that both engines train with."""

from typing import Any

from regpipe.backend import keras
from regpipe.spec import Training

METRICS = {
    "binary": keras.metrics.binary_accuracy,
    "multiclass": keras.metrics.sparse_categorical_accuracy,
    "regression": keras.metrics.mean_squared_error,
    "reconstruction": keras.metrics.mean_squared_error,
}


def build_optimizer(training: Training, model: keras.Model) -> keras.optimizers.Optimizer:
    """Return the optimizer that a training asks for, built for a model's weights."""
    asked: Any = training.optimizer
    if isinstance(asked, dict):
        name, arguments = next(iter(asked.items()))
        asked = {"class_name": name, "config": arguments or {}}
    optimizer = keras.optimizers.get(asked)
    optimizer.build(model.trainable_variables)
    return optimizer
