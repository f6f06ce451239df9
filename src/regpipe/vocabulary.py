"""Is this mapping a layer, a regularizer, a constraint, an optimizer that Keras can build?

Only names and arguments are checked here, in a second and without importing Keras; a value that
Keras refuses is reported by `network`, before anything trains.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from regpipe import keras_names
from regpipe.errors import SpecError, unknown

NAME = re.compile(r"[a-z][a-z0-9_]*")
BATCH_SUM = "batch_sum"
SCHEDULES = "optimizers/schedules"


def check_name(path: str, what: str, name: str) -> None:
    """Raise SpecError unless `name` can be a key of a path, a folder and a Keras layer."""
    if not NAME.fullmatch(name):
        raise SpecError(
            [f"{path}: '{name}' can't name a {what}. Expected small letters, digits and _."]
        )


def check_layer(path: str, kind: str, arguments: dict[str, Any]) -> None:
    """Raise SpecError unless `keras.layers.<kind>` exists and takes these arguments."""
    known = keras_names.class_names("layers")
    if kind not in known:
        raise unknown(path, "layer of Keras", kind, known)
    if not isinstance(arguments, dict):
        raise SpecError(
            [f"{path}.{kind}: expected a mapping of arguments, received {arguments!r}."]
        )
    check_arguments(path, kind, arguments)


def check_arguments(path: str, kind: str, arguments: dict[str, Any]) -> None:
    """Raise SpecError unless `keras.layers.<kind>` takes these arguments."""
    known = keras_names.arguments("layers", kind)
    for name, value in arguments.items():
        if name not in known:
            raise unknown(path, f"argument of {kind}", name, known)
        if check := _check_of(name):
            check(f"{path}.{name}", value)


def check_regularizer(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is a mapping of strengths, or of a regularizer's arguments."""
    if value is None:
        return
    if isinstance(value, dict) and set(value) & {"l1", "l2"}:
        for name, strength in value.items():
            if name not in {"l1", "l2"}:
                raise unknown(path, "strength", str(name), ["l1", "l2"])
            _check_strength(f"{path}.{name}", strength)
        return
    if isinstance(value, dict) and set(value) == {BATCH_SUM}:
        return check_regularizer(f"{path}.{BATCH_SUM}", value[BATCH_SUM])
    _check_object(path, "regularizers", "regularizer", value, ["l1", "l2", BATCH_SUM])


def check_constraint(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is `{name: {argument: value}}` or `{name: first argument}`."""
    if value is not None:
        _check_object(path, "constraints", "constraint", value)


def check_initializer(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is the name of an initializer or `{name: arguments}`."""
    _check_object(path, "initializers", "initializer", value)


def check_activation(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is the name of an activation."""
    _check_one_of(path, "activation", value, keras_names.function_names("activations"))


def check_loss(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is the name of a loss, or one of its aliases such as mse."""
    aliases = ["mse", "mae", "bce"]
    _check_one_of(path, "loss", value, [*keras_names.function_names("losses"), *aliases])


def check_optimizer(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is the name of an optimizer or `{name: arguments}`.

    A learning rate is a number, or `{schedule: arguments}` of `keras.optimizers.schedules`.
    """
    arguments = value if isinstance(value, dict) else {value: {}}
    if len(arguments) != 1:
        raise SpecError(
            [f"{path}: expected one optimizer, received {', '.join(arguments) or value}."]
        )
    name, given = next(iter(arguments.items()))
    _check_class(path, "optimizers", "optimizer", name, given)
    rate = (given or {}).get("learning_rate")
    if isinstance(rate, dict):
        if len(rate) != 1:
            raise SpecError(
                [f"{path}.{name}.learning_rate: expected one schedule, received {rate}."]
            )
        schedule, given = next(iter(rate.items()))
        _check_class(f"{path}.{name}.learning_rate", SCHEDULES, "schedule", schedule, given)


def keras_class(module: str, name: str) -> str:
    """Return the class of `keras.<module>` that YAML calls `name`, in small letters or as it is.

    >>> keras_class("optimizers", "adam")
    'Adam'
    """
    return {known.lower(): known for known in _buildable(module)}[name.lower()]


def _check_class(path: str, module: str, what: str, name: Any, given: Any) -> None:
    known = _buildable(module)
    if str(name).lower() not in {k.lower() for k in known}:
        raise unknown(path, f"{what} of Keras", str(name), known)
    if not isinstance(given or {}, dict):
        raise SpecError([f"{path}.{name}: expected a mapping of arguments, received {given!r}."])
    arguments = keras_names.arguments(module, keras_class(module, name))
    for argument in given or {}:
        if argument not in arguments:
            raise unknown(f"{path}.{name}", f"argument of {name}", argument, arguments)


def _buildable(module: str) -> list[str]:
    """Return the classes that can be built from numbers, without base classes and wrappers."""
    abstract = {"Optimizer", "OptimizerMap", "MultiOptimizer", "LossScaleOptimizer"}
    return [
        k for k in keras_names.class_names(module) if k not in {*abstract, "LearningRateSchedule"}
    ]


def _check_of(argument: str) -> Callable[[str, Any], None] | None:
    by_ending = {
        "_regularizer": check_regularizer,
        "_constraint": check_constraint,
        "_initializer": check_initializer,
        "activation": check_activation,
    }
    return next((check for end, check in by_ending.items() if argument.endswith(end)), None)


def _check_object(path: str, module: str, what: str, value: Any, extra: Iterable[str] = ()) -> None:
    """Check `name`, `{name: first argument}` or `{name: {argument: value}}` in `keras.<module>`."""
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        raise SpecError([f"{path}: expected one {what} as a mapping, received {value!r}."])
    name, arguments = next(iter(value.items()))
    if name not in keras_names.public_names(module):
        known = [*keras_names.function_names(module), *extra]
        raise unknown(path, what, str(name), known)
    if isinstance(arguments, dict):
        known_arguments = keras_names.arguments(module, name)
        for argument in arguments:
            if argument not in known_arguments:
                raise unknown(f"{path}.{name}", f"argument of {name}", argument, known_arguments)


def _check_one_of(path: str, what: str, value: Any, known: list[str]) -> None:
    if not isinstance(value, str):
        raise SpecError([f"{path}: expected the name of a {what}, received {value!r}."])
    if value not in known:
        raise unknown(path, what, value, known)


def _check_strength(path: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise SpecError([f"{path}: expected a strength of 0 or more, received {value!r}."])
