"""An architecture -> a function of weights and rows, made once for all arms that predict alike."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from regpipe.backend import keras, tf
from regpipe.engine.network import Architecture, plain_model
from regpipe.engine.strengths import without_strengths
from regpipe.engine.weights import weight_names

AT_ONCE = 4096  # rows: what wide layers make of more leaves the cache, and takes twice as long
KEPT = 32  # networks, of which a run has fewer
OF_TRAINING = ("_regularizer", "_constraint")  # what they are of changes no prediction


class Network:
    """A network without weights of its own, for any thread.

    Giving each fit's weights to a model's variables would take longer than most predictions, and
    tracing it for each arm as long as measuring ten fits.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.model = plain_model(architecture)
        self._names = weight_names(self.model)
        self._up_to: dict[str, Any] = {}

    def weights(self, by_path: Mapping[str, np.ndarray]) -> list[Any]:
        """Return the weights of a fit as tensors, in the order of the model's."""
        return [tf.constant(by_path[name]) for name in self._names]

    def outputs(self, weights: Sequence[Any], x: np.ndarray) -> np.ndarray:
        """Return what comes out for rows, with these weights."""
        return _in_parts(lambda part: self._outputs(weights, part), x)

    def of_layer(self, weights: Sequence[Any], x: np.ndarray, name: str) -> np.ndarray:
        """Return the outputs of one layer of the model, without what comes behind it."""
        if name not in self._up_to:
            names = [layer.name for layer in self.model.layers]
            layers = self.model.layers[: names.index(name) + 1]
            self._up_to[name] = self._traced(lambda w, rows: self._call_each(w, rows, layers)[-1])
        return _in_parts(lambda part: self._up_to[name](weights, part), x)

    def of_each_layer(self, weights: Sequence[Any], x: np.ndarray) -> list[np.ndarray]:
        """Return the outputs of each layer of the model."""
        return [outputs.numpy() for outputs in self._of_each_layer(weights, tf.constant(x))]

    @cached_property
    def _outputs(self) -> Any:
        return self._traced(self._call)

    @cached_property
    def _of_each_layer(self) -> Any:
        return self._traced(lambda w, rows: self._call_each(w, rows, self.model.layers))

    def _traced(self, call: Callable[..., Any]) -> Any:
        """Return a function without what `tf.function` asks at each call."""
        weights = [tf.TensorSpec(weight.shape, weight.dtype) for weight in self.model.weights]
        rows = tf.TensorSpec(self.model.input_shape)  # any number of them, so traced once
        return tf.function(call, autograph=False).get_concrete_function(weights, rows)

    def _call(self, weights: Any, rows: Any) -> Any:
        with keras.StatelessScope(zip(self.model.weights, weights, strict=True)):
            return self.model(rows, training=False)

    def _call_each(self, weights: Any, outputs: Any, layers: Sequence[Any]) -> list[Any]:
        """Call one layer after another; `layer.output` isn't its outputs where that is a model."""
        with keras.StatelessScope(zip(self.model.weights, weights, strict=True)):
            return [outputs := layer(outputs, training=False) for layer in layers]


def _in_parts(call: Callable[[Any], Any], x: np.ndarray) -> np.ndarray:
    parts = [x[at : at + AT_ONCE] for at in range(0, len(x), AT_ONCE)] or [x]
    return np.concatenate([call(tf.constant(part)).numpy() for part in parts])


def network_of(architecture: Architecture) -> Network:
    """Return the network of an architecture: the same one for all that predict alike."""
    alike = _of_predictions(without_strengths(architecture, blank=0.5))
    alike["config"]["name"] = "network"
    return _network(json.dumps(alike))


@lru_cache(KEPT)
def _network(architecture: str) -> Network:
    return Network(json.loads(architecture))


def _of_predictions(config: Any) -> Any:
    """Return a description without what only training needs."""
    if isinstance(config, Mapping):
        return {
            key: None if key.endswith(OF_TRAINING) else _of_predictions(value)
            for key, value in config.items()
        }
    return [_of_predictions(item) for item in config] if isinstance(config, list) else config
