"""How much a run may ask for: what is more than that is taken for a slip, and refused at once.

A network of 1e9 units, or 1e9 epochs, would else be killed for its memory, or end in a hundred
years. Each limit is a parameter, so that whoever means it can raise it.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import PositiveInt

from regpipe.language.layers import RECURRENT, Layer
from regpipe.strict import Strict


class Limits(Strict):
    """The most that a run may ask for.

    `points` are those of a grid, `ways` those to hold out rows in each repeat, `weights` those of a
    network, for which a fit needs some 24 bytes each.
    """

    repeats: PositiveInt = 100_000
    epochs: PositiveInt = 1_000_000
    rows: PositiveInt = 10_000_000
    trials: PositiveInt = 10_000
    ways: PositiveInt = 100
    points: PositiveInt = 10_000
    layers: PositiveInt = 100
    units: PositiveInt = 10_000
    weights: PositiveInt = 50_000_000
    workers: PositiveInt = 256


# The limit of what stands in any block under such a key.
OF_KEYS = {
    **dict.fromkeys(("repeats", "at_most", "batch", "draws", "weights", "orders"), "repeats"),
    **dict.fromkeys(("epochs", "patience", "start_from_epoch", "validation_freq"), "epochs"),
    **dict.fromkeys(("n_samples", "length", "score_rows", "batch_size"), "rows"),
    **dict.fromkeys(("trials", "startup"), "trials"),
    **dict.fromkeys(("holdouts", "finalists", "finals", "seeds", "n_splits"), "ways"),
    **dict.fromkeys(("units", "filters", "kernel_size", "n"), "units"),
    **{name: name for name in ("layers", "workers")},
}
GATES = {"LSTM": 4, "GRU": 3}
BYTES = 24  # a weight, its gradient, two moments of an optimizer, those kept, those read


def faults_of_sizes(block: Mapping[str, Any], limits: Limits, path: str = "") -> Iterator[str]:
    """Yield which numbers of a block, and of those inside of it, are beyond their limit."""
    for key, value in block.items():
        here = f"{path}{key}"
        if isinstance(value, dict):
            if key == "grid":
                lists = [len(values) for values in value.values() if isinstance(values, list)]
                yield from _beyond(here, math.prod(lists), "points", limits)
            yield from faults_of_sizes(value, limits, f"{here}.")
        elif key in OF_KEYS and isinstance(value, int | float):
            yield from _beyond(here, value, OF_KEYS[key], limits)


def faults_of_weights(
    path: str, shape: Sequence[int] | None, layers: Mapping[str, Layer], limits: Limits
) -> Iterator[str]:
    """Yield that a network has too many weights, see `weights_of`."""
    weights = weights_of(shape, layers)
    for fault in _beyond(f"{path}.network", weights, "weights", limits):
        yield f"{fault} Each of its fits would need about {weights * BYTES / 1e9:,.0f} GB."


def weights_of(shape: Sequence[int] | None, layers: Mapping[str, Layer]) -> int:
    """Return about how many weights a network has, without Keras.

    Args:
        shape: of a row; None for a vector, whose length hardly counts.
        layers: in order; only those with `units` or `filters` have weights that count.

    >>> weights_of([8, 8, 1], {"flat": Layer("Flatten", {}), "out": Layer("Dense", {"units": 10})})
    640
    """
    *places, width = shape or (1,)
    weights = 0
    for layer in layers.values():
        size = layer.arguments.get("kernel_size", 1)
        kernel = size ** max(len(places), 1) if isinstance(size, int) else 1
        if layer.kind == "Flatten":
            places, width = [], width * math.prod(places)
        units = layer.arguments.get("units", layer.arguments.get("filters"))
        if isinstance(units, int):
            back = units if layer.kind in RECURRENT else 0
            weights += kernel * (width + back) * units * GATES.get(layer.kind, 1)
            width = units
    return weights


def _beyond(path: str, number: float, name: str, limits: Limits) -> Iterator[str]:
    most = getattr(limits, name)
    if number > most:
        raised = math.ceil(number) if math.isfinite(number) else "NUMBER"
        yield (
            f"{path}: {number:,.20g} is more than {most:,} {name}, which is taken for a slip. "
            f"If it is none: --params limits.{name}={raised}."
        )
