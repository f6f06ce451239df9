"""Is this mapping a layer, a regularizer, a constraint, an optimizer that Keras can build?

Only names and arguments are checked here, in a second and without importing Keras; a value that
Keras refuses is reported by `network`, before anything trains.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from regpipe.errors import SpecError, shown, unknown
from regpipe.ingredients import LAYERS, PENALTIES
from regpipe.language import keras_names
from regpipe.language.reading import parse

NAME = re.compile(r"[a-z][a-z0-9_]*")
LONGEST_NAME = 100  # letters: it becomes a part of files' names, which may have 255
DEVICES = {"con", "prn", "aux", "nul", *(f"{n}{k}" for n in ("com", "lpt") for k in range(1, 10))}
SCHEDULES = "optimizers/schedules"

# Arguments of optimizers and schedules that Keras takes as floats alone, and those that are whole.
FLOATS = ("learning_rate", "initial_learning_rate", "values", "momentum")
WHOLE = ("gradient_accumulation_steps", "ema_overwrite_frequency")
SCHEDULED = ("learning_rate",)  # a number, or a schedule
PER_AXIS = ("kernel_size", "pool_size")  # a number, or one for each axis
SIZES = ("units", "filters")  # whole, and never null

# What a layer finds in the rows that it is adapted to, as its arguments.
ADAPTED = ("mean", "variance", "bin_boundaries", "vocabulary")

# The range of numbers that Keras would take without a word, or refuse in words of its own.
SHARE = (0, 1, "a share of at least 0 and below 1")
POSITIVE = (1e-300, float("inf"), "a number above 0")
NOT_NEGATIVE = (0, float("inf"), "a number of 0 or more")
Ranges = dict[str, tuple[float, float, str]]
RANGES: Ranges = {
    **dict.fromkeys(("rate", "dropout", "recurrent_dropout"), SHARE),
    **dict.fromkeys(
        ("momentum", "ema_momentum", "beta_1", "beta_2", "rho", "label_smoothing"), SHARE
    ),
    **dict.fromkeys(("learning_rate", "initial_learning_rate"), NOT_NEGATIVE),
    **dict.fromkeys(("units", "filters", "kernel_size", "pool_size"), POSITIVE),
    **dict.fromkeys(("clipnorm", "clipvalue", "global_clipnorm"), POSITIVE),
    **dict.fromkeys(("stddev", "weight_decay", "l1", "l2"), NOT_NEGATIVE),
    **dict.fromkeys(("max_value", "min_value", "max_norm", "factor"), NOT_NEGATIVE),
}
# Constraints blend by a rate of up to 1.
CONSTRAINT_RANGES = {**RANGES, "rate": (0, 1.000001, "a share from 0 to 1")}


def check_name(path: str, what: str, name: Any) -> None:
    """Raise SpecError unless `name` can be a key of a path, a folder and a Keras layer."""
    path = path or repr(path)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise SpecError(
            f"{path}: {name!r} can't name a {what}. Expected small letters, digits and _, "
            "and a letter first."
        )
    if name in DEVICES:
        raise SpecError(f"{path}: no folder can be called '{name}' on Windows. Expected another.")
    if len(name) > LONGEST_NAME:
        raise SpecError(
            f"{name[:20]}...: {len(name)} letters can't name a {what}. Expected "
            f"{LONGEST_NAME} or fewer."
        )


def check_layer(path: str, kind: str, arguments: dict[str, Any]) -> None:
    """Raise SpecError unless `keras.layers.<kind>` exists and takes these arguments."""
    kinds = [*keras_names.class_names("layers"), *LAYERS]
    if kind not in kinds:
        raise unknown(path, "layer of Keras", kind, kinds)
    if not isinstance(arguments, dict):
        raise SpecError(f"{path}.{kind}: expected a mapping of arguments, received {arguments!r}.")
    check_arguments(path, kind, arguments)


def check_arguments(path: str, kind: str, arguments: dict[str, Any]) -> None:
    """Raise SpecError unless `keras.layers.<kind>` takes these arguments."""
    if kind not in LAYERS:
        return _check_values(path, kind, arguments, keras_names.arguments("layers", kind))
    own = LAYERS[kind].model_fields
    _check_values(path, kind, arguments, (*own, *keras_names.LAYER_ARGUMENTS))
    parse(LAYERS[kind], {key: value for key, value in arguments.items() if key in own}, path)


def check_fixed(path: str, kind: str, arguments: dict[str, Any]) -> None:
    """Raise SpecError for a layer that does nothing, or nothing right, until it has seen rows.

    Keras adapts such layers by a method of theirs, ahead of training, and it isn't called here.
    With what they would find as arguments, they are layers like others.
    """
    if kind in LAYERS or not keras_names.has_method("layers", kind, "adapt"):
        return
    finds = [name for name in ADAPTED if name in keras_names.arguments("layers", kind)]
    if finds and all(arguments.get(name) is not None for name in finds):
        return
    instead = " and ".join(finds) or "another layer"
    if "mean" in finds:
        instead = f"`standardise: [features]` in the problem in its place, or its {instead}"
    raise SpecError(
        f"{path}: a {kind} has to be adapted to rows before training, which isn't done here. "
        f"Expected {instead}."
    )


def check_regularizer(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is a mapping of strengths, or of a regularizer's arguments."""
    if value is None:
        return
    if isinstance(value, dict) and set(value) & {"l1", "l2"}:
        return _check_strengths(path, value, ["l1", "l2"])
    ours = PENALTIES if path.endswith("activity_regularizer") else {}
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in ours:
        name, inner = next(iter(value.items()))
        if not ours[name].wraps:
            parse(ours[name], inner, f"{path}.{name}")
            return
        if inner is None:
            raise SpecError(f"{path}.{name}: expected a regularizer such as {{l1: 0.0001}}.")
        return check_regularizer(f"{path}.{name}", inner)
    _check_object(path, "regularizers", "regularizer", value, ["l1", "l2", *ours])


def check_loss(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is a loss: its name, an alias, or `{Name: arguments}`."""
    if isinstance(value, dict):
        if len(value) != 1:
            raise SpecError(f"{path}: expected one loss, received {', '.join(value) or value}.")
        name, arguments = next(iter(value.items()))
        return _check_class(path, "losses", "loss", name, arguments)
    aliases = ["mse", "mae", "bce"]
    _check_one_of(path, "loss", value, [*keras_names.function_names("losses"), *aliases])


def check_optimizer(path: str, value: Any) -> None:
    """Raise SpecError unless `value` is the name of an optimizer or `{name: arguments}`.

    A learning rate is a number, or `{schedule: arguments}` of `keras.optimizers.schedules`.
    """
    asked = value if isinstance(value, dict) else {value: {}}
    if len(asked) != 1:
        raise SpecError(f"{path}: expected one optimizer, received {', '.join(asked) or value}.")
    name, arguments = next(iter(asked.items()))
    _check_class(path, "optimizers", "optimizer", name, arguments)
    rate = (arguments or {}).get("learning_rate")
    if isinstance(rate, dict):
        if len(rate) != 1:
            raise SpecError(f"{path}.{name}.learning_rate: expected one schedule, received {rate}.")
        schedule, arguments = next(iter(rate.items()))
        _check_class(f"{path}.{name}.learning_rate", SCHEDULES, "schedule", schedule, arguments)


def called(asked: Any) -> tuple[str, dict[str, Any]]:
    """Return the name and the arguments of what YAML calls by its name or `{name: arguments}`.

    >>> called("adam"), called({"SGD": {"momentum": 0.9}}), called({"SGD": None})
    (('adam', {}), ('SGD', {'momentum': 0.9}), ('SGD', {}))
    """
    if not isinstance(asked, dict):
        return asked, {}
    name, arguments = next(iter(asked.items()))
    return name, arguments or {}


def keras_class(module: str, name: str) -> str:
    """Return the class of `keras.<module>` that YAML calls `name`, in small letters or as it is.

    >>> keras_class("optimizers", "adam")
    'Adam'
    """
    return {kind.lower(): kind for kind in _buildable(module)}[name.lower()]


def as_keras_takes(name: str, value: Any) -> Any:
    """Return an optimizer's or a schedule's argument, as a float where Keras wants one.

    It refuses `learning_rate=1` and `momentum=0`, and computes a schedule in the type of its first
    rate: after a 1, all that it decays by would be cut down to whole numbers. Other whole numbers,
    such as those of steps, have to stay so.

    >>> as_keras_takes("values", [1, 0.1]), as_keras_takes("decay_steps", 9)
    ([1.0, 0.1], 9)
    """
    if name not in FLOATS:
        return value
    if isinstance(value, list):
        return [as_keras_takes(name, one) for one in value]
    return float(value) if type(value) is int else value


def _check_class(path: str, module: str, what: str, name: Any, arguments: Any) -> None:
    kinds, arguments = _buildable(module), arguments or {}
    if str(name).lower() not in {kind.lower() for kind in kinds}:
        raise unknown(path, f"{what} of Keras", str(name), kinds)
    if not isinstance(arguments, dict):
        raise SpecError(f"{path}.{name}: expected a mapping of arguments, received {arguments!r}.")
    names = keras_names.arguments(module, keras_class(module, name))
    _check_values(f"{path}.{name}", name, arguments, names)


def _buildable(module: str) -> list[str]:
    """Return the classes that can be built from numbers, without base classes and wrappers."""
    abstract = {"Optimizer", "OptimizerMap", "MultiOptimizer", "LossScaleOptimizer"}
    return [
        k for k in keras_names.class_names(module) if k not in {*abstract, "LearningRateSchedule"}
    ]


def _check_values(
    path: str, kind: str, values: dict[str, Any], names: Sequence[str], ranges: Ranges = RANGES
) -> None:
    """Check that `kind` takes arguments of these names, and that they have values as expected."""
    for name, value in values.items():
        at = f"{path}.{name}"
        if name not in names:
            raise unknown(path, f"argument of {kind}", name, names)
        whole = name in SIZES or (name in WHOLE and value is not None)
        if whole and type(value) is not int:
            raise SpecError(f"{at}: expected a whole number, received {shown(value)}.")
        if name.endswith("_regularizer"):
            check_regularizer(at, value)
        elif name.endswith("_constraint") and value is not None:
            _check_object(at, "constraints", "constraint", value)
        elif name.endswith("_initializer"):
            _check_object(at, "initializers", "initializer", value)
        elif name.endswith("activation"):
            _check_one_of(at, "activation", value, keras_names.function_names("activations"))
        else:
            check_range(at, name, value, ranges)


def _check_object(path: str, module: str, what: str, value: Any, extra: Iterable[str] = ()) -> None:
    """Check `name`, `{name: first argument}` or `{name: {argument: value}}` in `keras.<module>`."""
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        raise SpecError(f"{path}: expected one {what} as a mapping, received {value!r}.")
    name, arguments = next(iter(value.items()))
    if name not in keras_names.public_names(module):
        raise unknown(path, what, str(name), [*keras_names.function_names(module), *extra])
    ranges = CONSTRAINT_RANGES if module == "constraints" else RANGES
    if isinstance(arguments, dict):
        names = keras_names.arguments(module, name)
        _check_values(f"{path}.{name}", name, arguments, names, ranges)
    else:
        check_range(f"{path}.{name}", name, arguments, ranges)


def _check_one_of(path: str, what: str, value: Any, names: list[str]) -> None:
    if not isinstance(value, str):
        a = "an" if what.startswith("a") else "a"
        raise SpecError(f"{path}: expected the name of {a} {what}, received {shown(value)}.")
    if value not in names:
        raise unknown(path, what, value, names)


def _check_strengths(path: str, value: Any, names: list[str]) -> None:
    if not isinstance(value, dict):
        raise SpecError(f"{path}: expected a mapping of {', '.join(names)}, received {value!r}.")
    for name, strength in value.items():
        if name not in names:
            raise unknown(path, "strength", str(name), names)
        if isinstance(strength, bool) or not isinstance(strength, int | float):
            raise SpecError(f"{path}.{name}: expected a number, received {strength!r}.")
        check_range(f"{path}.{name}", name, strength)


def check_range(path: str, name: str, value: Any, ranges: Ranges = RANGES) -> None:
    """Raise SpecError for a number out of the range of `name`, if it has one, or no number."""
    if name not in ranges or value is None or (name in SCHEDULED and isinstance(value, dict)):
        return
    low, high, expected = ranges[name]
    for one in value if isinstance(value, list) and name in PER_AXIS else [value]:
        number = isinstance(one, int | float) and not isinstance(one, bool)
        if not number or not low <= one < high:
            raise SpecError(f"{path}: expected {expected}, received {shown(value)}.")
