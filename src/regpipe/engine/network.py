"""An arm's layers -> a Keras model, and the JSON that describes it."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from regpipe.backend import keras
from regpipe.candidates.arm import Arm
from regpipe.engine.keras_calls import layer_call, made
from regpipe.engine.weights import load_weights, members
from regpipe.errors import SpecError
from regpipe.ingredients import LAYERS, PENALTIES
from regpipe.language.layers import Layer

Architecture = dict[str, Any]


def build_architecture(arm: Arm, input_shape: tuple[int, ...]) -> Architecture:
    """Return the JSON of the arm's network for rows of `input_shape`, such as `(n_features,)`.

    Raises:
        SpecError: Keras refuses a layer's arguments.
    """
    layers = [_build_layer(arm, name, layer) for name, layer in arm.layers.items()]
    try:
        model = keras.Sequential([keras.Input(input_shape, name="rows"), *layers], name=arm.name)
    except (TypeError, ValueError) as error:
        raise SpecError(f"{arm.name}.network: Keras can't connect the layers. {error}") from error
    _check_outputs(arm, model.output_shape[1:], math.prod(input_shape))
    return json.loads(model.to_json())


def build_model(architecture: Architecture) -> keras.Model:
    """Return the Keras model that an architecture describes, with weights of no particular seed."""
    register()
    return keras.models.model_from_json(json.dumps(architecture))


def register() -> None:
    """Let Keras know the layers and penalties that it lacks.

    Anew each time: code that was pasted registers its own classes under the same names.
    """
    for idea in (*LAYERS.values(), *PENALTIES.values()):
        kind = idea.plain()
        keras.saving.get_custom_objects()[keras.saving.get_registered_name(kind)] = kind


def plain_model(architecture: Architecture) -> keras.Model:
    """Return the model without what only training needs and plain Keras can't load.

    Penalties of ours don't change a prediction, so they are left out; the architecture keeps them.
    A layer of ours gives way to what stands for it in a prediction, and so does one of Keras' that
    augments: called without a word of training, it would do so in predictions, too.
    """
    model = build_model(_without_penalties(architecture))
    if not any(type(layer).__name__ in LAYERS or _augments(layer) for layer in model.layers):
        return model

    def stand_in(layer: keras.Layer) -> keras.Layer:
        if _augments(layer):
            return keras.layers.Identity(name=layer.name)
        idea = LAYERS.get(type(layer).__name__)
        return idea.inference(layer) if idea else type(layer).from_config(layer.get_config())

    return keras.models.clone_model(model, clone_function=stand_in)


def trained_model(architecture: Architecture, weights: Mapping[str, np.ndarray]) -> keras.Model:
    """Return the plain model with the weights of a fit; an ensemble's output is the mean of all."""
    model = plain_model(architecture)
    kept = members(model, weights)
    if len(kept) == 1:
        load_weights(model, weights)
        return model
    networks = [plain_model(architecture) for _ in kept]
    for place, (network, one) in enumerate(zip(networks, kept, strict=True), start=1):
        load_weights(network, one)
        network.name = f"snapshot{place}"
    rows = keras.Input(model.input_shape[1:], name="rows")
    outputs = keras.layers.Average(name="mean")([network(rows) for network in networks])
    return keras.Model(rows, outputs, name=model.name)


def _check_outputs(arm: Arm, shape: tuple[int, ...], n_features: int) -> None:
    """Raise SpecError unless the network's outputs suit the task."""
    wants = {
        "binary": (shape == (1,), "one output per row, the probability of class 1"),
        "multiclass": (
            len(shape) == 1 and shape[0] > 1,
            "one output per class, two or more, for each row",
        ),
        "regression": (shape == (1,), "one output per row"),
        "reconstruction": (shape == (n_features,), f"{n_features} outputs, one per feature"),
    }
    fits, expected = wants[arm.task.name]
    if not fits:
        raise SpecError(
            f"{arm.name}.network: a {arm.task.name} problem wants {expected}, and this "
            f"network's outputs have the shape {shape}."
        )


def _augments(layer: keras.Layer) -> bool:
    """Whether a layer changes rows at random while it is trained, and leaves them alone else."""
    images = "keras.src.layers.preprocessing.image_preprocessing."
    at_random = type(layer).__module__.startswith(f"{images}random_")
    return at_random and layer.input.shape == layer.output.shape


def _without_penalties(config: Any) -> Any:
    if isinstance(config, dict):
        ours = {idea.__name__ for idea in PENALTIES.values()}
        if config.get("registered_name") and config.get("class_name") in ours:
            return None
        return {key: _without_penalties(value) for key, value in config.items()}
    if isinstance(config, list):
        return [_without_penalties(item) for item in config]
    return config


def _build_layer(arm: Arm, name: str, layer: Layer) -> keras.Layer:
    try:
        return made(layer_call(name, layer))
    except (TypeError, ValueError) as error:
        path = f"{arm.name}.network.{name}"
        raise SpecError(f"{path}: Keras refuses this {layer.kind}. {error}") from error
