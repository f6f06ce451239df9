"""An activity penalty that is summed over the batch.

Keras divides the penalty of an `activity_regularizer` by the number of rows in the batch since 3.14
(`keras.Layer.__call__`); before, it was the plain sum

    sum over rows, sum over units of |h|    (for L1)

which is what tutorials up to then mean by `activity_regularizer=l1(0.0001)`.
"""

from typing import Any

from regpipe.backend import keras


@keras.saving.register_keras_serializable(package="regpipe")
class BatchSum(keras.regularizers.Regularizer):
    """Multiplies a penalty by the number of rows, so that Keras' division by it cancels.

    Args:
        regularizer: what is summed over the batch, a `keras.regularizers.Regularizer`.
    """

    def __init__(self, regularizer: keras.regularizers.Regularizer) -> None:
        self.regularizer = keras.regularizers.get(regularizer)

    def __call__(self, x: Any) -> Any:
        """Return the penalty of activations of shape (n_rows, ...), times n_rows."""
        n_rows = keras.ops.cast(keras.ops.shape(x)[0], x.dtype)
        return n_rows * self.regularizer(x)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to build this again."""
        return {"regularizer": keras.regularizers.serialize(self.regularizer)}
