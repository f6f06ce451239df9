"""Models without a network of ours, by scikit-learn: is a network worth it at all?

On the same rows and columns as the network. Where that predicts classes by base rates or costs, so
do they; what says no probabilities, as a support vector machine, weighs classes by them instead.
"""

import warnings
from typing import Any

import numpy as np

from regpipe.candidates.references import Peer, Setting
from regpipe.errors import SpecError
from regpipe.language import Problem
from regpipe.language.metrics import METRICS
from regpipe.measures.base_rates import rates_of
from regpipe.measures.measure import ByRow, scores_of
from regpipe.rows.arrays import Part, Rows


def score_peer(
    peer: Peer, setting: Setting, rows: Rows, part: Part, problem: Problem, seed: int
) -> ByRow:
    """Fit a model on the rows trained on; return each row's scores on some others, and its loss.

    That is the log loss, or the squared error: of equally good settings, the one with less is best.

    Raises:
        SpecError: the model refuses the rows, or the setting.
    """
    from threadpoolctl import threadpool_limits

    task, (x, y) = problem.kind, rows.part(part)
    rates, model = rates_of(task, rows), peer.estimator(setting, random_state=seed)
    if rates is not None and not hasattr(model, "predict_proba"):
        weights = {k: 1 / (len(rates) * rate) for k, rate in enumerate(rates) if rate}
        model, rates = peer.estimator(setting, random_state=seed, class_weight=weights), None
    # Beside networks that train, threads that wait for one another take 15 times as long.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # as of what didn't converge in as many steps as is usual
        try:
            model = _fitted(model, rows)
            outputs = _outputs(model, x.reshape(len(x), -1), problem, _classes(rows))
        except (TypeError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0].rstrip(".")
            raise SpecError(f"references.{peer.name}: it can't be fitted ({reason}).") from None
    loss = METRICS["log_loss" if task.classifies else "mse"].function
    assert loss is not None
    return {**scores_of(task, y, outputs, rates), "loss": loss(y, outputs)}


def _fitted(model: Any, rows: Rows) -> Any:
    """Return a fitted model; where the rows are of a single class, one that says nothing else."""
    from sklearn.base import is_classifier
    from sklearn.dummy import DummyClassifier

    x, y = rows.x_train.reshape(len(rows.x_train), -1), rows.y_train[:, 0]
    if is_classifier(model) and len(np.unique(y)) == 1:
        model = DummyClassifier()
    return model.fit(x, y)


def _outputs(model: Any, x: np.ndarray, problem: Problem, classes: int) -> np.ndarray:
    """Return a model's outputs, in a network's form; a class that no row trained on has is at 0."""
    if not problem.kind.classifies:
        return model.predict(x).reshape(-1, 1)
    shares = model.predict_proba(x) if hasattr(model, "predict_proba") else _decided(model, x)
    outputs = np.zeros((len(x), classes))
    outputs[:, model.classes_.astype(int)] = shares
    return outputs[:, 1:] if problem.task == "binary" else outputs


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


def _classes(rows: Rows) -> int:
    return max(2, *(int(y.max()) + 1 for y in (rows.y_train, rows.y_val, rows.y_score)))
