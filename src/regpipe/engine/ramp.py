"""A strength that grows, or changes in any way, while a network is trained.

Source: R. Reed and R. Marks, "Neural smithing" (1999), train without a penalty first, and raise it
in steps.
"""

from collections.abc import Mapping
from typing import Any

from regpipe.backend import tf
from regpipe.engine.strengths import Strength
from regpipe.errors import SpecError
from regpipe.spec import Training


class Ramping:
    """Sets a strength at the beginning of each epoch: each value for an equal part of them."""

    def __init__(self, training: Training, strengths: Mapping[str, Strength]) -> None:
        """Find the strength among those of the model.

        Raises:
            SpecError: no strength of this path can change while the network is trained.
        """
        assert training.ramp is not None
        path = training.ramp.strength
        if path not in strengths:
            known = ", ".join(strengths) or "none"
            raise SpecError(
                [f"training.ramp.strength: '{path}' can't change. Those that can: {known}."]
            )
        self._strength = strengths[path]
        self._values = tf.constant(training.ramp.values)
        self._epochs = training.epochs

    def begin(self, epoch: Any) -> None:
        """Set the strength for an epoch, counted from 0."""
        stage = epoch * len(self._values) // self._epochs
        self._strength.variable.assign(self._values[stage])
