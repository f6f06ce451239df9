"""Models without a network of ours, by scikit-learn: is a network worth it at all?

Each with its usual settings, on the same rows and columns as the network. Where that predicts
classes by their base rates, so do they.
"""

import time
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.engine import progress
from regpipe.language import Problem
from regpipe.measures.base_rates import class_shares, rates_of
from regpipe.measures.ledger import entries
from regpipe.measures.measure import means, scores_of
from regpipe.rows.arrays import Rows


def references(problem: Problem, seed: int) -> dict[str, Any]:
    """Return unfitted models by their names.

    Of many rows, boosting would hold out some at random to stop early: it doesn't where rows come
    in groups or have a time.
    """
    from sklearn import ensemble, linear_model, neural_network

    own = problem.own_table
    stopping: Any = False if own and (own.group or own.time) else "auto"
    boosting = {"random_state": seed, "early_stopping": stopping}
    if problem.kind.classifies:
        models = [
            linear_model.LogisticRegression(max_iter=1000),
            ensemble.RandomForestClassifier(random_state=seed),
            ensemble.HistGradientBoostingClassifier(**boosting),
            neural_network.MLPClassifier(random_state=seed),
        ]
    else:
        models = [
            linear_model.Ridge(),
            ensemble.RandomForestRegressor(random_state=seed),
            ensemble.HistGradientBoostingRegressor(**boosting),
            neural_network.MLPRegressor(random_state=seed),
        ]
    return {type(model).__name__: model for model in models}


def score_references(draws: Sequence[Rows], problem: Problem) -> pd.DataFrame:
    """Return a row per model and repeat: model, repeat, data_seed, `test_<score>`, seconds.

    And each row's scores, see `ledger.entries`.
    """
    task, table = problem.kind, []
    for repeat, rows in enumerate(draws):
        rates, models = rates_of(task, rows), references(problem, rows.data_seed)
        progress.expect(len(models))
        for name, model in models.items():
            clock = time.perf_counter()
            outputs = _fit(model, rows, problem)
            seconds = time.perf_counter() - clock
            key = {"model": name, "repeat": repeat, "data_seed": rows.data_seed}
            scores = scores_of(task, rows.y_score, outputs, rates)
            found = {**means(scores, "test"), **entries(scores, rows)}
            table.append({**key, **found, "seconds": seconds})
            progress.advance(name)
    return pd.DataFrame(table)


def _fit(model: Any, rows: Rows, problem: Problem) -> np.ndarray:
    """Fit a model, and return its outputs on the rows that score it, in a network's form."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    x_train, x_score = (x.reshape(len(x), -1) for x in (rows.x_train, rows.x_score))
    # Beside networks that train, threads that wait for one another take 15 times as long.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # after as many steps as is usual
        model.fit(x_train, rows.y_train[:, 0])
    if not problem.kind.classifies:
        return model.predict(x_score)[:, None]
    outputs = np.zeros((len(x_score), len(class_shares(rows))))
    # A class that no training row has stays at 0.
    outputs[:, model.classes_.astype(int)] = model.predict_proba(x_score)
    return outputs[:, 1:] if problem.task == "binary" else outputs
