"""Noise on the targets while training, new at each step.

    class:   y <- a class drawn from all of them alike, with probability `rate`
    number:  y <- y + N(0, stddev^2)

A replaced class may be the right one again. The network can't learn single targets by heart.

Sources: L. Xie et al., "DisturbLabel: regularizing CNN on the loss layer" (2016), for classes;
C. Bishop, "Neural networks for pattern recognition" (1995), section 9.3, for noise as a
regularizer.
"""

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, model_validator

from regpipe.backend import keras, tf
from regpipe.errors import SpecError
from regpipe.ingredients._slots import Ingredient, Part, Step


class LabelNoise(Ingredient):
    """Noise on the targets, new at each step.

    A class is replaced by a random one with probability `rate`; a number gets normal noise of
    standard deviation `stddev`.
    """

    neutral: ClassVar = {"rate": 0.0, "stddev": 0.0}
    random: ClassVar = True

    rate: Annotated[float, Field(ge=0, lt=1)] | None = None
    stddev: NonNegativeFloat | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.rate is None) == (self.stddev is None):
            raise ValueError("expected `rate` (for classes) or `stddev` (for numbers), one of them")
        return self

    def for_arm(self, path: str, task: Any, classes: Any, layers: Any) -> Self:
        """Refuse a noise of numbers for classes, and the other way round."""
        if (self.rate is None) == task.classifies:
            takes, what = ("rate", "classes") if task.classifies else ("stddev", "numbers")
            raise SpecError(f"{path}: the targets are {what}. Expected `{takes}` alone.")
        return self

    def class_rates(self, rates: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return the rates of the noisy classes."""
        return mixed_with_all(rates, self.rate or 0.0)

    def batch(self, part: Part, step: Step) -> None:
        """Replace the targets."""
        draw = step.draws[self.key()]
        if self.stddev is not None:
            step.y += self.stddev * draw.normal(step.y.shape)
            return
        replaced = draw.uniform(step.y.shape) < self.rate
        other = tf.floor(step.classes * draw.uniform(step.y.shape))
        step.y = tf.where(replaced, other, step.y)

    def plain(self) -> Any:
        """Return the same for plain Keras."""

        class LabelNoise(keras.Model):
            """Puts noise on the targets, new at each step (Xie et al. 2016)."""

            def train_step(self, data):
                x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
                y, noise = keras.ops.cast(y, "float32"), self.label_noise
                shape = keras.ops.shape(y)
                if "stddev" in noise:
                    y = y + keras.random.normal(shape, stddev=noise["stddev"])
                else:  # some labels become a class drawn at random, which may be the right one
                    classes = max(2, self.output_shape[-1])  # a single output tells two apart
                    other = keras.ops.floor(classes * keras.random.uniform(shape))
                    y = keras.ops.where(keras.random.uniform(shape) < noise["rate"], other, y)
                return super().train_step((x, y, sample_weight))

        return LabelNoise


def mixed_with_all(rates: np.ndarray, share: float) -> np.ndarray:
    """Return the rates of classes of which a share is drawn from all alike."""
    return (1 - share) * rates + share / len(rates)
