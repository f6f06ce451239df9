"""What regularizers stand on -> another network of the same problem, without a technique."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from regpipe.candidates.arm import Arm, apply
from regpipe.candidates.recipes import Value, hidden_layers, mix
from regpipe.errors import SpecError
from regpipe.language import Foundation, Technique
from regpipe.language.layers import Layer
from regpipe.language.reading import parse

FOUNDATIONS = "foundations"


def parse_foundations(blocks: Mapping[str, Any]) -> dict[str, Foundation]:
    """Return foundations by their names, without those that are null."""
    return {
        name: parse(Foundation, block, f"{FOUNDATIONS}.{name}")
        for name, block in blocks.items()
        if block is not None
    }


def found(name: str, chosen: Mapping[str, tuple[Foundation, Value]], base: Arm) -> Arm:
    """Return a network with other foundations, each with its value.

    Raises:
        SpecError: the network has no hidden layer, or one doesn't suit it.
    """
    layers = next((one.layers for one, _ in chosen.values() if one.layers), None)
    inputs = next((one.inputs for one, _ in chosen.values() if one.inputs), base.inputs)
    deep = base if layers is None else replace(base, layers=_of_depth(layers, base))
    technique = Technique(
        title=base.title,
        family="other",
        explanation="",
        problem=base.problem,
        **mix(name, chosen, deep),
    )
    arm = apply(name, technique, deep)
    return replace(arm, technique=None, technique_block=None, inputs=inputs)


def suited(foundations: Mapping[str, Foundation], base: Arm) -> dict[str, Foundation]:
    """Return the foundations that suit a problem's task and network."""
    return {
        name: one
        for name, one in foundations.items()
        if one.is_for(base.task) and _suits(one, base)
    }


def _suits(one: Foundation, base: Arm) -> bool:
    try:
        found("foundation", {"foundation": (one, None)}, base)
    except SpecError:
        return False
    return True


def _of_depth(n: int, base: Arm) -> dict[str, Layer]:
    """Return the layers with n hidden ones: the last is repeated, or the others are left out."""
    hidden = hidden_layers(base)
    layers: dict[str, Layer] = {}
    for name, layer in base.layers.items():
        if name in hidden[n:]:
            continue
        layers[name] = layer
        if name == hidden[-1]:
            layers |= {f"{name}_{k}": layer for k in range(2, n - len(hidden) + 2)}
    return layers
