"""Problems whose rows can be drawn anew: a name in YAML -> features and target.

Only generators whose distribution stays the same from one random state to the next belong here.
(scikit-learn's `make_classification` moves its class centres with the random state, so that a
second draw from it is another problem.)
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from regpipe.errors import SpecError, unknown

Draw = tuple[np.ndarray, np.ndarray]


def make_moons(n_samples: int, noise: float, random_state: int) -> Draw:
    """Return two interleaving half circles, as `sklearn.datasets.make_moons`.

    Args:
        n_samples: rows in all, 2 or more.
        noise: standard deviation of the Gaussian noise added to the points.
        random_state: seed of noise and order.

    Returns:
        Features of shape (n_samples, 2) and targets 0 or 1 of shape (n_samples,).
    """
    from sklearn import datasets  # slow to import, and only needed once rows are drawn

    return datasets.make_moons(n_samples, noise=noise, random_state=random_state)


def make_circles(n_samples: int, noise: float, random_state: int, factor: float = 0.8) -> Draw:
    """Return a circle (class 0) around a smaller one (class 1), as `sklearn.datasets.make_circles`.

    Args:
        n_samples: rows in all, 2 or more.
        noise: standard deviation of the Gaussian noise added to the points.
        random_state: seed of noise and order.
        factor: radius of the inner circle, where the outer one's is 1; in [0, 1).

    Returns:
        Features of shape (n_samples, 2) and targets 0 or 1 of shape (n_samples,).
    """
    from sklearn import datasets

    return datasets.make_circles(n_samples, noise=noise, random_state=random_state, factor=factor)


GENERATORS: dict[str, Callable[..., Draw]] = {
    "make_moons": make_moons,
    "make_circles": make_circles,
}


def draw(rows: dict[str, dict[str, Any]], **changes: Any) -> Draw:
    """Draw the rows that a problem's `rows` block describes, with some arguments changed.

    Raises:
        SpecError: a value is out of the generator's range.
    """
    name, arguments = next(iter(rows.items()))
    try:
        return GENERATORS[name](**{**arguments, **changes})
    except ValueError as error:
        raise SpecError([f"rows.{name}: {error}"]) from error


def check_rows(path: str, rows: dict[str, dict[str, Any]], train: int) -> None:
    """Raise SpecError unless `rows` names a generator, its arguments, and rows left to test on."""
    for name in rows:
        if name not in GENERATORS:
            raise unknown(path, "generator of rows", name, GENERATORS)
    if len(rows) != 1:
        raise SpecError(
            [f"{path}: expected one generator of rows, received {', '.join(rows) or rows}."]
        )
    name, arguments = next(iter(rows.items()))
    parameters = inspect.signature(GENERATORS[name]).parameters
    for argument in arguments:
        if argument not in parameters:
            raise unknown(f"{path}.{name}", f"argument of {name}", argument, parameters)
    for argument, parameter in parameters.items():
        if parameter.default is parameter.empty and argument not in arguments:
            raise SpecError([f"{path}.{name}.{argument}: this key is missing."])
    for argument, value in arguments.items():
        _check_value(f"{path}.{name}.{argument}", parameters[argument].annotation, value)
    if train >= arguments["n_samples"]:
        raise SpecError(
            [
                f"{path}: {arguments['n_samples']} rows of which {train} are trained on leave none "
                "to test on. Expected split.train to be smaller than n_samples."
            ]
        )


def _check_value(path: str, kind: type, value: Any) -> None:
    accepted: Any = (int, float) if kind is float else kind
    if isinstance(value, bool) or not isinstance(value, accepted) or value < 0:
        raise SpecError(
            [f"{path}: expected a number ({kind.__name__}) of 0 or more, received {value!r}."]
        )
