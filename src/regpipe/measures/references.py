"""Models without a network of ours, by scikit-learn: is a network worth it at all?

On the same rows and columns as the network. Where that predicts classes by base rates or costs, so
do they; what says no probabilities, as a support vector machine, weighs classes by them instead.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from regpipe.candidates.references import Peer, Setting
from regpipe.engine.muted import muted
from regpipe.errors import SpecError
from regpipe.language import Problem
from regpipe.language.metrics import METRICS
from regpipe.measures.base_rates import rates_of
from regpipe.measures.estimators import outputs_of
from regpipe.measures.measure import ByRow, Said
from regpipe.rows.arrays import Part, Rows

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController


class Unfit(SpecError):
    """A model that can't be fitted, or says what is no number; `name` is its own."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(f"references.{name}: {why}.")


@dataclass(frozen=True)
class FittedPeer:
    """A model that is fitted on the rows trained on.

    Attributes:
        peer: what it is one of.
        model: the estimator.
        problem: whose rows those are.
        classes: how many the rows have.
        rates: base rates by which it predicts classes; None for the likeliest.
        weights: of each class, by which it was trained; None for none.
    """

    peer: Peer
    model: Any
    problem: Problem
    classes: int
    rates: np.ndarray | None
    weights: np.ndarray | None = None

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return its outputs, of shape (n_rows, n_outputs), in a network's form.

        Raises:
            Unfit: some of them aren't finite.
        """
        outputs = outputs_of(self.model, x.reshape(len(x), -1), self.problem.task, self.classes)
        if n := int((~np.isfinite(outputs)).any(axis=1).sum()):
            raise Unfit(self.peer.name, f"what it says of {n:,} of {len(x):,} rows isn't finite")
        return outputs

    def says(self, rows: Rows, part: Part) -> Said:
        """Return what it says of some rows; its loss is the log loss, or the squared error."""
        task, (x, y) = self.problem.kind, rows.part(part)
        with _alone(self.peer):
            outputs = self.predict(x)
        loss = METRICS["log_loss" if task.classifies else "mse"].function
        assert loss is not None
        return Said(task, y, outputs, self.rates, loss(y, outputs))


def fit_peer(peer: Peer, setting: Setting, rows: Rows, problem: Problem, seed: int) -> FittedPeer:
    """Fit a model on the rows trained on.

    Raises:
        Unfit: the model refuses the rows, or the setting.
    """
    rates, model = rates_of(problem.kind, rows), peer.estimator(setting, random_state=seed)
    weights = None
    if rates is not None and not hasattr(model, "predict_proba"):
        of_class = {k: 1 / (len(rates) * rate) for k, rate in enumerate(rates) if rate}
        model = peer.estimator(setting, random_state=seed, class_weight=of_class)
        weights, rates = np.array([of_class.get(k, 1.0) for k in range(len(rates))]), None
    with _alone(peer):
        fitted = _fitted(model, rows)
    return FittedPeer(peer, fitted, problem, _classes(rows), rates, weights)


def score_peer(
    peer: Peer, setting: Setting, rows: Rows, part: Part, problem: Problem, seed: int
) -> ByRow:
    """Fit a model on the rows trained on; return each row's scores on some others, and its loss.

    Of equally good settings, the one with less loss is best.

    Raises:
        Unfit: it can't be fitted, or what it says isn't finite.
    """
    return said_by_peer(peer, setting, rows, part, problem, seed).by_row


def said_by_peer(
    peer: Peer, setting: Setting, rows: Rows, part: Part, problem: Problem, seed: int
) -> Said:
    """Fit a model on the rows trained on; return what it says of some others; see `score_peer`."""
    return fit_peer(peer, setting, rows, problem, seed).says(rows, part)


@contextmanager
def _alone(peer: Peer) -> Iterator[None]:
    """Keep a model's warnings to itself, as of what didn't converge, and use one thread.

    Beside networks that train, threads that wait for one another take 15 times as long.
    """
    with muted, _threads(len(sys.modules)).limit(limits=1):
        try:
            yield
        except Unfit:
            raise
        except Exception as error:  # of any kind: a model may be anything
            reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
            raise Unfit(peer.name, f"it can't be fitted ({reason})") from None


@cache
def _threads(modules: int) -> "ThreadpoolController":
    """Return what limits the threads of libraries, looked for anew once something was imported.

    With TensorFlow loaded, to look takes longer than to fit a small model.
    """
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _fitted(model: Any, rows: Rows) -> Any:
    """Return a fitted model; where the rows are of a single class, one that says nothing else."""
    from sklearn.base import is_classifier
    from sklearn.dummy import DummyClassifier

    x, y = rows.x_train.reshape(len(rows.x_train), -1), rows.y_train[:, 0]
    if is_classifier(model) and len(np.unique(y)) == 1:
        model = DummyClassifier()
    return model.fit(x, y)


def _classes(rows: Rows) -> int:
    return max(2, *(int(y.max()) + 1 for y in (rows.y_train, rows.y_val, rows.y_score)))
