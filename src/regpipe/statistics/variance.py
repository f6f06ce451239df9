"""Where does the noise of a score come from?"""

import numpy as np
import pandas as pd

SOURCES = {
    "draw": "rows drawn",
    "weights": "initial weights",
    "order": "order and masks",
}
# What fits are scored on, by the beginning of the columns of a table of nested fits.
ROWS = {"test": "its own test rows", "score": "new rows"}


def split_variance(values: np.ndarray) -> dict[str, float]:
    """Return how much of the values' variance each source has, by the analysis of variance.

    Each draw of rows has initial weights of its own, and each of those orders and masks of its own.
    An estimate below 0 is 0. (H. Scheffé, "The analysis of variance", 1959, nested random effects.)

    Args:
        values: a score of each fit, of shape (draws, weights, orders), two or more of each.

    Returns:
        `draw`, `weights` and `order`: variances, NaN where a value isn't finite.

    >>> split_variance(np.array([[[0, 0], [0, 0]], [[1, 1], [1, 1]]]))
    {'draw': 0.5, 'weights': 0.0, 'order': 0.0}
    """
    values = np.asarray(values, float)
    draws, weights, orders = values.shape
    by_weights, by_draw = values.mean(axis=2), values.mean(axis=(1, 2))
    of_draw = weights * orders * by_draw.var(ddof=1)
    of_weights = orders * by_weights.var(axis=1, ddof=1).mean()
    of_order = values.var(axis=2, ddof=1).mean()
    estimates = {
        "draw": (of_draw - of_weights) / (weights * orders),
        "weights": (of_weights - of_order) / orders,
        "order": of_order,
    }
    return {source: float(np.maximum(value, 0)) for source, value in estimates.items()}


def tabulate_variance(nested: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return a row per problem, kind of rows and source.

    Args:
        nested: a row per fit: problem, draw, weights, order, and a column `<rows>_<metric>` for
            each kind of rows (`test`, the draw's own; `score`, new ones) that fits were scored on.
        metric: the task's.

    Returns:
        problem, metric, rows, source, variance, share (of all of them) and sd.
    """
    rows = []
    for problem, part in nested.groupby("problem", sort=False):
        sizes = [part[level].nunique() for level in ("draw", "weights", "order")]
        ordered = part.sort_values(["draw", "weights", "order"])
        for kind in ROWS:
            column = f"{kind}_{metric}"
            if column not in part:
                continue
            variances = split_variance(ordered[column].to_numpy().reshape(sizes))
            total = sum(variances.values())
            for source, variance in variances.items():
                row = {"problem": problem, "metric": metric, "rows": kind}
                row |= {"source": SOURCES[source], "variance": variance}
                rows.append(
                    row | {"share": variance / total if total else 0.0, "sd": variance**0.5}
                )
    return pd.DataFrame(rows)
