"""Weights of the classes while training: an error on a row counts as much as its class weighs.

    loss = (1 / n) sum over the n rows of a batch of w(class) L
    `balanced`: w(k) = rows / (classes * rows of class k)

as `class_weight` of `keras.Model.fit` does it (divided by the rows, not by their weights), with
the `balanced` of scikit-learn, which Keras lacks. A row whose label is noisy keeps the weight of
its own class, and where rows are mixed in pairs, each loss has the weight of its target's row.

Source: G. King and L. Zeng, "Logistic regression in rare events data" (2001).
"""

from typing import Any

import numpy as np

BALANCED = "balanced"


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


def row_weights(asked: Any, y: np.ndarray) -> np.ndarray:
    """Return the weight of each row: float32, of shape (n_rows,), 1 on average if `balanced`."""
    weights = class_weights(asked, y)
    return np.array([weights[k] for k in y[:, 0].astype(int).tolist()], "float32")
