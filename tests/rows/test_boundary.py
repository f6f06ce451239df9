"""Is the true boundary where rows of both classes are as frequent?"""

import numpy as np
import pytest

from regpipe.rows.boundary import true_margin
from regpipe.rows.generators import GENERATORS


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("make_moons", {"noise": 0.2}), ("make_circles", {"noise": 0.1, "factor": 0.5})],
)
def test_no_line_beats_the_true_one(name: str, arguments: dict[str, float]) -> None:
    """Of 20,000 rows, calling those above a margin class 1 errs least where the margin is 0."""
    points, target = GENERATORS[name](n_samples=20_000, random_state=5, **arguments)
    margin = true_margin({name: arguments}, points)
    assert margin is not None
    errors = {cut: np.mean((margin > cut) != target) for cut in (-2, -1, 0, 1, 2)}
    assert min(errors, key=lambda cut: errors[cut]) == 0
    # What the margin says of a row is how probable its class is.
    told = 1 / (1 + np.exp(-margin))
    near = (told > 0.2) & (told < 0.4)
    assert target[near].mean() == pytest.approx(told[near].mean(), abs=0.05)


def test_rows_without_noise_have_a_boundary_and_others_none_that_is_known() -> None:
    inside, outside = np.array([[0.3, 0.0], [0.95, 0.0]])
    margin = true_margin({"make_circles": {"noise": 0.0}}, np.array([inside, outside]))
    assert margin is not None and margin[0] > 0 > margin[1]
    assert true_margin({"make_football": {"n_samples": 9}}, np.zeros((1, 2))) is None
