"""Strengths of a training, beside those of the network, that can change without a new compile.

Those of its noise, of its averages and of its optimizer: the loop reads them from variables.
"""

from typing import Any

from regpipe.engine.strengths import FREE, Strength
from regpipe.language import Training

# By the key of a training: each is tested. Whatever isn't listed needs a compile of its own.
KEYS = {
    "gradient_noise": ("eta",),
    "weight_noise": ("stddev",),
    "label_noise": ("rate", "stddev"),
    "mixup": ("alpha",),
    "weight_average": ("start",),
}
OPTIMIZERS = ("weight_decay", "ema_momentum")  # arguments of any


def training_strengths(training: Training) -> dict[str, float]:
    """Return the value of each strength by its path, such as `training.mixup.alpha`."""
    found = {}
    for key, names in KEYS.items():
        part = getattr(training, key)
        for name in names if part else ():
            if (value := getattr(part, name)) is not None:
                found[f"training.{key}.{name}"] = float(value)
    for optimizer, arguments in _optimizer(training).items():
        for name in OPTIMIZERS:
            if isinstance(value := arguments.get(name), int | float):
                found[f"training.optimizer.{optimizer}.{name}"] = float(value)
    return found


def without_training_strengths(training: Training) -> dict[str, Any]:
    """Return what a training asks for, strengths blanked: alike where only numbers differ."""
    return _replaced(training, dict.fromkeys(training_strengths(training), FREE)).model_dump(
        warnings=False
    )


def free_training(training: Training) -> tuple[Training, dict[str, Strength]]:
    """Return the training with its strengths made variable, and each of them by its path."""
    free = {path: Strength(value) for path, value in training_strengths(training).items()}
    return _replaced(training, free), free


def _replaced(training: Training, values: dict[str, Any]) -> Training:
    changed: dict[str, Any] = {}
    for path, value in values.items():
        _, key, *between, name = path.split(".")
        if between:
            (optimizer,) = between
            arguments = changed.get(key, _optimizer(training))[optimizer]
            changed[key] = {optimizer: {**arguments, name: value}}
        else:
            part = changed.get(key, getattr(training, key))
            changed[key] = part.model_copy(update={name: value})
    return training.model_copy(update=changed)


def _optimizer(training: Training) -> dict[str, dict[str, Any]]:
    asked = training.optimizer
    return (
        {} if isinstance(asked, str) else {name: dict(part or {}) for name, part in asked.items()}
    )
