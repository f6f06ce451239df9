"""An activity penalty that is summed over the batch.

Keras divides the penalty of an `activity_regularizer` by the number of rows in the batch since 3.14
(`keras.Layer.__call__`); before, it was the plain sum

    sum over rows, sum over units of |h|    (for L1)

which is what tutorials up to then mean by `activity_regularizer=l1(0.0001)`.
"""

from functools import cache
from typing import Any, ClassVar

from regpipe.backend import keras
from regpipe.ingredients._network import Penalty


class BatchSum(Penalty):
    """A penalty times the number of rows, so that Keras' division by it cancels."""

    wraps: ClassVar = True
    sums: ClassVar = True

    @classmethod
    @cache
    def plain(cls) -> Any:
        """Return the regularizer."""

        @keras.saving.register_keras_serializable()
        class BatchSum(keras.regularizers.Regularizer):
            """Sums an activity penalty over the batch; Keras divides by the number of rows."""

            def __init__(self, regularizer):
                self.regularizer = keras.regularizers.get(regularizer)

            def __call__(self, x):
                n_rows = keras.ops.cast(keras.ops.shape(x)[0], x.dtype)
                return n_rows * self.regularizer(x)

            def get_config(self):
                return {"regularizer": keras.regularizers.serialize(self.regularizer)}

        return BatchSum
