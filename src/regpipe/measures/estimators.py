"""What an estimator of scikit-learn's kind says of rows, in a network's form."""

from typing import Any

import numpy as np

from regpipe.language.tasks import TaskName


def outputs_of(model: Any, x: np.ndarray, task: TaskName, classes: int) -> np.ndarray:
    """Return a fitted estimator's outputs; a class that no row trained on has is at 0.

    Args:
        model: the estimator.
        x: of shape (n_rows, n_features).
        task: of the problem.
        classes: how many it has; any number for a regression.
    """
    if task == "regression":
        return model.predict(x).reshape(-1, 1)
    shares = model.predict_proba(x) if hasattr(model, "predict_proba") else _decided(model, x)
    outputs = np.zeros((len(x), classes))
    outputs[:, model.classes_.astype(int)] = shares
    return outputs[:, 1:] if task == "binary" else outputs


def _decided(model: Any, x: np.ndarray) -> np.ndarray:
    """Return what a model decides by as if it were probabilities: the largest one is of its class.

    Where there is nothing that it decides by, its class has 1.
    """
    from scipy.special import softmax

    if not hasattr(model, "decision_function"):
        return (model.predict(x)[:, None] == model.classes_).astype(float)
    decision = model.decision_function(x)
    if decision.ndim == 1:
        decision = np.column_stack([np.zeros(len(x)), decision])
    return softmax(decision, axis=1)
