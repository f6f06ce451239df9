"""Weights of the classes while training: an error on a row counts as much as its class weighs.

    loss = (1 / n) sum over the n rows of a batch of w(class) L
    `balanced`: w(k) = rows / (classes * rows of class k)

as `class_weight` of `keras.Model.fit` does it (divided by the rows, not by their weights), with
the `balanced` of scikit-learn, which Keras lacks. A row whose label is noisy keeps the weight of
its own class, and where rows are mixed in pairs, each loss has the weight of its target's row.

Source: G. King and L. Zeng, "Logistic regression in rare events data" (2001).
"""

import math
from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from pydantic import model_serializer, model_validator

from regpipe.errors import SpecError, unknown
from regpipe.ingredients._slots import Ingredient

BALANCED = "balanced"


class ClassWeight(Ingredient):
    """`balanced`, or a weight above 0 for each class (1 where there is none)."""

    asked: Any

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        weights = list(value.values()) if isinstance(value, dict) else []
        if value == BALANCED or (weights and all(map(_is_weight, weights))):
            return {"asked": value}
        raise ValueError(
            f"expected `balanced`, or a weight above 0 for each class, received {value!r}"
        )

    @model_serializer
    def _dump(self) -> Any:
        return self.asked

    def for_arm(self, path: str, task: Any, classes: Any, layers: Any) -> Self:
        """Return the weights by the numbers of the classes."""
        if not task.classifies:
            raise SpecError(f"{path}: the targets aren't classes. Expected none.")
        if self.asked == BALANCED:
            return self
        numbers = {str(name): number for number, name in enumerate(classes or ())}
        weights = {}
        for name, weight in self.asked.items():
            if classes is not None and str(name) not in numbers:
                raise unknown(path, "class", str(name), numbers)
            if classes is None and not str(name).isdecimal():
                raise SpecError(f"{path}: expected classes as 0, 1, ..., received {name!r}.")
            weights[numbers[str(name)] if classes is not None else int(name)] = weight
        return self.model_copy(update={"asked": weights})

    def check_network(self, path: str, strengths: Mapping[str, float], classes: int) -> None:
        """Refuse a weight of a class that there isn't."""
        if isinstance(self.asked, dict) and max(self.asked) >= classes:
            raise SpecError(
                f"{path}: there is no class {max(self.asked)}. Expected 0 to {classes - 1}."
            )

    def class_rates(self, rates: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the rates of rows that count what they weigh."""
        weights = class_weights(self.asked, y)
        weighed = rates * [weights.get(k, 1.0) for k in range(len(rates))]
        return weighed / weighed.sum()

    def row_weights(self, y: np.ndarray) -> np.ndarray:
        """Return the weight of each row: float32, of shape (n_rows,), 1 on average if balanced."""
        weights = class_weights(self.asked, y)
        return np.array([weights[k] for k in y[:, 0].astype(int).tolist()], "float32")

    def plain(self) -> Any:
        """Return what computes the argument `class_weight` of `fit`."""

        def class_weight(weights, y):
            """Return what each class weighs; if balanced, all rows of one as those of any."""
            if weights != "balanced":
                return weights
            classes, counts = np.unique(y, return_counts=True)
            weights = len(y) / (len(classes) * counts)
            return {int(k): float(w) for k, w in zip(classes, weights)}

        return class_weight


def class_weights(asked: Any, y: np.ndarray) -> dict[int, float]:
    """Return the weight of each class.

    Args:
        asked: `balanced`, or weights by class; a class without one has weight 1.
        y: the targets that are trained on, classes 0, 1, ..., of shape (n_rows, 1).

    >>> class_weights("balanced", np.array([[0.0], [0.0], [0.0], [1.0]]))
    {0: 0.6666666666666666, 1: 2.0}
    """
    classes, counts = np.unique(y.astype(int), return_counts=True)
    if asked == BALANCED:
        weights = len(y) / (len(classes) * counts)
        return dict(zip(classes.tolist(), weights.tolist(), strict=True))
    return {int(k): float(asked.get(int(k), 1.0)) for k in classes}


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
