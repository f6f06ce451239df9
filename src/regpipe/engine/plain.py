"""A training in plain Keras: what the ideas that it asks for are made of, each in its role.

`engine: keras` builds these, and the report pastes their source.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, fields
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
        """What is set in the block, as arguments."""
        block = self.idea.model_dump()
        if not isinstance(block, dict):
            return {}
        return {key: value for key, value in block.items() if value is not None}

    def called(self, **further: Any) -> dict[str, Any]:
        """Return the arguments of the class: the block's, and the `further` ones that it takes."""
        takes = inspect.signature(self.made).parameters
        return {key: v for key, v in (further | self.arguments).items() if key in takes}


@dataclass(frozen=True)
class PlainTraining:
    """The ideas of a training by their roles.

    Attributes:
        models: mixed into the model, which finds each block under its key.
        optimizers: mixed into the optimizer, likewise.
        callbacks: called with what is set in the block, and `epochs` where they take it.
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
        SpecError: one has no such form.
    """
    by_role: dict[str, list[Plain]] = {role.name: [] for role in fields(PlainTraining)}
    for idea in training.ingredients:
        made = idea.plain()
        for one in made if isinstance(made, tuple) else (made,):
            by_role[_role(idea, one)].append(Plain(idea, one))
    return PlainTraining(**by_role)


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
