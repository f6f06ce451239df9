"""Strengths: numbers of a network and of its training that are arguments of the compiled loop.

A penalty's `l2`, a dropout's `rate`, a noise's `stddev` are Python numbers in Keras and would be
compiled into the loop. Here each is read from an argument, so that one compile serves every value
of a grid, 0 and 1 included. A path is that of the technique's YAML: `hidden.kernel_regularizer.l2`,
`training.mixup.alpha`.

What is off isn't computed: at the values that do nothing, a penalty, a constraint or a draw of
random numbers is jumped over (by `tf.cond`, of which XLA runs one branch).
"""

import copy
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from regpipe.backend import keras, tf
from regpipe.engine.network import Architecture
from regpipe.ingredients import LAYERS, PENALTIES
from regpipe.language import Training
from regpipe.language.strengths import KERAS, LOSSES, OPTIMIZER
from regpipe.language.vocabulary import called

FREE = "free"
OURS = {idea.__name__: idea.neutral for idea in (*LAYERS.values(), *PENALTIES.values())}
NEUTRAL: dict[str, Mapping[str, float]] = {**KERAS, **OURS}


class Strength(float):
    """A number of a Keras object that TensorFlow reads as whatever its `tensor` is.

    As a float it is 0.5: Keras leaves out what has strength 0, and this takes the general way.
    """

    dtype = "float32"  # where Keras asks what its product with a tensor will be
    tensor: Any = None

    def __new__(cls) -> "Strength":
        """Return a number whose tensor is yet to be set."""
        return super().__new__(cls, 0.5)

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        """Return the tensor: TensorFlow's protocol for objects that become tensors."""
        return tf.cast(self.tensor, dtype or tf.float32)

    def __mul__(self, other: Any) -> Any:
        return tf.convert_to_tensor(self) * other

    def __rsub__(self, other: Any) -> Any:
        """Return `other - self`, as `1 - rate` in a constraint."""
        return other - tf.convert_to_tensor(self)

    __rmul__ = __mul__


def free_strengths(model: keras.Model, architecture: Architecture) -> dict[str, Strength]:
    """Put a `Strength` into each place of a model where one may stand, and return them by path."""
    free = {}
    for layer, described in zip(model.layers, _layers(architecture), strict=True):
        for path, owner, name in _strengths(layer.name, layer, described):
            free[path] = Strength()
            setattr(owner, name, free[path])
            if isinstance(owner, keras.regularizers.Regularizer | keras.constraints.Constraint):
                kind: Any = type(owner)
                owner.__class__ = _jumped_over(kind)
    return free


def free_optimizer(
    optimizer: keras.optimizers.Optimizer, training: Training
) -> dict[str, Strength]:
    """Do the same for an optimizer; its learning rate is a part of its state."""
    free = {}
    for path in training_strengths(training):
        _, key, *_, name = path.split(".")
        if key == "optimizer" and name != "learning_rate":
            free[path] = Strength()
            setattr(optimizer, name, free[path])
    return free


def free_loss(loss: Any, training: Training) -> dict[str, Strength]:
    """Do the same for a loss."""
    free = {}
    for path in training_strengths(training):
        _, key, *_, name = path.split(".")
        if key == "loss":
            free[path] = loss._fn_kwargs[name] = Strength()
    return free


def network_strengths(architecture: Architecture) -> dict[str, float]:
    """Return the value of each strength of an architecture by its path."""
    return {
        path: config[name]
        for layer in _layers(architecture)
        for path, config, name in _strengths(layer["config"]["name"], layer["config"], layer)
    }


def training_strengths(training: Training) -> dict[str, float]:
    """Return the value of each strength of a training by its path."""
    values = {}
    for idea in training.ingredients:
        for name in idea.neutral:
            if (value := getattr(idea, name)) is not None:
                values[f"training.{idea.key()}.{name}"] = float(value)
    kind, _ = called(training.loss)
    for key, free in (("optimizer", OPTIMIZER), ("loss", LOSSES.get(kind, {}))):
        kind, arguments = called(getattr(training, key))
        for name in free:
            value = arguments.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                values[f"training.{key}.{kind}.{name}"] = float(value)
    return values


def without_strengths(architecture: Architecture, blank: Any = FREE) -> Architecture:
    """Return the architecture with its strengths blanked: alike where only numbers differ."""
    blanked = copy.deepcopy(architecture)
    for layer in _layers(blanked):
        for _, config, name in list(_strengths(layer["config"]["name"], layer["config"], layer)):
            config[name] = blank
    return blanked


def without_training_strengths(training: Training) -> dict[str, Any]:
    """Return what a training asks for; strengths, and what ideas keep in their parts, blanked."""
    asked = copy.deepcopy(training.model_dump())
    in_parts = [f"training.{i.key()}.{name}" for i in training.ingredients for name in i.in_part]
    for path in (*training_strengths(training), *in_parts):
        _, *parents, name = path.split(".")
        inner = asked
        for key in parents:
            inner = inner[key]
        inner[name] = FREE
    return asked


def is_on(idea: Any) -> Any:
    """Return whether an ingredient, its strengths tensors, does anything; None: it always does."""
    pairs = [(getattr(idea, name), nothing) for name, nothing in idea.neutral.items()]
    on = [value != nothing for value, nothing in pairs if value is not None]
    return tf.reduce_any(on) if on else None


def with_strengths(ingredient: Any, values: Mapping[str, Any]) -> Any:
    """Return an ingredient whose strengths are tensors."""
    prefix = f"training.{ingredient.key()}."
    mine = {path.removeprefix(prefix): v for path, v in values.items() if path.startswith(prefix)}
    return ingredient.model_copy(update=mine)


def _layers(architecture: Architecture) -> list[dict[str, Any]]:
    """Return the descriptions of the layers that hold something, in order."""
    return [
        layer for layer in architecture["config"]["layers"] if layer["class_name"] != "InputLayer"
    ]


def _strengths(path: str, owner: Any, described: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Yield (path, owner, name) of each strength; `owner` is walked along with its description.

    The owner is a Keras object, or the config of its description.
    """
    free = NEUTRAL.get(described["class_name"], {})
    for name, value in described["config"].items():
        if isinstance(value, dict) and "class_name" in value and "config" in value:
            part = value["config"] if isinstance(owner, dict) else getattr(owner, name, None)
            yield from _strengths(f"{path}.{name}", part, value)
        elif name in free and value is not None:
            yield f"{path}.{name}", owner, name


@cache
def _jumped_over(kind: Any) -> Any:
    """Return a class of penalties, or of constraints, that isn't computed where it is off."""
    if getattr(kind, "jumps", False):
        return kind

    class Jumped(kind):
        jumps = True

        def _unless_off(self, x: Any, nothing: Any) -> Any:
            strengths = {k: v.tensor for k, v in vars(self).items() if isinstance(v, Strength)}
            on = tf.reduce_any([v != NEUTRAL[kind.__name__][k] for k, v in strengths.items()])
            return tf.cond(on, lambda: kind.__call__(self, x), lambda: nothing)

    class Penalty(Jumped):
        def __call__(self, x: Any) -> Any:
            """Return the penalty; its gradient, by element, is part of what is computed anyway."""

            @tf.custom_gradient
            def penalty(x: Any) -> Any:
                def gradient(upstream: Any) -> Any:
                    with tf.GradientTape() as tape:
                        tape.watch(x)
                        value = kind.__call__(self, x)
                    return upstream * tape.gradient(value, x)

                return self._unless_off(x, tf.zeros([])), gradient

            return penalty(tf.convert_to_tensor(x))

    class Constraint(Jumped):
        def __call__(self, x: Any) -> Any:
            return self._unless_off(x, tf.convert_to_tensor(x))

    made = Penalty if issubclass(kind, keras.regularizers.Regularizer) else Constraint
    made.__name__ = kind.__name__  # by which others know it
    return made
