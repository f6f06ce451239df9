"""A strength that grows, or changes in any way, while a network is trained.

Source: R. Reed and R. Marks, "Neural smithing" (1999), train without a penalty first, and raise it
in steps.
"""

from collections.abc import Mapping
from typing import Any

from regpipe.backend import tf
from regpipe.candidates.arm import Arm
from regpipe.engine.strengths import Architecture, Strength, strengths
from regpipe.errors import SpecError
from regpipe.language import Training


def check_ramp(arm: Arm, architecture: Architecture) -> None:
    """Raise SpecError unless the strength that shall change is one that can."""
    known = strengths(architecture)
    if arm.training.ramp and arm.training.ramp.strength not in known:
        raise SpecError(
            [
                f"{arm.name}.training.ramp.strength: '{arm.training.ramp.strength}' can't change "
                f"while this network is trained. Those that can: {', '.join(known) or 'none'}. "
                "Give the layer one above 0, such as kernel_regularizer: {l2: 0.001}; the values "
                "tell where it begins."
            ]
        )


class Ramping:
    """Sets a strength at the beginning of each epoch: each value for an equal part of them."""

    def __init__(self, training: Training, free: Mapping[str, Strength]) -> None:
        """Find the strength among those of the model; `check_ramp` has looked that it is there."""
        assert training.ramp is not None
        self._strength = free[training.ramp.strength]
        self._values = tf.constant(training.ramp.values)
        self._epochs = training.epochs

    def begin(self, epoch: Any) -> None:
        """Set the strength for an epoch, counted from 0."""
        stage = epoch * len(self._values) // self._epochs
        # Not self._values[stage]: XLA would compile anew for each epoch at which a block begins.
        self._strength.variable.assign(tf.gather(self._values, stage))
