import numpy as np

from regpipe.backend import keras
from regpipe.ingredients.batch_sum import BatchSum as Idea

BatchSum = Idea.plain()


def test_the_penalty_is_summed_over_the_batch() -> None:
    """By hand: 0.5 * (|1| + |-2| + |3| + |4|) = 5, where Keras alone would say 5 / 2 rows."""
    x = np.array([[1.0, -2.0], [3.0, 4.0]], "float32")
    for regularizer, expected in ((BatchSum(keras.regularizers.L1(0.5)), 5.0), ("l1", 0.05)):
        layer = keras.layers.Activation("linear", activity_regularizer=regularizer)
        layer(x)
        np.testing.assert_allclose(layer.losses, [expected], rtol=1e-6)


def test_it_survives_its_config() -> None:
    config = keras.regularizers.serialize(BatchSum(keras.regularizers.L1L2(0.5, 0.25)))
    again = keras.regularizers.deserialize(config)
    x = np.array([[1.0], [-3.0]], "float32")
    np.testing.assert_allclose(again(x), 2 * (0.5 * 4 + 0.25 * 10), rtol=1e-6)
