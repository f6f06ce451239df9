"""What Keras lacks: one file per idea, each citing its source.

A file that is put here is found by itself. `_slots` is what an idea may do in a training,
`_network` what it may be in a network.
"""

import importlib
import pkgutil
from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import Field

from regpipe.ingredients._network import LayerIdea, NetworkIdea, Penalty, snake_case
from regpipe.ingredients._slots import Beginning, Epoch, Ingredient, Step, overrides

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def _of(base: Any) -> list[Any]:
    """Return the classes below a base that are ideas, those between them left out."""
    below = [kind for child in base.__subclasses__() for kind in (_of(child) or [child])]
    return sorted(dict.fromkeys(below), key=lambda kind: kind.__name__)


PENALTIES: dict[str, type[Penalty]] = {kind.key(): kind for kind in _of(Penalty)}
LAYERS: dict[str, type[LayerIdea]] = {kind.key(): kind for kind in _of(LayerIdea)}
IDEAS: tuple[type[Ingredient], ...] = tuple(_of(Ingredient))


def blocks() -> dict[str, Any]:
    """Return the type of each key of a training that is an idea: one block, or one of several."""
    kinds: dict[str, list[Any]] = {}
    for idea in IDEAS:
        kinds.setdefault(idea.key(), []).append(idea)
    return {key: _one_of(ideas) for key, ideas in sorted(kinds.items())}


def _one_of(kinds: list[Any]) -> Any:
    if len(kinds) == 1:
        return kinds[0]
    return Annotated[reduce(or_, kinds), Field(discriminator=kinds[0].discriminator)]


__all__ = [
    "IDEAS",
    "LAYERS",
    "PENALTIES",
    "Beginning",
    "Epoch",
    "Ingredient",
    "LayerIdea",
    "NetworkIdea",
    "Penalty",
    "Step",
    "blocks",
    "overrides",
    "snake_case",
]
