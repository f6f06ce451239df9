"""Strengths that can change without a new compile.

A penalty's `l2`, a dropout's `rate`, a noise's `stddev` are Python numbers in Keras and would be
compiled into the loop. Here each becomes a number that carries a variable, so that one compiled
loop serves every value of a grid. Zero stays what it is: Keras leaves such a penalty out.
"""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from regpipe.backend import keras, tf

# Per class of Keras, the numbers that may become variables: each is tested. Whatever isn't listed
# stays a constant, and needs a compile of its own.
STRENGTHS = {
    "L1": {"l1"},
    "L2": {"l2"},
    "L1L2": {"l1", "l2"},
    "MaxNorm": {"max_value"},
    "MinMaxNorm": {"min_value", "max_value", "rate"},
    "Dropout": {"rate"},
    "SpatialDropout1D": {"rate"},
    "SpatialDropout2D": {"rate"},
    "GaussianNoise": {"stddev"},
}
FREE = "free"

Architecture = dict[str, Any]


class Strength(float):
    """A float that TensorFlow reads as a variable, wherever Keras computes with it."""

    dtype = "float32"  # where Keras asks what its product with a tensor will be
    variable: tf.Variable
    _tell: list[Callable[[float], Any]]

    def __new__(cls, value: float) -> "Strength":
        """Return the number with a variable that begins at its value."""
        strength = super().__new__(cls, value)
        strength.variable = tf.Variable(value, dtype=tf.float32, trainable=False)
        strength._tell = []
        return strength

    def set(self, value: float) -> None:
        """Give the variable another value, and tell whoever makes something of it."""
        self.variable.assign(value)
        for tell in self._tell:
            tell(value)

    def when_set(self, tell: Callable[[float], Any]) -> None:
        """Call `tell` with each further value: for what can't be computed inside the loop."""
        self._tell.append(tell)

    def __tf_tensor__(self, dtype: Any = None, name: str | None = None) -> Any:
        """Return the variable's value: TensorFlow's protocol for objects that become tensors."""
        return tf.cast(self.variable.value(), dtype or tf.float32)

    def __mul__(self, other: Any) -> Any:
        """Return the product with a tensor."""
        return tf.convert_to_tensor(self) * other

    def __rsub__(self, other: Any) -> Any:
        """Return `other - self`, as `1 - rate` in a constraint."""
        return other - tf.convert_to_tensor(self)

    __rmul__ = __mul__


def free_strengths(model: keras.Model, architecture: Architecture) -> dict[str, Strength]:
    """Make the model's strengths variable, and return each by its path.

    A path is that of the technique's YAML: `hidden.kernel_regularizer.l2`, `mask.rate`.
    """
    free = {}
    for layer, described in zip(model.layers, _layers(architecture), strict=True):
        for path, owner, name in _strengths(layer.name, layer, described):
            strength = Strength(getattr(owner, name))
            setattr(owner, name, strength)
            free[path] = strength
    return free


def strengths(architecture: Architecture) -> dict[str, float]:
    """Return the value of each strength of an architecture by its path."""
    return {
        path: config[name]
        for layer in _layers(architecture)
        for path, config, name in _strengths(layer["config"]["name"], layer["config"], layer)
    }


def without_strengths(architecture: Architecture) -> Architecture:
    """Return the architecture with its strengths blanked: alike where only numbers differ."""
    blank = copy.deepcopy(architecture)
    for layer in _layers(blank):
        for _, config, name in _strengths(layer["config"]["name"], layer["config"], layer):
            config[name] = FREE
    return blank


def _layers(architecture: Architecture) -> list[dict[str, Any]]:
    """Return the descriptions of the layers that hold something, in order."""
    return [
        layer for layer in architecture["config"]["layers"] if layer["class_name"] != "InputLayer"
    ]


def _strengths(path: str, owner: Any, described: dict[str, Any]) -> Iterator[tuple[str, Any, str]]:
    """Yield (path, owner, name) of each strength; `owner` is walked along with its description.

    The owner is a Keras object, or the config of its description.
    """
    free = STRENGTHS.get(described["class_name"], set())
    for name, value in described["config"].items():
        if isinstance(value, dict) and "class_name" in value and "config" in value:
            part = value["config"] if isinstance(owner, dict) else getattr(owner, name, None)
            yield from _strengths(f"{path}.{name}", part, value)
        elif name in free and value not in (0, 1):  # at 0 and 1, Keras takes another way
            yield f"{path}.{name}", owner, name
