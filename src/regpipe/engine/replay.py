"""A stopping rule on a history that is there already: nothing is trained again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from regpipe.backend import tf
from regpipe.ingredients import Beginning, Epoch
from regpipe.ingredients._watching import Monitored


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
        """Take the rule; `names` are those of the logged numbers, in their order."""
        self._rule, self._names = rule, names
        self._watch = tf.function(self._run, jit_compile=True, autograph=False)

    def __call__(self, logs: np.ndarray) -> Stop:
        """Return when the rule stops on logs of shape (epochs, n_names)."""
        begun = self._rule.part(Beginning(len(logs), None, ()))
        part = tf.nest.map_structure(tf.convert_to_tensor, begun)
        epochs, stopped, part = self._watch(tf.constant(logs, tf.float32), part)
        return Stop(int(epochs), bool(stopped), self._rule.best_epoch(part) or 1)

    def _run(self, logs: Any, part: Any) -> Any:
        last = logs.shape[0]

        def step(number: Any, stopped: Any, part: Any) -> Any:
            epoch = Epoch(
                number, last, {}, logs=dict(zip(self._names, tf.unstack(logs[number]), strict=True))
            )
            part = self._rule.end(part, epoch)
            return number + 1, tf.convert_to_tensor(epoch.stop), part

        return tf.while_loop(
            lambda number, stopped, _: (number < last) & ~stopped,
            step,
            (tf.constant(0), tf.constant(False), part),
        )
