"""Zhang et al. 2018: mixtures of rows, and of the losses by both rows' targets."""

import numpy as np
import pytest

from regpipe.backend import keras, tf
from regpipe.ingredients.mixup import Pairs, pair_up, quantiles
from tests.ingredients.steps import drawing, step_at


def paired(x: np.ndarray, alpha: float, key: int) -> Pairs:
    with drawing(key) as draw:
        return pair_up(tf.constant(quantiles(alpha)), step_at(x=x), draw)


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_shares_are_those_of_a_folded_beta_distribution(alpha: float) -> None:
    drawn = np.random.default_rng(0).beta(alpha, alpha, 200_000)
    folded = np.maximum(drawn, 1 - drawn)
    shares = quantiles(alpha)
    assert shares.min() >= 0.5 and shares.max() <= 1
    found, expected = (np.quantile(part, [0.1, 0.5, 0.9]) for part in (shares, folded))
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_rows_and_losses_are_mixed_by_the_same_share_and_partners() -> None:
    x = np.arange(12.0, dtype="float32").reshape(6, 2)
    y = np.array([[0], [1], [0], [1], [1], [0]], "float32")
    pairs = paired(x, 0.9, 3)
    share, partners = float(pairs.share), np.asarray(pairs.partners)
    assert sorted(partners) == list(range(6)) and (partners != np.arange(6)).all()
    np.testing.assert_allclose(pairs.mix(x), share * x + (1 - share) * x[partners], rtol=1e-6)
    loss = pairs.loss(lambda targets: keras.ops.mean(targets * x[:, :1]), [y])
    by_hand = share * np.mean(y * x[:, :1]) + (1 - share) * np.mean(y[partners] * x[:, :1])
    assert float(loss) == pytest.approx(by_hand, rel=1e-6)
    weights = np.array([1, 2, 3, 4, 5, 6], "float32")  # of the rows, as those of their classes
    loss = pairs.loss(lambda targets, w: keras.ops.mean(w * targets[:, 0]), [y, weights])
    by_hand = share * np.mean(weights * y[:, 0])
    by_hand += (1 - share) * np.mean((weights * y[:, 0])[partners])
    assert float(loss) == pytest.approx(by_hand, rel=1e-6)


def test_every_partner_is_as_likely_as_any_other() -> None:
    x = np.zeros((5, 1), "float32")
    first = [int(paired(x, 0.2, key).partners[0]) for key in range(400)]
    counts = np.bincount(first, minlength=5)
    assert counts[0] == 0 and (counts[1:] > 60).all()


def test_a_row_alone_stays_what_it_is() -> None:
    x = np.array([[1.0, 2.0]], "float32")
    pairs = paired(x, 1.0, 1)
    np.testing.assert_allclose(pairs.mix(x), x)
