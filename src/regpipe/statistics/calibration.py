"""Do probabilities hold as often as they say, and do they once they are tempered?

    softmax(log(p) / T)

A temperature above 1 makes probabilities less extreme, one below 1 more, and none changes which
class is the likeliest (C. Guo et al., "On calibration of modern neural networks", 2017). It is the
one of the least log loss on rows that the network wasn't trained on.
"""

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS, SMALLEST
from regpipe.strict import Strict

FEWEST = 20  # rows, of which a temperature is told
FEWEST_OF_GROUP = 10  # rows: the share of less that is right says nothing
FURTHEST = 3.0  # that its logarithm is from 0


class Calibration(Strict):
    """How well probabilities hold, as they are and tempered.

    Attributes:
        temperature: by which they are tempered, above 0.
        rows: how many it was seen on.
        brier: mean squared error of the probabilities: of two classes that of the second, in
            [0, 1], of more the sum over the classes, in [0, 2].
        brier_tempered: the same once they are tempered.
        ece: expected calibration error, in [0, 1]; see `metrics`.
        ece_tempered: the same once they are tempered.
    """

    temperature: float
    rows: int
    brier: float
    brier_tempered: float
    ece: float
    ece_tempered: float


def temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature of the least log loss, from exp(-3) to exp(3).

    It is 1 of fewer than `FEWEST` rows. So it is where each row's class is the likeliest: there,
    the more extreme the better, and no row tells how extreme is too much.

    Args:
        probabilities: of shape (n_rows, n_classes), in [0, 1].
        labels: the rows' classes, 0, 1, ..., of shape (n_rows,).

    >>> temperature(np.tile([0.01, 0.99], (100, 1)), np.arange(100) % 5 > 0).__round__(2)
    3.31
    """
    from scipy.optimize import minimize_scalar

    labels = np.asarray(labels, int)
    if len(labels) < FEWEST or (probabilities.argmax(axis=1) == labels).all():
        return 1.0

    def loss(log_temperature: float) -> float:
        logs = _log_tempered(probabilities, np.exp(log_temperature))
        return -float(np.take_along_axis(logs, labels[:, None], axis=1).mean())

    found = minimize_scalar(loss, bounds=(-FURTHEST, FURTHEST), method="bounded")
    return float(np.exp(found.x))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return probabilities of the same shape, tempered; 1 leaves them as they are.

    >>> tempered(np.array([[0.2, 0.8]]), 2.0).round(3)
    array([[0.333, 0.667]])
    """
    if temperature == 1:
        return probabilities
    return np.exp(_log_tempered(probabilities, temperature))


def _log_tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    from scipy.special import log_softmax

    # No row's class is impossible, whatever a network says.
    return log_softmax(np.log(np.maximum(probabilities, SMALLEST)) / temperature, axis=1)


def calibration(probabilities: np.ndarray, labels: np.ndarray, temperature: float) -> Calibration:
    """Return how well probabilities hold, with and without a temperature.

    Args:
        probabilities: of shape (n_rows, n_classes); of other rows than told the temperature.
        labels: the rows' classes, 0, 1, ..., of shape (n_rows,).
        temperature: by which they are tempered.
    """
    after = tempered(probabilities, temperature)
    return Calibration(
        temperature=temperature,
        rows=len(labels),
        brier=_brier(probabilities, labels),
        brier_tempered=_brier(after, labels),
        ece=_ece(probabilities, labels),
        ece_tempered=_ece(after, labels),
    )


def _brier(probabilities: np.ndarray, labels: np.ndarray) -> float:
    classes = probabilities.shape[1]
    true = np.eye(classes)[np.asarray(labels, int)]
    squares = np.square(probabilities - true).sum(axis=1)
    return float(squares.mean()) / (2 if classes == 2 else 1)


def _ece(probabilities: np.ndarray, labels: np.ndarray) -> float:
    of_rows = METRICS["ece"].function
    assert of_rows is not None
    return float(of_rows(np.asarray(labels)[:, None], probabilities).mean())


def reliability(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> pd.DataFrame:
    """Return how often the likeliest class is right, beside how probable it is said to be.

    Args:
        probabilities: of shape (n_rows, n_classes), one row at least.
        labels: the rows' classes, 0, 1, ..., of shape (n_rows,).
        bins: how many groups of about as many rows; equal probabilities share one, and none has
            less than `FEWEST_OF_GROUP` rows, so that there may be fewer.

    Returns:
        A row per group, by rising probability: said (the mean probability), right (the share that
        is right) and rows (how many).
    """
    from scipy.stats import rankdata

    said = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.asarray(labels, int)
    bins = min(bins, max(len(said) // FEWEST_OF_GROUP, 1))
    group = (rankdata(said, "min") - 1) * bins // len(said)
    table = pd.DataFrame({"said": said, "right": right.astype(float), "rows": 1})
    return (
        table.groupby(group)
        .agg({"said": "mean", "right": "mean", "rows": "sum"})
        .reset_index(drop=True)
    )
