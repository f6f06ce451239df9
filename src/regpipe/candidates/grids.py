"""A technique's grid: which values are tried, and what arm each of them is."""

import copy
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from regpipe.candidates.arm import Arm, apply
from regpipe.errors import SpecError, unknown
from regpipe.language import Technique
from regpipe.language.reading import parse

Point = tuple[float, ...]  # a value for each path, in their order
WIDE = 20  # a factor, beyond which values are spaced by ratios
BETWEEN = 2  # values that the finer grid puts between the best one and each of its neighbours


def points(values: Mapping[str, Sequence[float]]) -> list[Point]:
    """Return every combination of the paths' values."""
    return list(itertools.product(*values.values()))


def finer_points(values: Mapping[str, Sequence[float]], best: Point) -> list[Point]:
    """Return the combinations around the best one, those of the first grid left out.

    >>> finer_points({"rate": [0.1, 0.4, 0.7]}, (0.1,))
    [(0.2,), (0.3,)]
    >>> finer_points({"l2": [1.0, 0.1, 0.01]}, (0.1,))
    [(0.0215,), (0.0464,), (0.215,), (0.464,)]
    """
    finer = [_around(sorted(tried), at) for tried, at in zip(values.values(), best, strict=True)]
    coarse = set(points(values))
    return [point for point in itertools.product(*finer) if point not in coarse]


def arm_at(name: str, technique: Technique, base: Arm, point: Point) -> Arm:
    """Return the technique's arm with the values of a point put at the grid's paths.

    Raises:
        SpecError: a path isn't one of the technique's block, or a value can't stand there.
    """
    block = copy.deepcopy(technique.model_dump(exclude_unset=True))
    for path, value in zip(technique.grid, point, strict=True):
        *parents, last = path.split(".")
        inner: Any = block
        for key in parents:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if parents[:1] not in (["network"], ["training"]) or not isinstance(inner, dict):
            raise SpecError(
                f"{name}.grid: '{path}' is no path of this block. Expected one such as "
                "network.hidden.kernel_regularizer.l2."
            )
        if last not in inner:
            raise unknown(f"{name}.grid", f"key of {'.'.join(parents)}", last, inner)
        whole = isinstance(inner[last], int) and value.is_integer()
        inner[last] = int(value) if whole else value
    return apply(name, parse(Technique, block, name), base)


def check_grid(name: str, technique: Technique, base: Arm) -> None:
    """Raise SpecError unless every point of the technique's grid is an arm."""
    tried = points(technique.grid) if technique.grid else []
    for point in tried:
        arm_at(name, technique, base, point)
    published = technique.grid_published
    if published and not len(published.train) == len(published.test) == len(tried):
        raise SpecError(
            f"{name}.grid_published: {len(published.train)} train and {len(published.test)} "
            f"test numbers, and the grid has {len(tried)} points. "
            f"Expected as many, or {name}.grid_published=null."
        )


def _around(values: list[float], best: float) -> list[float]:
    """Return `best`, and values between it and its neighbours; `values` rise."""
    place = values.index(best)
    tried = [best]
    for neighbour in (values[max(place - 1, 0)], values[min(place + 1, len(values) - 1)]):
        if neighbour != best:
            wide = min(values) > 0 and max(values) / min(values) > WIDE
            spaced = (np.geomspace if wide else np.linspace)(best, neighbour, BETWEEN + 2)[1:-1]
            tried += [float(f"{value:.3g}") for value in spaced]
    if all(float(value).is_integer() for value in values):  # such as a number of units
        tried = [float(round(value)) for value in tried]
    return sorted(set(tried))
