"""What an arm's layers, optimizer and loss are in Keras: calls, which are values.

The engine makes them (`made`), and the report writes them as text.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Any

from regpipe.backend import keras
from regpipe.candidates.arm import Loss
from regpipe.ingredients import LAYERS, PENALTIES
from regpipe.language import Training, keras_names
from regpipe.language.layers import Layer
from regpipe.language.vocabulary import SCHEDULES, as_keras_takes, called, keras_class

# Written by its place where it comes first, as is the custom.
FIRST = {"units", "filters", "rate", "stddev", "activation"}


@dataclass(frozen=True)
class Call:
    """A call such as `keras.layers.Dense(500, activation="relu")`.

    Attributes:
        what: the name of what is called, or a class that Keras lacks.
        arguments: by keyword; an empty one is a place in the order.
    """

    what: Any
    arguments: tuple[tuple[str, Any], ...]

    def __post_init__(self) -> None:
        """Refuse what isn't a name: it comes from YAML."""
        for name in (*self.name.split("."), *(key for key, _ in self.arguments if key)):
            if not name.isidentifier():
                raise ValueError(f"Expected a name of Python, received {name!r}.")

    @property
    def name(self) -> str:
        """By which it is called in a script."""
        return self.what if isinstance(self.what, str) else self.what.__name__


def call(what: Any, /, *values: Any, **named: Any) -> Call:
    """Return the call of a name, or of a class, with these arguments."""
    return Call(what, (*(("", value) for value in values), *named.items()))


def made(value: Any) -> Any:
    """Return what a call of Keras returns, and any other value as it is."""
    if not isinstance(value, Call):
        return value
    what, arguments = value.what, value.arguments
    if isinstance(what, str):
        what = reduce(getattr, what.split(".")[1:], keras)
    places = [made(item) for key, item in arguments if not key]
    return what(*places, **{key: made(item) for key, item in arguments if key})


def layer_call(name: str, layer: Layer) -> Call:
    """Return the call that makes a layer."""
    written = {key: _argument(key, value) for key, value in layer.arguments.items()}
    if layer.kind in LAYERS:
        return call(LAYERS[layer.kind].plain(), **written, name=name)
    first = keras_names.arguments("layers", layer.kind)[:1]
    places = [written.pop(key) for key in first if key in FIRST and key in written]
    return call(f"keras.layers.{layer.kind}", *places, **written, name=name)


def optimizer_call(training: Training) -> Call:
    """Return the call that makes the optimizer."""
    name, arguments = called(training.optimizer)
    kind = keras_class("optimizers", name)
    numbers = {key: _number(key, value) for key, value in arguments.items()}
    return call(f"keras.optimizers.{kind}", **numbers)


def loss_call(loss: Loss) -> Call | str:
    """Return the loss that YAML calls by its name or as `{Name: {argument: value}}`."""
    if isinstance(loss, str):
        return loss
    name, arguments = called(loss)
    return call(f"keras.losses.{keras_class('losses', name)}", **arguments)


def _argument(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_regularizer"):
        return _regularizer(value)
    for module in ("constraints", "initializers"):
        if name.endswith(f"_{module[:-1]}"):
            return _named(module, value)
    return value


def _regularizer(value: Any) -> Call:
    name, inner = next(iter(value.items())) if isinstance(value, dict) else (value, None)
    if name in PENALTIES:
        idea = PENALTIES[name]
        if idea.wraps:
            return call(idea.plain(), _regularizer(inner))
        return call(idea.plain(), **(inner or {}))
    if isinstance(value, dict) and set(value) == {"l1", "l2"}:
        return call("keras.regularizers.L1L2", **value)
    return _named("regularizers", value)


def _named(module: str, value: Any) -> Call:
    """Return the call of `name`, `{name: first argument}` or `{name: {argument: value}}`."""
    name, arguments = (value, {}) if isinstance(value, str) else next(iter(value.items()))
    public = keras_names.public_names(module)
    defined = public[name][1]  # such as L2, which YAML calls l2
    kind = f"keras.{module}.{defined if defined in public else name}"
    return call(kind, **arguments) if isinstance(arguments, dict) else call(kind, arguments)


def _number(key: str, value: Any) -> Any:
    """Return an optimizer's argument: a schedule as its call."""
    if not isinstance(value, dict):
        return as_keras_takes(key, value)
    name, arguments = called(value)
    written = {key: as_keras_takes(key, value) for key, value in arguments.items()}
    return call(f"keras.optimizers.schedules.{keras_class(SCHEDULES, name)}", **written)
