from typing import Any

import numpy as np
import pytest
from sklearn import datasets

from regpipe.rows.generators import GENERATORS, make_football, make_waves

ARGUMENTS: dict[str, dict[str, Any]] = {
    "make_moons": {"noise": 0.1},
    "make_circles": {"noise": 0.1},
    "make_football": {},
    "make_waves": {"length": 8, "classes": 2, "noise": 0.1},
}
BORDER = np.array([np.cos(np.deg2rad(155.5)), np.sin(np.deg2rad(155.5))])


def test_moons_and_circles_are_scikit_learns() -> None:
    for name, options in (("make_moons", {"noise": 0.2}), ("make_circles", {"noise": 0.1})):
        x, y = GENERATORS[name](n_samples=100, random_state=1, **options)
        expected_x, expected_y = getattr(datasets, name)(100, random_state=1, **options)
        np.testing.assert_array_equal(x, expected_x)
        np.testing.assert_array_equal(y, expected_y)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_generator_draws_the_same_distribution_under_every_seed(name: str) -> None:
    """Else a fresh draw would be another problem."""
    means = []
    for seed in range(2):
        x, y = GENERATORS[name](n_samples=20_000, random_state=seed, **ARGUMENTS[name])
        means.append([x[y == k].mean(axis=0) for k in (0, 1)])
    np.testing.assert_allclose(*means, atol=0.05)


@pytest.mark.parametrize("name", GENERATORS)
def test_a_seed_draws_the_same_rows_again(name: str) -> None:
    one, again, other = (
        GENERATORS[name](n_samples=20, random_state=seed, **ARGUMENTS[name]) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one[0], again[0])
    np.testing.assert_array_equal(one[1], again[1])
    assert not np.array_equal(one[0], other[0])


def test_football_is_trained_in_an_ellipse_and_tested_in_a_rectangle() -> None:
    x, _ = make_football(411, 1, n_train=211)
    train, test = x[:211], x[211:]
    assert (((train - (-0.14, -0.05)) / (0.43, 0.63)) ** 2).sum(axis=1).max() <= 1
    distances = np.hypot(*(train[:, None] - train).T)[~np.eye(211, dtype=bool)]
    assert distances.min() >= 0.03
    assert (test >= (-0.5, -0.8)).all() and (test <= (0.3, 0.6)).all()
    assert np.ptp(test, axis=0) == pytest.approx([0.8, 1.4], abs=0.05)
    with pytest.raises(ValueError, match="hardly fit"):
        make_football(1000, 1, n_train=900)


def test_football_classes_follow_their_chances() -> None:
    x, y = make_football(100_000, 3)
    far = x @ BORDER - 0.0933
    assert y[far > 0.1].mean() == pytest.approx(0.955, abs=0.005)
    assert y[far < -0.1].mean() == pytest.approx(0.045, abs=0.005)
    trained = [make_football(400, seed, n_train=400) for seed in range(20)]
    x, y = (np.concatenate(parts) for parts in zip(*trained, strict=True))
    far = x @ BORDER - 0.0933
    assert y[far > 0.2].mean() > 0.99 and y[far < -0.2].mean() < 0.01
    near = (far > 0.02) & (far < 0.04)  # sigmoid(0.03 / 0.03) = 0.73
    assert y[near].mean() == pytest.approx(0.73, abs=0.06)


def test_waves_have_the_frequency_of_their_class() -> None:
    x, y = make_waves(n_samples=60, length=64, classes=3, noise=0.0, random_state=1)
    assert np.bincount(y).tolist() == [20, 20, 20]
    spectrum = np.abs(np.fft.rfft(np.tile(x, 2), axis=1))  # bins of half a period
    whole = y != 1  # 2.5 periods don't close, so that their tiles don't join
    assert (spectrum.argmax(axis=1) == 4 + y)[whole].all()
    flat, _ = make_waves(n_samples=60, length=64, classes=3, noise=1.0, random_state=1)
    assert np.std(flat - x) == pytest.approx(1.0, abs=0.05)
