"""A stopping rule on a history that is there already: nothing is trained again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regpipe.backend import tf
from regpipe.engine.stopping import RULES
from regpipe.language import Monitored


@dataclass(frozen=True)
class Stop:
    """What a rule does with a history; epochs are counted from 1.

    Attributes:
        epochs: how many are spent.
        stopped: whether it is the rule that ended them.
        kept_epoch: the best by what the rule watches.
    """

    epochs: int
    stopped: bool
    kept_epoch: int


class Replay:
    """The rule of the compiled loop itself, fed with a history instead of a training."""

    def __init__(self, rule: Monitored, names: Sequence[str]) -> None:
        """Build the rule; `names` are those of the logged numbers, in their order."""
        self._rule = RULES[type(rule)](rule, names)
        self._watch = tf.function(self._run, jit_compile=True)

    def __call__(self, logs: np.ndarray) -> Stop:
        """Return when the rule stops on logs of shape (epochs, n_names)."""
        self._rule.reset()
        epochs, stopped = self._watch(tf.constant(logs, tf.float32))
        return Stop(int(epochs), bool(stopped), self._rule.best or 1)

    def _run(self, logs: Any) -> Any:
        epoch, stopped = 0, tf.constant(False)
        while epoch < logs.shape[0] and not stopped:
            _, stopped = self._rule.update(tf.convert_to_tensor(epoch), logs[epoch])
            epoch += 1
        return epoch, stopped
