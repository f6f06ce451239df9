"""Initial weights and random states of a model, drawn from one seed.

A weight's initial value depends on the seed, its layer's name and its own name, not on the layers
around it: two arms of a repeat begin with the same weights wherever they share a layer, also where
one of them has a further layer before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from regpipe.backend import keras
from regpipe.errors import SpecError
from regpipe.seeds import derive


def weight_names(model: keras.Model) -> list[str]:
    """Return the path of each of `model.weights`, from its layer's name on: `hidden/kernel`.

    A layer that is a model itself may not be in the paths of its weights; it is in their names.
    """
    names = {}
    for layer in model.layers:
        for weight in layer.weights:
            *_, path = f"/{weight.path}".rpartition(f"/{layer.name}/")
            names[id(weight)] = f"{layer.name}/{path.removeprefix('/')}"
    return [names[id(weight)] for weight in model.weights]


def load_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
    """Give a model of the same architecture the weights of a fit."""
    for variable, name in zip(model.weights, weight_names(model), strict=True):
        variable.assign(weights[name])


def members(model: keras.Model, weights: Mapping[str, np.ndarray]) -> list[dict[str, np.ndarray]]:
    """Return the weights of each network of a fit: of one, or of all of a snapshot ensemble."""
    variable, name = model.weights[0], weight_names(model)[0]
    if weights[name].shape == tuple(variable.shape):
        return [dict(weights)]
    return [{key: stack[k] for key, stack in weights.items()} for k in range(len(weights[name]))]


def together(model: keras.Model, fits: Sequence[Mapping[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the weights of all networks of several fits as of one, whose output is their mean."""
    kept = [one for weights in fits for one in members(model, weights)]
    if len(kept) == 1:
        return kept[0]
    return {name: np.stack([one[name] for one in kept]) for name in kept[0]}


def initial_weights(model: keras.Model, seed: int) -> list[np.ndarray | None]:
    """Return new initial values for `model.weights`, drawn by their initializers.

    None stands for a weight whose initial value isn't random (a bias, a moving mean): it begins as
    it was built.

    Raises:
        SpecError: a weight was built with random values, and no initializer is found that could
            draw it again. It would silently be the same for every seed.
    """
    initializers = dict(_initializers(model))
    values: list[np.ndarray | None] = []
    for weight, name in zip(model.weights, weight_names(model), strict=True):
        initializer = initializers.get(id(weight))
        if initializer is not None and hasattr(initializer, "seed"):
            config = {**initializer.get_config(), "seed": derive(seed, "weights", name)}
            drawn = type(initializer).from_config(config)(weight.shape, dtype=weight.dtype)
            values.append(keras.ops.convert_to_numpy(drawn))
        elif initializer is None and len(np.unique(weight.numpy())) > 2:
            raise SpecError(
                f"{name}: no seed reaches the initial values of this weight. Expected a layer "
                "that keeps an initializer for each of its weights."
            )
        else:
            values.append(None)
    return values


def random_states(model: keras.Model) -> list[keras.Variable]:
    """Return the states of the model's seed generators (of dropout, noise, ...).

    Raises:
        SpecError: a layer's generator isn't among them, and would never be seeded.
    """
    states = [v for v in model.variables if v.name == "seed_generator_state"]
    seeded = {id(state) for state in states}
    for layer in model._flatten_layers(include_self=False):
        generator = getattr(layer, "seed_generator", None)
        if generator is not None and id(generator.state) not in seeded:
            raise SpecError(f"{layer.name}: no seed reaches the random state of this layer.")
    return states


def random_state(seed: int, place: int | str) -> np.ndarray:
    """Return the first state of a generator: a key and a counter at 0.

    `place` is its number among the model's, or its name.
    """
    return np.array([derive(seed, "noise", place), 0])


def check_seeded(model: keras.Model) -> None:
    """Raise SpecError if anything random in the model can't be drawn from a seed."""
    initial_weights(model, seed=0)
    random_states(model)


def _initializers(model: keras.Model) -> Iterator[tuple[int, Any]]:
    """Yield the id of each weight with the initializer that its layer keeps for it.

    Keras names it after the weight: `kernel_initializer`, or `recurrent_initializer` for a
    `recurrent_kernel`.
    """
    for layer in model._flatten_layers(include_self=False):
        for weight in layer.weights:
            for name in (weight.name, weight.name.removesuffix("_kernel")):
                initializer = getattr(layer, f"{name}_initializer", None)
                if initializer is not None:
                    yield id(weight), initializer
