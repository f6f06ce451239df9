"""Activation regularization (AR) and temporal activation regularization (TAR) of a recurrent layer.

    penalty = ar mean(h_t^2) + tar mean((h_(t+1) - h_t)^2)

over all rows, steps t and units of the layer's outputs h. AR keeps the outputs small, TAR keeps
them from changing much from one step to the next.

Source: S. Merity, B. McCann, R. Socher, "Revisiting activation regularization for language RNNs"
(2017), where ar = 2 and tar = 1.
"""

from typing import Any

from regpipe.backend import keras


@keras.saving.register_keras_serializable(package="regpipe")
class TemporalActivity(keras.regularizers.Regularizer):
    """An `activity_regularizer` for outputs of every step (`return_sequences: true`).

    Args:
        ar: strength of the penalty on the size of the outputs, 0 or more.
        tar: strength of the penalty on their changes, 0 or more.
    """

    def __init__(self, ar: float = 2.0, tar: float = 1.0) -> None:
        self.ar, self.tar = ar, tar

    def __call__(self, x: Any) -> Any:
        """Return the penalty of outputs of shape (n_rows, n_steps, n_units), times n_rows.

        Keras divides an activity penalty by the number of rows, so that the mean remains.

        Raises:
            ValueError: the outputs are those of the last step alone.
        """
        if len(x.shape) != 3:
            raise ValueError(
                "Expected the outputs of every step, of shape (rows, steps, units), received "
                f"{tuple(x.shape)}. Set `return_sequences: true` in the recurrent layer."
            )
        ops = keras.ops
        changes = x[:, 1:] - x[:, :-1]
        penalty = self.ar * ops.mean(x**2) + self.tar * ops.mean(changes**2)
        return ops.cast(ops.shape(x)[0], x.dtype) * penalty

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to build this again."""
        return {"ar": self.ar, "tar": self.tar}
