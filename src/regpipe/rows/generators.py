"""Problems whose rows can be drawn anew: a name in YAML -> features and target.

Only generators whose distribution stays the same from one random state to the next belong here.
(scikit-learn's `make_classification` moves its class centres with the random state, so that a
second draw from it is another problem.)
"""

from collections.abc import Callable

import numpy as np

Draw = tuple[np.ndarray, np.ndarray]


def make_moons(n_samples: int, noise: float, random_state: int) -> Draw:
    """Return two interleaving half circles, as `sklearn.datasets.make_moons`.

    Args:
        n_samples: rows in all, 2 or more.
        noise: standard deviation of the Gaussian noise added to the points.
        random_state: seed of noise and order.

    Returns:
        Features of shape (n_samples, 2) and targets 0 or 1 of shape (n_samples,).
    """
    from sklearn import datasets  # slow to import, and only needed once rows are drawn

    return datasets.make_moons(n_samples, noise=noise, random_state=random_state)


def make_circles(n_samples: int, noise: float, random_state: int, factor: float = 0.8) -> Draw:
    """Return a circle (class 0) around a smaller one (class 1), as `sklearn.datasets.make_circles`.

    Args:
        n_samples: rows in all, 2 or more.
        noise: standard deviation of the Gaussian noise added to the points.
        random_state: seed of noise and order.
        factor: radius of the inner circle, where the outer one's is 1; in [0, 1).

    Returns:
        Features of shape (n_samples, 2) and targets 0 or 1 of shape (n_samples,).
    """
    from sklearn import datasets

    return datasets.make_circles(n_samples, noise=noise, random_state=random_state, factor=factor)


def make_football(n_samples: int, random_state: int, *, n_train: int = 0) -> Draw:
    """Return positions on a football pitch, class 1 where the other team is more likely to have it.

    It resembles the data of a tutorial on overfitting (DLology, 2018), which carry no licence: the
    rows trained on are bunched in an ellipse and their classes are mixed along the border, those
    tested on lie all over a rectangle and their classes are mixed everywhere.

    The first `n_train` positions are uniform in the ellipse with centre (-0.14, -0.05) and
    semi-axes (0.43, 0.63), at least 0.03 apart, and P(class 1) = sigmoid(d / 0.03), d being the
    signed distance from the border. The others are uniform on [-0.5, 0.3] x [-0.8, 0.6], with
    P(class 1) = 0.045 + 0.91 sigmoid(d / 0.01).

    Args:
        n_samples: rows in all.
        random_state: seed of positions and classes.
        n_train: how many of the rows, the first, are to be trained on: `split.train` of a problem.

    Returns:
        Features of shape (n_samples, 2) and targets 0 or 1 of shape (n_samples,).
    """
    from scipy.special import expit

    rng = np.random.default_rng(random_state)
    train = _in_ellipse(rng, n_train)
    test = rng.uniform((-0.5, -0.8), (0.3, 0.6), (n_samples - n_train, 2))
    angle = np.deg2rad(155.5)
    border = np.array([np.cos(angle), np.sin(angle)])
    chances = (
        expit((train @ border - 0.0933) / 0.03),
        0.045 + 0.91 * expit((test @ border - 0.0933) / 0.01),
    )
    target = rng.uniform(size=n_samples) < np.concatenate(chances)
    return np.concatenate([train, test]), target.astype(int)


def _in_ellipse(rng: np.random.Generator, n: int, apart: float = 0.03) -> np.ndarray:
    """Return n points drawn one by one, each at least `apart` from those before it."""
    if n > 600:
        raise ValueError(f"{n} positions, at least {apart} apart, hardly fit into the ellipse.")
    points = np.empty((0, 2))
    while len(points) < n:
        x, y = rng.uniform(-1, 1, 2)
        point = np.array([-0.14 + 0.43 * x, -0.05 + 0.63 * y])
        if x**2 + y**2 <= 1 and (np.hypot(*(points - point).T) >= apart).all():
            points = np.vstack([points, point])
    return points


def make_waves(n_samples: int, length: int, classes: int, noise: float, random_state: int) -> Draw:
    """Return pieces of noisy sine waves; the class is the frequency.

    A wave of class k has 2 + k / 2 periods over its length, a random phase, and an amplitude
    between 0.5 and 1.5.

    Args:
        n_samples: waves in all.
        length: points in time of each.
        classes: how many frequencies there are, 2 to 10.
        noise: standard deviation of the Gaussian noise added to each point.
        random_state: seed.

    Returns:
        Features of shape (n_samples, length) and targets 0, 1, ... of shape (n_samples,).

    Raises:
        ValueError: fewer than two points, or another number of classes.
    """
    if length < 2 or not 2 <= classes <= 10:
        raise ValueError(
            f"expected 2 points or more, and 2 to 10 classes, not {length}, {classes}."
        )
    rng = np.random.default_rng(random_state)
    target = rng.permutation(np.arange(n_samples) % classes)
    phase, amplitude = rng.uniform(0, 2 * np.pi, n_samples), rng.uniform(0.5, 1.5, n_samples)
    turns = np.outer(2 + target / 2, np.arange(length) / length)
    waves = amplitude[:, None] * np.sin(2 * np.pi * turns + phase[:, None])
    return waves + rng.normal(0, noise, waves.shape), target


GENERATORS: dict[str, Callable[..., Draw]] = {
    "make_moons": make_moons,
    "make_circles": make_circles,
    "make_football": make_football,
    "make_waves": make_waves,
}
