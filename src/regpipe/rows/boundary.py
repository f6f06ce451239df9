"""Where would a network draw the line that knew how the rows are made?"""

from typing import Any

import numpy as np

from regpipe.rows.generators import GENERATORS

SMOOTH = ("make_moons", "make_circles")  # curves with Gaussian noise, both classes as frequent
POINTS = 400  # of the curves; they lie much closer than any noise that mixes classes
LEAST = 0.01  # noise, of which the boundary is that of none


def true_margin(rows: dict[str, dict[str, Any]], points: np.ndarray) -> np.ndarray | None:
    """Return the logarithm of how much more probable class 1 is than class 0 at some points.

    The boundary is where it is 0. The classes' densities are those of the noiseless curves under
    the generator's noise.

    Args:
        rows: a problem's block: a generator and its arguments.
        points: of shape (n_points, 2).

    Returns:
        Of shape (n_points,); None where that isn't known of the generator.

    >>> true_margin({"make_circles": {"noise": 0.1}}, np.array([[0.0, 0.0], [1.0, 0.0]])).round()
    array([18., -2.])
    >>> true_margin({"load_iris": {}}, np.zeros((1, 2)))
    """
    from scipy.spatial.distance import cdist
    from scipy.special import logsumexp

    (name, arguments), *_ = rows.items()
    if name not in SMOOTH:
        return None
    without = {**arguments, "n_samples": POINTS, "noise": 0.0, "random_state": 0}
    curves, target = GENERATORS[name](**without)
    twice = 2 * max(arguments["noise"], LEAST) ** 2
    of_0, of_1 = (
        logsumexp(-cdist(points, curves[target == k], "sqeuclidean") / twice, axis=1)
        for k in (0, 1)
    )
    return of_1 - of_0
