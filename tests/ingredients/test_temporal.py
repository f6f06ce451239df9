"""Merity et al. 2017: ar mean(h^2) + tar mean((h_(t+1) - h_t)^2)."""

import numpy as np
import pytest

from regpipe.backend import keras
from regpipe.ingredients.temporal import Temporal as Idea

Temporal = Idea.plain()
H = np.array([[[1.0, 2.0], [3.0, 0.0]], [[0.0, 1.0], [0.0, 1.0]]], "float32")  # 2 rows, 2 steps


def test_the_penalty_by_hand() -> None:
    # mean(h^2) = (1 + 4 + 9 + 0 + 0 + 1 + 0 + 1) / 8 = 2; changes 2, -2, 0, 0: mean square 2
    assert float(Temporal(ar=2.0, tar=0.0)(H)) == pytest.approx(2 * 2.0 * 2)
    assert float(Temporal(ar=0.0, tar=1.0)(H)) == pytest.approx(2 * 1.0 * 2)
    assert float(Temporal(ar=2.0, tar=1.0)(H)) == pytest.approx(2 * (4 + 2))


def test_what_reaches_the_loss_is_the_mean() -> None:
    """Keras divides by the number of rows, 2, by which the penalty is multiplied."""
    layer = keras.layers.Activation("linear", activity_regularizer=Temporal(2.0, 1.0))
    layer(H)
    assert float(layer.losses[0]) == pytest.approx(4 + 2)


def test_it_wants_every_step_and_keeps_its_strengths() -> None:
    with pytest.raises(ValueError, match="return_sequences: true"):
        Temporal()(H[:, -1])
    again = keras.regularizers.deserialize(keras.regularizers.serialize(Temporal(3.0, 0.5)))
    assert (again.ar, again.tar) == (3.0, 0.5)
