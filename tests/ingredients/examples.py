"""Each idea as a block of ours asks for it, in a small network."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from regpipe.candidates.arm import Arm
from regpipe.candidates.recipes import parse_recipes
from regpipe.ingredients import IDEAS, LAYERS, PENALTIES, Ingredient
from regpipe.language.layers import Layer
from tests.conftest import TECHNIQUES, arm_called, blocks

ARMS = {name: arm_called(name) for name in TECHNIQUES}
RECIPES = parse_recipes(blocks("recipes")["recipes"])
# Of an idea that no block of ours asks for by itself.
ALONE: dict[str, dict[str, Any]] = {
    "Cosine": {"cosine": {"fall": 1.0}},
    "Below": {"stop_when": {"rule": "below", "monitor": "loss", "value": 0.6}},
}
EVERY: tuple[Any, ...] = (*IDEAS, *LAYERS.values(), *PENALTIES.values())


def example(idea: Any) -> dict[str, Any]:
    """Return the keys of a training that asks for an idea, from the first block that does."""
    for name, arm in ARMS.items():
        for asked in arm.training.ingredients:
            if type(asked) is idea:
                return {**TECHNIQUES[name].training, idea.key(): asked.model_dump()}
    for recipe in RECIPES.values():
        if idea.key() in recipe.training and not idea.discriminator:
            return recipe.training
    return ALONE[idea.__name__]


def arm_with(idea: Any, **training: Any) -> Arm:
    """Return a small network that has an idea, or is trained with it; some of its training changed.

    An idea of a training is asked for on moons, one of a network on the problem of its block.
    """
    training = {"epochs": 6, "batch_size": 8} | training
    if issubclass(idea, Ingredient):
        asked = {key: value for key, value in example(idea).items() if key not in training}
        return small(arm_called("weight_l2", **asked, **training))
    name = next(name for name, arm in ARMS.items() if any(_places(idea, arm)))
    return small(arm_called(name, **training))


def without(idea: Any, arm: Arm) -> Arm:
    """Return an arm that lacks an idea."""
    if issubclass(idea, Ingredient):
        return replace(arm, training=arm.training.model_copy(update={idea.key(): None}))
    layers = dict(arm.layers)
    for layer, argument in _places(idea, arm):
        left = {k: v for k, v in layers[layer].arguments.items() if k != argument}
        layers[layer] = replace(layers[layer], arguments=left)
        if not argument:
            del layers[layer]
    return replace(arm, layers=layers)


def neutral(idea: Any, arm: Arm) -> Arm:
    """Return an arm in which all strengths of an idea that it has do nothing."""
    if issubclass(idea, Ingredient):
        asked = getattr(arm.training, idea.key())
        off = {k: v for k, v in idea.neutral.items() if getattr(asked, k) is not None}
        changed = {idea.key(): asked.model_copy(update=off)}
        return replace(arm, training=arm.training.model_copy(update=changed))
    layers = dict(arm.layers)
    for layer, argument in _places(idea, arm):
        inner = {argument: {idea.key(): idea.neutral}} if argument else idea.neutral
        layers[layer] = replace(layers[layer], arguments={**layers[layer].arguments, **inner})
    return replace(arm, layers=layers)


def small(arm: Arm) -> Arm:
    """Return an arm whose layers have 16 units at most."""
    layers = {
        name: Layer(layer.kind, {**layer.arguments, "units": min(units, 16)})
        if (units := layer.arguments.get("units"))
        else layer
        for name, layer in arm.layers.items()
    }
    return replace(arm, layers=layers)


def _places(idea: Any, arm: Arm) -> Iterator[tuple[str, str]]:
    """Yield the layers that are an idea, or have it as their argument of a name."""
    for name, layer in arm.layers.items():
        if layer.kind == idea.key():
            yield name, ""
        for argument, value in layer.arguments.items():
            if isinstance(value, dict) and idea.key() in value:
                yield name, argument
