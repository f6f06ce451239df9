"""Two dense layers side by side, mixed at random while training (shake-shake).

    forward:   y = a f1(x) + (1 - a) f2(x),   a ~ U(0, 1) for each row
    backward:  as if a had been b ~ U(0, 1), another one
    tested:    y = (f1(x) + f2(x)) / 2

Source: X. Gastaldi, "Shake-shake regularization" (2017): the branches there are convolutions, and
the rows images ("Shake-Shake-Image").
"""

from functools import cache
from typing import Any, ClassVar

from pydantic import PositiveInt

from regpipe.backend import keras
from regpipe.ingredients._network import LayerIdea


class ShakeShake(LayerIdea):
    """Two layers `Dense` with the same arguments."""

    random: ClassVar = True

    units: PositiveInt
    activation: str | None = None
    kernel_regularizer: Any = None
    kernel_constraint: Any = None

    @classmethod
    @cache
    def plain(cls) -> Any:
        """Return the layer."""

        @keras.saving.register_keras_serializable()
        class ShakeShake(keras.layers.Layer):
            """Mixes two dense layers, by other shares backward than forward (Gastaldi 2017)."""

            def __init__(
                self,
                units,
                activation=None,
                kernel_regularizer=None,
                kernel_constraint=None,
                **kwargs,
            ):
                super().__init__(**kwargs)
                self.units = units
                self.activation = keras.activations.get(activation)
                self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
                self.kernel_constraint = keras.constraints.get(kernel_constraint)
                self.seed_generator = keras.random.SeedGenerator()
                self.branches = [
                    keras.layers.Dense(
                        units,
                        self.activation,
                        kernel_regularizer=self.kernel_regularizer,
                        kernel_constraint=self.kernel_constraint,
                        name=name,
                    )
                    for name in ("one", "two")
                ]

            def build(self, input_shape):
                for branch in self.branches:
                    branch.build(input_shape)

            def call(self, x, training=None):
                one, two = (branch(x) for branch in self.branches)
                if not training:
                    return (one + two) / 2
                shape = (keras.ops.shape(x)[0], *[1] * (len(x.shape) - 1))
                a = keras.random.uniform(shape, seed=self.seed_generator)
                b = keras.random.uniform(shape, seed=self.seed_generator)
                forward, backward = a * one + (1 - a) * two, b * one + (1 - b) * two
                return backward + keras.ops.stop_gradient(forward - backward)

            def get_config(self):
                return {
                    **super().get_config(),
                    "units": self.units,
                    "activation": keras.activations.serialize(self.activation),
                    "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
                    "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
                }

        return ShakeShake

    @classmethod
    def inference(cls, layer: Any) -> Any:
        """Return the mean of both layers."""
        x = keras.Input(layer.input.shape[1:])
        branches = [keras.layers.Dense.from_config(b.get_config())(x) for b in layer.branches]
        return keras.Model(x, keras.layers.Average()(branches), name=layer.name)
