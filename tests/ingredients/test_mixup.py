"""Zhang et al. 2018: mixtures of rows, and of the losses by both rows' targets."""

import numpy as np
import pytest

from regpipe.backend import keras
from regpipe.ingredients.mixup import pair_up, shares_of
from regpipe.language import MixUp


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_shares_are_those_of_a_folded_beta_distribution(alpha: float) -> None:
    drawn = np.random.default_rng(0).beta(alpha, alpha, 200_000)
    folded = np.maximum(drawn, 1 - drawn)
    shares = shares_of(MixUp(alpha=alpha)).numpy()
    assert shares.min() >= 0.5 and shares.max() <= 1
    found, expected = (np.quantile(part, [0.1, 0.5, 0.9]) for part in (shares, folded))
    np.testing.assert_allclose(found, expected, atol=0.01)


def test_rows_and_losses_are_mixed_by_the_same_share_and_partners() -> None:
    x = np.arange(12.0, dtype="float32").reshape(6, 2)
    y = np.array([[0], [1], [0], [1], [1], [0]], "float32")
    pairs = pair_up(6, shares_of(MixUp(alpha=0.9)), keras.random.SeedGenerator(3))
    share, partners = float(pairs.share), np.asarray(pairs.partners)
    assert sorted(partners) == list(range(6)) and (partners != np.arange(6)).all()
    np.testing.assert_allclose(pairs.mix(x), share * x + (1 - share) * x[partners], rtol=1e-6)
    loss = pairs.loss(lambda targets: keras.ops.mean(targets * x[:, :1]), y)
    by_hand = share * np.mean(y * x[:, :1]) + (1 - share) * np.mean(y[partners] * x[:, :1])
    assert float(loss) == pytest.approx(by_hand, rel=1e-6)
    weights = np.array([1, 2, 3, 4, 5, 6], "float32")  # of the rows, as those of their classes
    loss = pairs.loss(lambda targets, w: keras.ops.mean(w * targets[:, 0]), y, weights)
    by_hand = share * np.mean(weights * y[:, 0])
    by_hand += (1 - share) * np.mean((weights * y[:, 0])[partners])
    assert float(loss) == pytest.approx(by_hand, rel=1e-6)


def test_every_partner_is_as_likely_as_any_other() -> None:
    seed, shares = keras.random.SeedGenerator(5), shares_of(MixUp())
    first = [int(pair_up(5, shares, seed).partners[0]) for _ in range(400)]
    counts = np.bincount(first, minlength=5)
    assert counts[0] == 0 and (counts[1:] > 60).all()


def test_a_row_alone_stays_what_it_is() -> None:
    x = np.array([[1.0, 2.0]], "float32")
    pairs = pair_up(1, shares_of(MixUp(alpha=1.0)), keras.random.SeedGenerator(1))
    np.testing.assert_allclose(pairs.mix(x), x)
