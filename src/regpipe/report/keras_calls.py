"""What an arm's layers, optimizer, loss and callbacks are called in Keras, as text.

The same objects that `network` and `engine.keras_objects` make, without importing Keras.
"""

from collections.abc import Mapping
from typing import Any

from regpipe.candidates.arm import Layer
from regpipe.candidates.arm import Loss as LossSpec
from regpipe.language import Checkpoint, EarlyStopping, Monitored, Training, keras_names
from regpipe.language.vocabulary import BATCH_SUM, SCHEDULES, TEMPORAL, as_keras_takes, keras_class
from regpipe.report.python_text import Call, call

CHECKPOINT_FILE = "best.weights.h5"
# Written by its place where it comes first, as is the custom.
FIRST = {"units", "filters", "rate", "stddev", "activation"}


def layer_call(name: str, layer: Layer) -> Call:
    """Return the call that makes a layer."""
    written = {key: _argument(key, value) for key, value in layer.arguments.items()}
    first = keras_names.arguments("layers", layer.kind)[:1]
    places = [written.pop(key) for key in first if key in FIRST and key in written]
    return call(f"keras.layers.{layer.kind}", *places, **written, name=name)


def optimizer_class(training: Training) -> str:
    """Return the class of Keras' optimizer, such as `Adam`."""
    return keras_class("optimizers", _one(training.optimizer)[0])


def optimizer_call(training: Training, name: str) -> Call:
    """Return the call that makes the optimizer, of a class of this name."""
    arguments = _one(training.optimizer)[1]
    return call(name, **{key: _number(key, value) for key, value in arguments.items()})


def loss_argument(loss: LossSpec) -> Call | str:
    """Return the loss as `compile` takes it."""
    if isinstance(loss, str):
        return loss
    name, arguments = _one(loss)
    return call(f"keras.losses.{keras_class('losses', name)}", **arguments)


def early_stopping_call(rule: EarlyStopping) -> Call:
    """Return the callback, with those arguments that aren't Keras' defaults."""
    told = {"patience": rule.patience} | _unusual(rule)
    return call("keras.callbacks.EarlyStopping", monitor=rule.monitor, **told)


def checkpoint_call(rule: Checkpoint) -> Call:
    """Return the callback that writes the best weights to `CHECKPOINT_FILE`."""
    saves = {"save_best_only": True, "save_weights_only": True}
    told = {"monitor": rule.monitor, **_unusual(rule), **saves}
    return call("keras.callbacks.ModelCheckpoint", CHECKPOINT_FILE, **told)


def _unusual(rule: Monitored) -> dict[str, Any]:
    usual = {name: field.default for name, field in type(rule).model_fields.items()}
    told = rule.model_dump().items()
    return {key: value for key, value in told if key != "monitor" and value != usual[key]}


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
    if isinstance(value, dict) and set(value) == {BATCH_SUM}:
        return call("BatchSum", _regularizer(value[BATCH_SUM]))
    if isinstance(value, dict) and set(value) == {TEMPORAL}:
        return call("TemporalActivity", **value[TEMPORAL])
    if isinstance(value, dict) and set(value) == {"l1", "l2"}:
        return call("keras.regularizers.L1L2", **value)
    return _named("regularizers", value)


def _named(module: str, value: Any) -> Call:
    """Return the call of a class of Keras that is written as in `network`."""
    name, arguments = (value, {}) if isinstance(value, str) else next(iter(value.items()))
    known = keras_names.public_names(module)
    defined = known[name][1]  # such as L2, which YAML calls l2
    made = f"keras.{module}.{defined if defined in known else name}"
    return call(made, **arguments) if isinstance(arguments, dict) else call(made, arguments)


def _one(asked: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(asked, str):
        return asked, {}
    name, arguments = next(iter(asked.items()))
    return name, arguments or {}


def _number(key: str, value: Any) -> Any:
    """Return an optimizer's argument: a schedule as its call."""
    if not isinstance(value, dict):
        return as_keras_takes(key, value)
    name, arguments = _one(value)
    written = {key: as_keras_takes(key, value) for key, value in arguments.items()}
    return call(f"keras.optimizers.schedules.{keras_class(SCHEDULES, name)}", **written)
