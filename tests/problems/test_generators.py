import numpy as np
import pytest
from sklearn import datasets

from regpipe.problems.generators import GENERATORS, draw


def test_moons_and_circles_are_scikit_learns() -> None:
    for name, options in (("make_moons", {"noise": 0.2}), ("make_circles", {"noise": 0.1})):
        x, y = draw({name: {"n_samples": 100, "random_state": 1, **options}})
        expected_x, expected_y = getattr(datasets, name)(100, random_state=1, **options)
        np.testing.assert_array_equal(x, expected_x)
        np.testing.assert_array_equal(y, expected_y)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_draws_the_same_distribution_under_every_seed(name: str) -> None:
    """Else a fresh draw would be another problem."""
    means = []
    for seed in range(2):
        x, y = draw({name: {"n_samples": 20_000, "noise": 0.1, "random_state": seed}})
        means.append([x[y == k].mean(axis=0) for k in (0, 1)])
    np.testing.assert_allclose(*means, atol=0.05)
