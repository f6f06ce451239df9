"""What is an autoencoder good for? How it cleans rows, and how its code can be used.

An autoencoder isn't trained to copy its inputs as exactly as it can: one with a larger code than
inputs does that without any regularization. A denoising one is to restore corrupted rows (P.
Vincent et al., "Extracting and composing robust features with denoising autoencoders", 2008), and
a code is to be of use to a simple classifier (G. Alain and Y. Bengio, "Understanding intermediate
layers using linear classifier probes", 2016).
"""

from collections.abc import Callable

import numpy as np

from regpipe.engine.muted import muted
from regpipe.rows.arrays import Part, Rows
from regpipe.seeds import derive

Apply = Callable[[np.ndarray], np.ndarray]


class Codes:
    """The codes that a fit gives to its rows, and what becomes of corrupted ones."""

    def __init__(self, predict: Apply, encode: Apply, rows: Rows, noise: float) -> None:
        """Train a probe on the codes of the rows trained on.

        Args:
            predict: returns the network's outputs, of shape (n_rows, n_features), all finite.
            encode: returns the codes of rows, of shape (n_rows, n_units).
            rows: with the classes of all rows, which the network doesn't see.
            noise: standard deviation of what corrupts a row.
        """
        self._predict, self._encode, self._rows, self._noise = predict, encode, rows, noise
        self._probe = probe(encode(rows.x_train), rows.labels["train"])

    def by_row(self, part: Part) -> dict[str, np.ndarray]:
        """Return, for each row of a part, the numbers whose means are scores.

        `denoising_mse` is the squared error, against the clean row, of what comes out where the
        inputs are corrupted; `probe_accuracy` is 1 where the probe predicts the row's class;
        `sparsity` is the share of the row's code that is exactly 0.
        """
        x, y = self._rows.part(part)
        restored = self._predict(corrupted(self._rows, part, self._noise))
        codes = self._encode(x)
        return {
            "denoising_mse": ((restored - y) ** 2).mean(axis=1, dtype=float),
            "probe_accuracy": (self._probe(codes) == self._rows.labels[part]).astype(float),
            "sparsity": (codes == 0).mean(axis=1),
        }


def corrupted(rows: Rows, part: Part, noise: float) -> np.ndarray:
    """Return a part's inputs plus Gaussian noise, the same for all fits on these rows."""
    x, _ = rows.part(part)
    rng = np.random.default_rng(derive(rows.data_seed, "corruption", part))
    return x + rng.normal(0, noise, x.shape).astype(x.dtype)


def probe(codes: np.ndarray, labels: np.ndarray) -> Apply:
    """Return scikit-learn's logistic regression, trained to predict labels from codes.

    Codes are divided by their standard deviation, one number for all units: logistic regression
    penalizes weights, and so would favour the larger code, though size means nothing. A code that
    isn't a number is taken for 0.

    Args:
        codes: of shape (n_rows, n_units).
        labels: of shape (n_rows,), of one class or more.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    scale = float(_numbers(codes).std()) or 1.0
    if len(np.unique(labels)) == 1:
        return lambda codes: np.full(len(codes), labels[0])
    model = LogisticRegression(max_iter=1000)
    # So few rows are no work for several threads, which spend ten times as long on waiting; and
    # after as many steps as is usual, it need not be told that more would change a little.
    with muted, threadpool_limits(1, "blas"):
        model.fit(_numbers(codes) / scale, labels)
    return lambda codes: model.predict(_numbers(codes) / scale)


def _numbers(codes: np.ndarray) -> np.ndarray:
    return np.nan_to_num(codes.astype(float), posinf=0.0, neginf=0.0)
