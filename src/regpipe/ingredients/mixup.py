"""Mixtures of rows in place of rows while training, new at each step.

    x <- s x + (1 - s) x',   loss = s L(y) + (1 - s) L(y'),   s ~ Beta(alpha, alpha)

(x', y') is another row of the batch. One share s holds for a batch, as in the paper's code, and is
folded to 0.5 or more, so that a row stays nearer to itself than to its partner. Row i is paired
with row i + k, by a random k: batches are shuffled, so that is a random pairing.

Source: H. Zhang et al., "mixup: beyond empirical risk minimization" (2018).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import numpy as np
from pydantic import NonNegativeFloat

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Ingredient, Part, Step

QUANTILES = 4096  # of the distribution, from which a share is drawn
SMALLEST = 1e-6  # alpha that mixes anything at all


class Mixup(Ingredient):
    """Rows and targets of each step mixed in pairs, by a share from a Beta(alpha, alpha)."""

    neutral: ClassVar = {"alpha": 0.0}
    random: ClassVar = True

    alpha: NonNegativeFloat = 0.2

    def part(self, fit: Beginning) -> Part:
        """Return quantiles to draw a share from."""
        return {"shares": quantiles(self.alpha)}

    def batch(self, part: Part, step: Step) -> None:
        """Mix the rows."""
        pairs = step.notes[self.key()] = pair_up(part["shares"], step, step.draws[self.key()])
        step.x = pairs.mix(step.x)

    def loss(self, loss_of: Callable[..., Any], targets: Sequence[Any], step: Step) -> Any:
        """Mix the losses."""
        return step.notes[self.key()].loss(loss_of, targets)

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        Pairing: Any = pairing()

        class Mixup(Pairing):
            """Mixes each row of a batch with another one (Zhang et al. 2018)."""

            def train_step(self, data):
                x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
                self.pair_up(x, self.mixup["alpha"])
                return super().train_step((self.mix(x), y, sample_weight))

        return Mixup


@dataclass(frozen=True)
class Pairs:
    """How the rows of a batch are mixed: the places of their `partners`, their own `share`."""

    partners: Any
    share: Any

    def mix(self, x: Any) -> Any:
        """Return mixtures of the rows of `x`, of the same shape."""
        return self.share * x + (1.0 - self.share) * tf.gather(x, self.partners)

    def loss(self, loss_of: Callable[..., Any], targets: Sequence[Any]) -> Any:
        """Return the mixture of the losses by targets, of shape (n_rows, ...), and their partners'.

        What goes with a target, such as its row's weight, stands behind it.
        """
        others = [None if part is None else tf.gather(part, self.partners) for part in targets]
        return self.share * loss_of(*targets) + (1.0 - self.share) * loss_of(*others)


def quantiles(alpha: float) -> np.ndarray:
    """Return those of Beta(alpha, alpha), folded to [0.5, 1], all alike, of shape (QUANTILES,).

    Of next to no alpha they are all 1: nothing is mixed.
    """
    from scipy.stats import beta

    if alpha < SMALLEST:
        return np.ones(QUANTILES, "float32")
    drawn = beta.ppf((np.arange(QUANTILES) + 0.5) / QUANTILES, alpha, alpha)
    return np.maximum(drawn, 1 - drawn).astype("float32")


def pair_up(shares: Any, step: Step, draw: Any) -> Pairs:
    """Return how the rows of a step are mixed; `shares` are quantiles."""
    drawn = draw.uniform((2,))
    share = tf.gather(shares, tf.cast(drawn[0] * QUANTILES, tf.int32))
    others = tf.cast(step.n_rows - 1, tf.float32)  # of a single row it is the row itself
    shift = 1 + tf.cast(drawn[1] * others, tf.int32)
    return Pairs((tf.range(tf.shape(step.x)[0]) + shift) % step.n_rows, share)


@cache
def pairing() -> Any:
    """Return a model of plain Keras for ideas that mix rows."""

    class Pairing(keras.Model):
        """Mixes rows of a batch in pairs, and their losses."""

        def pair_up(self, x, alpha):
            order = keras.random.shuffle(keras.ops.arange(keras.ops.shape(x)[0]))
            share = keras.random.beta((), alpha, alpha) if alpha > 0 else 1.0
            self.pairs = keras.ops.maximum(share, 1 - share), order

        def mix(self, x):
            share, order = self.pairs
            return share * x + (1 - share) * keras.ops.take(x, order, axis=0)

        def compute_loss(self, x, y, y_pred, sample_weight=None, training=True):
            loss = super().compute_loss(x, y, y_pred, sample_weight, training)
            if not training:
                return loss
            share, order = self.pairs
            y = keras.ops.take(y, order, axis=0)
            if sample_weight is not None:
                sample_weight = keras.ops.take(sample_weight, order, axis=0)
            other = super().compute_loss(x, y, y_pred, sample_weight, training)
            return share * loss + (1 - share) * other

    return Pairing
