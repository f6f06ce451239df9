"""A training in plain Keras: what the ideas that it asks for are made of, each in its role.

The reference engine builds these, and the report pastes their source.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from regpipe.backend import keras
from regpipe.ingredients import Ingredient, overrides


@dataclass(frozen=True)
class Plain:
    """One idea, in one role.

    Attributes:
        idea: the block of YAML.
        made: a class of plain Keras, or a function.
    """

    idea: Ingredient
    made: Any

    @property
    def arguments(self) -> dict[str, Any]:
        """What the block says, as arguments; what it doesn't say is left out."""
        said = self.idea.model_dump()
        if not isinstance(said, dict):
            return {}
        return {key: value for key, value in said.items() if value is not None}

    def called(self, **given: Any) -> dict[str, Any]:
        """Return the arguments of the class: the block's and those `given` that it takes, too."""
        takes = inspect.signature(self.made).parameters
        said = {key: value for key, value in self.arguments.items() if key in takes}
        return {key: value for key, value in given.items() if key in takes} | said


@dataclass(frozen=True)
class PlainTraining:
    """The ideas of a training by their roles.

    Attributes:
        models: mixed into the model, which finds each block under its key.
        optimizers: mixed into the optimizer, likewise.
        callbacks: called with what the block says, and `epochs` where they take it.
        weighing: functions of (what is asked, targets) that return an argument of `fit`.
        passes: what trains more than once.
    """

    models: Sequence[Plain]
    optimizers: Sequence[Plain]
    callbacks: Sequence[Plain]
    weighing: Sequence[Plain]
    passes: Sequence[Plain]


def plain_training(training: Any) -> PlainTraining:
    """Return what a training's ideas are in plain Keras.

    Raises:
        NotImplementedError: one has no such form.
    """
    found: dict[str, list[Plain]] = {
        "models": [],
        "optimizers": [],
        "callbacks": [],
        "weighing": [],
        "passes": [],
    }
    for idea in training.ingredients:
        made = idea.plain()
        for one in made if isinstance(made, tuple) else (made,):
            found[_role(idea, one)].append(Plain(idea, one))
    return PlainTraining(**found)


def mixed(name: str, parts: Sequence[Plain], base: type) -> Any:
    """Return a class of Keras with ideas mixed in."""
    if not parts:
        return base
    blocks = {part.idea.key(): part.arguments for part in parts}
    return type(name, (*(part.made for part in parts), base), blocks)


def _role(idea: Ingredient, made: Any) -> str:
    if overrides(idea, "train"):
        return "passes"
    if not inspect.isclass(made):
        return "weighing"
    roles = {
        "models": keras.Model,
        "optimizers": keras.optimizers.Optimizer,
        "callbacks": keras.callbacks.Callback,
    }
    return next(role for role, base in roles.items() if issubclass(made, base))
