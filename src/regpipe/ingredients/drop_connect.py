"""Dropout of weights instead of units (DropConnect).

    g = dL/dw at m w / (1 - rate),   m ~ Bernoulli(1 - rate) for each weight of a kernel

New masks at each step, one for all rows of a batch; the gradient flows through them. Biases are
left alone, and so are the weights that are kept. A penalty on weights is one on those of the step.

Source: L. Wan et al., "Regularization of neural networks using DropConnect" (2013), where each row
has masks of its own, and the rate is 0.5. There the test averages over masks; here it is by the
whole weights, as with dropout.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Ingredient, Step
from regpipe.ingredients.weight_noise import clean_weights


class DropConnect(Ingredient):
    """A share `rate` of each kernel's weights set to 0 at each step, the others scaled up."""

    neutral: ClassVar = {"rate": 0.0}
    random: ClassVar = True

    rate: Annotated[float, Field(ge=0, lt=1)] = 0.5

    def weights(self, weights: list[Any], names: Sequence[str], step: Step) -> list[Any]:
        """Drop some."""
        draw = step.draws[self.key()]
        return [
            w * tf.cast(draw.uniform(w.shape) >= self.rate, w.dtype) / (1 - self.rate)
            if name.endswith("kernel")
            else w
            for w, name in zip(weights, names, strict=True)
        ]

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        CleanWeights: Any = clean_weights()

        class DropConnect(keras.Model):
            """Takes the gradient where some weights are 0 (Wan et al. 2013)."""

            def train_step(self, data):
                rate, weights = self.drop_connect["rate"], self.trainable_variables
                self.optimizer.keep(weights)
                self.optimizer.masks = []
                for w in weights:
                    mask = keras.ops.ones(w.shape)
                    if w.name.endswith("kernel"):
                        mask = keras.random.uniform(w.shape) >= rate
                        mask = keras.ops.cast(mask, w.dtype) / (1 - rate)
                    w.assign(w * mask)
                    self.optimizer.masks.append(mask)
                return super().train_step(data)

        class MaskedGradients(CleanWeights):
            """Lets gradients through the masks of the weights."""

            def apply(self, grads, trainable_variables=None):
                grads = [g * mask for g, mask in zip(grads, self.masks)]
                super().apply(grads, trainable_variables)

        return DropConnect, MaskedGradients
