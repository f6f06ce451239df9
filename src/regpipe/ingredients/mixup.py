"""Mixtures of rows in place of rows while training, new at each step.

    x <- s x + (1 - s) x',   loss = s L(y) + (1 - s) L(y'),   s ~ Beta(alpha, alpha)

(x', y') is another row of the batch. One share s holds for a batch, as in the paper's code, and is
folded to 0.5 or more, so that a row stays nearer to itself than to its partner. Row i is paired
with row i + k, by a random k: batches are shuffled, so that is a random pairing.

Source: H. Zhang et al., "mixup: beyond empirical risk minimization" (2018).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import beta

from regpipe.backend import keras, tf
from regpipe.engine.strengths import Strength
from regpipe.language import MixUp

QUANTILES = 4096  # of the distribution, from which a share is drawn
SMALLEST = 1e-6  # alpha that mixes anything at all


@dataclass(frozen=True)
class Pairs:
    """How the rows of a batch are mixed: the places of their `partners`, their own `share`."""

    partners: Any
    share: Any

    def mix(self, x: Any) -> Any:
        """Return mixtures of the rows of `x`, of the same shape."""
        return self.share * x + (1.0 - self.share) * tf.gather(x, self.partners)

    def loss(self, loss_of: Callable[..., Any], *targets: Any) -> Any:
        """Return the mixture of the losses by targets, of shape (n_rows, ...).

        What goes with a target, such as its row's weight, stands behind it.
        """
        others = [tf.gather(part, self.partners) for part in targets]
        return self.share * loss_of(*targets) + (1.0 - self.share) * loss_of(*others)


def shares_of(mixup: MixUp) -> tf.Variable:
    """Return quantiles to draw a share from, all alike: of shape (QUANTILES,), in [0.5, 1].

    They follow an `alpha` that is a strength.
    """
    shares = tf.Variable(quantiles(float(mixup.alpha)), trainable=False)
    if isinstance(mixup.alpha, Strength):
        mixup.alpha.when_set(lambda alpha: shares.assign(quantiles(alpha)))
    return shares


def quantiles(alpha: float) -> np.ndarray:
    """Return those of Beta(alpha, alpha), folded; of next to no alpha they are all 1."""
    if alpha < SMALLEST:
        return np.ones(QUANTILES, "float32")
    drawn = beta.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES, alpha, alpha)
    return np.maximum(drawn, 1 - drawn).astype("float32")


def pair_up(n_rows: Any, shares: Any, seed: Any) -> Pairs:
    """Return how the rows of a batch are mixed.

    Args:
        n_rows: in the batch, one or more.
        shares: as `shares_of` gives them.
        seed: a `keras.random.SeedGenerator`.
    """
    drawn = keras.random.uniform((2,), seed=seed)
    share = tf.gather(shares, tf.cast(drawn[0] * QUANTILES, tf.int32))
    others = tf.cast(n_rows - 1, tf.float32)  # of a single row it is the row itself
    shift = 1 + tf.cast(drawn[1] * others, tf.int32)
    return Pairs((tf.range(n_rows) + shift) % n_rows, share)
