"""Activation regularization (AR) and temporal activation regularization (TAR) of a recurrent layer.

    penalty = ar mean(h_t^2) + tar mean((h_(t+1) - h_t)^2)

over all rows, steps t and units of the layer's outputs h. AR keeps the outputs small, TAR keeps
them from changing much from one step to the next.

Source: S. Merity, B. McCann, R. Socher, "Revisiting activation regularization for language RNNs"
(2017), where ar = 2 and tar = 1.
"""

from functools import cache
from typing import Any, ClassVar

from pydantic import NonNegativeFloat

from regpipe.backend import keras
from regpipe.ingredients._network import Penalty


class Temporal(Penalty):
    """A penalty on outputs of every step (`return_sequences: true`) and on their changes."""

    neutral: ClassVar = {"ar": 0.0, "tar": 0.0}

    ar: NonNegativeFloat = 2.0
    tar: NonNegativeFloat = 1.0

    @classmethod
    @cache
    def plain(cls) -> Any:
        """Return the regularizer."""

        @keras.saving.register_keras_serializable()
        class Temporal(keras.regularizers.Regularizer):
            """Keeps a sequence's outputs small, and their changes from step to step."""

            def __init__(self, ar=2.0, tar=1.0):
                self.ar, self.tar = ar, tar

            def __call__(self, x):
                if len(x.shape) != 3:
                    raise ValueError(
                        "Expected the outputs of every step, of shape (rows, steps, units), "
                        f"received {tuple(x.shape)}. Set `return_sequences: true` in the "
                        "recurrent layer."
                    )
                changes = x[:, 1:] - x[:, :-1]
                size, change = keras.ops.mean(x**2), keras.ops.mean(changes**2)
                n_rows = keras.ops.cast(keras.ops.shape(x)[0], x.dtype)  # Keras divides by it
                return n_rows * (self.ar * size + self.tar * change)

            def get_config(self):
                return {"ar": self.ar, "tar": self.tar}

        return Temporal
