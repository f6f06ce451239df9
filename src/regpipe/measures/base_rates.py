"""Where predictions are cut: for balanced accuracy, at each class's base rate, for costs by them.

    predicted class = argmax_k  p_k / r_k,    of two classes: the second where p > r

p are a network's outputs, r the base rates: the outputs of a network that ignores its inputs, after
the same training. Balanced accuracy counts each class alike however few rows it has, and is highest
so; the likeliest class, `argmax_k p_k`, is best for accuracy, and overlooks a rare one.

The rates are the classes' shares of the rows trained on. Where a row of class k that is taken for
another costs c_k, they are 1 / c_k: to say k costs the sum over the other classes of p c, which is
least where p_k c_k is largest; of two classes, the second is said where p > c_0 / (c_0 + c_1).
Where a training shifts the outputs, rates are shifted alike: nothing is corrected twice.

    class weights:                  r_k <- w_k r_k / sum_j w_j r_j     (balanced: all alike)
    noisy labels, label smoothing:  r_k <- (1 - rate) r_k + rate / K

With two classes the predictions are the same as without the shift; with more, noisy labels leave
them nearly so. No test row is used.

Source: C. Elkan, "The foundations of cost-sensitive learning" (2001), theorem 2.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from regpipe.candidates.arm import Arm
from regpipe.ingredients.class_weight import class_weights
from regpipe.ingredients.label_noise import mixed_with_all
from regpipe.language import Training
from regpipe.language.tasks import Task
from regpipe.rows.arrays import Rows

COLUMN = "base_rate_{}"


def base_rates(arm: Arm, rows: Rows) -> np.ndarray | None:
    """Return the rate of each class after a training on `rows`, of shape (n_classes,).

    None where the likeliest class is predicted: neither balanced accuracy nor a cost judges.
    """
    training, rates = arm.training, rates_of(arm.task, rows)
    if rates is None:
        return None
    for idea in training.ingredients:
        rates = idea.class_rates(rates, rows.y_train)
    return mixed_with_all(rates, _smoothing(training))


def rates_of(task: Task, rows: Rows) -> np.ndarray | None:
    """Return the same, of a model whose outputs are shares of rows as they are."""
    if task.metric == "balanced_accuracy":
        return class_shares(rows)
    if task.metric != "cost":
        return None
    rates = 1 / costs_of(task, len(class_shares(rows)))
    return rates / rates.sum()


def costs_of(task: Task, classes: int) -> np.ndarray:
    """Return the cost of a row of each class that isn't told to be of it, of shape (classes,)."""
    return np.array([(task.costs or {}).get(k, 1.0) for k in range(classes)])


def class_shares(rows: Rows) -> np.ndarray:
    """Return the share of each class among the rows trained on, of shape (n_classes,)."""
    classes = max(2, int(max(rows.y_train.max(), rows.y_score.max())) + 1)
    return np.bincount(rows.y_train[:, 0].astype(int), minlength=classes) / len(rows.y_train)


def class_weights_of(arm: Arm, rows: Rows) -> np.ndarray | None:
    """Return by which weight each class was trained on, of shape (n_classes,); None for none."""
    asked = arm.training.class_weight
    if asked is None:
        return None
    weights = class_weights(asked.asked, rows.y_train)
    return np.array([weights.get(k, 1.0) for k in range(len(class_shares(rows)))])


def in_two(outputs: np.ndarray) -> np.ndarray:
    """Return probabilities of shape (n_rows, n_classes), also of the second of two classes."""
    return np.hstack([1 - outputs, outputs]) if outputs.shape[1] == 1 else outputs


def evened(outputs: np.ndarray, rates: np.ndarray | None) -> np.ndarray:
    """Return outputs as if all classes were as frequent: the likeliest of them is predicted.

    Args:
        outputs: probabilities of shape (n_rows, 1), of the second of two classes, or
            (n_rows, n_classes).
        rates: of each class; None leaves the outputs as they are.

    >>> evened(np.array([[0.1], [0.3]]), np.array([0.9, 0.1])).round(2)
    array([[0.5 ],
           [0.79]])
    """
    if rates is None:
        return outputs
    of_each = in_two(outputs)
    padded = np.zeros(of_each.shape[1])  # a class without a row trained on isn't predicted
    padded[: len(rates)] = rates
    ratios = np.divide(of_each, padded, out=np.zeros_like(of_each), where=padded > 0)
    total = ratios.sum(axis=1, keepdims=True)
    shares = np.divide(ratios, total, out=np.zeros_like(ratios), where=total > 0)
    return shares[:, 1:] if outputs.shape[1] == 1 else shares


def rates_to_columns(rates: np.ndarray | None) -> dict[str, float]:
    """Return the rates as columns of a run table."""
    return {COLUMN.format(k): float(rate) for k, rate in enumerate(() if rates is None else rates)}


def rates_of_fit(fit: Mapping[Any, Any]) -> np.ndarray | None:
    """Return the rates of a row of the run table, None where it has none."""
    names = [name for name in fit if str(name).startswith(COLUMN.format(""))]
    return np.array([fit[name] for name in names]) if names else None


def _smoothing(training: Training) -> float:
    arguments = {} if isinstance(training.loss, str) else next(iter(training.loss.values())) or {}
    return float(arguments.get("label_smoothing", 0.0))
