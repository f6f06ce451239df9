"""Mixtures of a layer's outputs on two rows, the layer drawn anew at each step (manifold mixup).

    h <- s h + (1 - s) h',   loss = s L(y) + (1 - s) L(y'),   s ~ Beta(alpha, alpha)

h is what reaches one of the layers, drawn at random: the inputs, or the outputs of a layer that
isn't the last. Pairs and shares are those of `mixup`.

Source: V. Verma et al., "Manifold mixup: better representations by interpolating hidden states"
(2019), where alpha = 2.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import NonNegativeFloat

from regpipe.backend import keras, tf
from regpipe.ingredients._slots import Beginning, Ingredient, Part, Step
from regpipe.ingredients.mixup import pair_up, pairing, quantiles


class ManifoldMixup(Ingredient):
    """What a layer, or the network, is given, mixed in pairs of rows, and so are their targets."""

    neutral: ClassVar = {"alpha": 0.0}
    random: ClassVar = True

    alpha: NonNegativeFloat = 2.0

    def check(self, training: Any) -> None:
        """Raise ValueError for a mixture of mixtures."""
        if training.mixup:
            raise ValueError("manifold_mixup mixes the inputs, too. Expected no mixup beside it")

    def part(self, fit: Beginning) -> Part:
        """Return quantiles to draw a share from."""
        return {"shares": quantiles(self.alpha)}

    def batch(self, part: Part, step: Step) -> None:
        """Draw the pairs and the layer before which they are mixed."""
        draw = step.draws[self.key()]
        place = tf.cast(draw.uniform(()) * len(step.layers), tf.int32)
        step.notes[self.key()] = pair_up(part["shares"], step, draw), place
        step.x = self._mixed(0, step.x, step)

    def between(self, layer: str, outputs: Any, step: Step) -> Any:
        """Mix the outputs of a layer, if it is the next one that is drawn."""
        return self._mixed(1 + list(step.layers).index(layer), outputs, step)

    def loss(self, loss_of: Callable[..., Any], targets: Sequence[Any], step: Step) -> Any:
        """Mix the losses."""
        pairs, _ = step.notes[self.key()]
        return pairs.loss(loss_of, targets)

    def _mixed(self, place: int, x: Any, step: Step) -> Any:
        pairs, drawn = step.notes[self.key()]
        return replace(pairs, share=tf.where(drawn == place, pairs.share, 1.0)).mix(x)

    def plain(self) -> Any:
        """Return the same for plain Keras."""
        Pairing: Any = pairing()

        class ManifoldMixup(Pairing):
            """Mixes what reaches a layer, drawn at each step, in pairs (Verma et al. 2019)."""

            def train_step(self, data):
                self.pair_up(data[0], self.manifold_mixup["alpha"])
                self.drawn = keras.random.randint((), 0, len(self.layers))
                return super().train_step(data)

            def call(self, inputs, training=None, mask=None):
                if not training:
                    return super().call(inputs, training=training, mask=mask)
                x = inputs
                for place, layer in enumerate(self.layers):
                    x = layer(keras.ops.where(self.drawn == place, self.mix(x), x))
                return x

        return ManifoldMixup
