"""What does a model lose without what a column tells?

The column's values are shuffled among the rows, and what the score loses is its importance (L.
Breiman, "Random forests", 2001). Of two columns that tell nearly the same, either may seem to
matter little: the other is still there.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd


def permuted(
    predict_score: Callable[[np.ndarray], float],
    x: np.ndarray,
    groups: Mapping[str, Sequence[int]],
    seed: int,
    times: int = 5,
) -> pd.DataFrame:
    """Return how much of its score a model loses when a column is shuffled.

    All columns are shuffled in the same ways, so that they may be compared.

    Args:
        predict_score: from features of the shape of `x` to a score; higher is better.
        x: of shape (n_rows, n_features), best of rows that the model wasn't trained on.
        groups: the features that a column has become, by its name; they are shuffled together.
        seed: of the ways to shuffle.
        times: how many of them, one or more.

    Returns:
        A row per column, the most important first: column, importance (the mean loss of the score,
        below 0 where it rose) and sd (its standard deviation over the ways, which says nothing of
        other rows; NaN of a single way). Of a column that is the same in all rows, as a year is in
        a short window of time, a shuffle tells nothing: both are NaN.
    """
    random = np.random.default_rng(seed)
    orders = [random.permutation(len(x)) for _ in range(times)]
    whole, rows = predict_score(x), []
    for column, features in groups.items():
        places = list(features)
        losses = [np.nan] * times
        if (x[:, places] != x[:1, places]).any():
            losses = [whole - predict_score(_shuffled(x, places, order)) for order in orders]
        sd = float(np.std(losses, ddof=1)) if times > 1 else np.nan
        rows.append({"column": column, "importance": float(np.mean(losses)), "sd": sd})
    table = pd.DataFrame(rows, columns=["column", "importance", "sd"])
    return table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def _shuffled(x: np.ndarray, features: list[int], order: np.ndarray) -> np.ndarray:
    shuffled = x.copy()
    shuffled[:, features] = x[order][:, features]
    return shuffled
