"""A strength that grows, or changes in any way, while a network is trained.

Source: R. Reed and R. Marks, "Neural smithing" (1999), train without a penalty first, and raise it
in steps.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, NonNegativeFloat

from regpipe.backend import keras, tf
from regpipe.errors import SpecError, unknown
from regpipe.ingredients._slots import Epoch, Ingredient, Part


class Ramp(Ingredient):
    """A strength that takes these `values` in turn, each for an equal part of the epochs.

    `strength` is its path in the network, such as `hidden.kernel_regularizer.l2`.
    """

    strength: str
    values: Annotated[list[NonNegativeFloat], Field(min_length=2)]

    def for_arm(self, path: str, task: Any, classes: Any, layers: Any) -> Self:
        """Refuse a layer that there isn't; `check_network` refuses a strength that it hasn't."""
        layer = self.strength.partition(".")[0]
        if layer not in layers:
            raise unknown(f"{path}.strength", "layer", layer, layers)
        return self

    def check_network(self, path: str, strengths: Mapping[str, float], classes: int) -> None:
        """Refuse a strength that can't change while a network is trained."""
        if self.strength not in strengths:
            raise SpecError(
                f"{path}.strength: '{self.strength}' can't change while this network is "
                f"trained. Those that can: {', '.join(strengths) or 'none'}."
            )

    def begin(self, part: Part, epoch: Epoch) -> None:
        """Set the strength."""
        stage = epoch.number * len(self.values) // epoch.epochs
        epoch.strengths[self.strength] = tf.gather(tf.constant(self.values), stage)

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class Ramp(keras.callbacks.Callback):
            """Gives a strength each of these values for an equal part of the epochs."""

            def __init__(self, epochs, strength, values):
                super().__init__()
                self.epochs, self.path, self.values = epochs, strength.split("."), values

            def on_epoch_begin(self, epoch, logs=None):
                layer, *inner, name = self.path
                owner = self.model.get_layer(layer)
                for part in inner:
                    owner = getattr(owner, part)
                value = self.values[epoch * len(self.values) // self.epochs]
                if getattr(owner, name) != value:
                    setattr(owner, name, value)
                    # Both were compiled with the value before.
                    self.model.make_train_function(force=True)
                    self.model.make_test_function(force=True)

        return Ramp
