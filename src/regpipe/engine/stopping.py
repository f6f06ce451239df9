"""When to stop, and which epoch's weights to keep: rules that run inside the compiled loop.

A rule is told every epoch's logs, a vector in the order of `names`, and answers whether these are
the weights to keep so far, and whether to stop. Its state lives in variables, so that it outlasts
the blocks of the compiled loop; `reset` begins a new fit.

Sources: `keras.callbacks.EarlyStopping` and `ModelCheckpoint`; L. Prechelt, "Early stopping - but
when?" (1998) for generalization loss, progress quotient and successive increases; J. Brownlee, "A
gentle introduction to early stopping" (2018) for the average and the absolute change.
"""

from collections.abc import Sequence
from typing import Any

from regpipe.backend import tf
from regpipe.language import (
    AbsoluteChange,
    AverageChange,
    Below,
    Checkpoint,
    EarlyStopping,
    GeneralizationLoss,
    Monitored,
    ProgressQuotient,
    SuccessiveIncreases,
    Training,
)

Answer = tuple[Any, Any]  # (keep these weights, stop), boolean scalars


def rules_of(training: Training, names: Sequence[str]) -> list["Rule"]:
    """Return the rules that a training asks for; the last one decides which weights are kept."""
    specs = (training.stop_when, training.early_stopping, training.checkpoint)
    return [RULES[type(spec)](spec, names) for spec in specs if spec is not None]


class Rule:
    """Watches one logged number, a loss downwards, an accuracy upwards.

    The base class keeps the best weights and never stops: that is `ModelCheckpoint` with
    `save_best_only`.
    """

    keeps_best = True

    def __init__(self, spec: Any, names: Sequence[str]) -> None:
        """Make the variables.

        Args:
            spec: the rule's block of YAML.
            names: of the logged numbers, in the order in which `update` is told them.
        """
        self.spec = spec
        self._place = list(names).index(spec.monitor)
        self._sign = -1.0 if spec.upwards else 1.0
        self._looks = tf.Variable(0)  # how often it has looked; patience and strips count looks
        self._best = tf.Variable(0.0)
        self._best_epoch = tf.Variable(0)

    def reset(self, limit: float | None = None) -> None:
        """Begin a new fit; `limit` is for the rule `below`."""
        self._looks.assign(0)
        self._best.assign(0.0)
        self._best_epoch.assign(0)

    @property
    def has_looked(self) -> bool:
        """Whether the rule has seen an epoch of this fit."""
        return bool(self._looks.numpy() > 0)

    @property
    def best(self) -> int | None:
        """The best epoch so far, counted from 1; None before the first look."""
        return int(self._best_epoch.numpy()) + 1 if self.has_looked else None

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        return self._improve(epoch, self._sign * logs[self._place]), tf.constant(False)

    def _ends_strip(self) -> Any:
        """Whether this look is the last of a strip."""
        return self._looks % self.spec.strip == 0

    def _improve(self, epoch: Any, current: Any, min_delta: float = 0.0) -> Any:
        """Say whether `current` is the lowest so far by `min_delta`, and if so remember it."""
        improved = (self._looks.value() == 0) | (current + min_delta < self._best.value())
        self._looks.assign_add(1)
        self._best.assign(tf.where(improved, current, self._best))
        self._best_epoch.assign(tf.where(improved, epoch, self._best_epoch))
        return improved


class PatienceRule(Rule):
    """`keras.callbacks.EarlyStopping`: stop after `patience` epochs without improvement."""

    def __init__(self, spec: EarlyStopping, names: Sequence[str]) -> None:
        """Make the variables."""
        super().__init__(spec, names)
        self.keeps_best = spec.restore_best_weights
        self._wait = tf.Variable(0)

    def reset(self, limit: float | None = None) -> None:
        """Begin a new fit."""
        super().reset(limit)
        self._wait.assign(0)

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        spec = self.spec
        current = self._sign * logs[self._place]
        if epoch < spec.start_from_epoch:
            improved, stop = False, False
        else:
            improved = self._improve(epoch, current, spec.min_delta)
            restart = improved
            if spec.baseline is not None:
                restart &= current + spec.min_delta < self._sign * spec.baseline
            self._wait.assign(tf.where(restart, 0, self._wait + 1))
            stop = ~improved & (self._wait >= spec.patience) & (epoch > 0)
        return improved, stop


class GeneralizationLossRule(Rule):
    """GL > alpha, where GL = 100 (E_va / E_opt - 1) and E_opt is the lowest so far."""

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        current = logs[self._place]
        improved = self._improve(epoch, current)
        return improved, _generalization_loss(current, self._best) > self.spec.alpha


class ProgressQuotientRule(Rule):
    """GL / P > alpha at the end of a strip of k epochs.

    P = 1000 (mean of the strip's training losses / their minimum - 1).
    """

    def __init__(self, spec: ProgressQuotient, names: Sequence[str]) -> None:
        """Make the variables."""
        super().__init__(spec, names)
        self._train = list(names).index("loss")
        self._strip = tf.Variable(tf.ones(spec.strip))

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        current = logs[self._place]
        improved = self._improve(epoch, current)
        strip = _push(self._strip, logs[self._train])
        progress = 1000 * (tf.reduce_mean(strip) / tf.reduce_min(strip) - 1)
        quotient = _generalization_loss(current, self._best) / tf.maximum(progress, 1e-12)
        return improved, self._ends_strip() & (quotient > self.spec.alpha)


class SuccessiveIncreasesRule(Rule):
    """The loss at the end of a strip of k epochs rises from strip to strip, s times in a row."""

    def __init__(self, spec: SuccessiveIncreases, names: Sequence[str]) -> None:
        """Make the variables."""
        super().__init__(spec, names)
        self._before = tf.Variable(float("inf"))
        self._increases = tf.Variable(0)

    def reset(self, limit: float | None = None) -> None:
        """Begin a new fit."""
        super().reset(limit)
        self._before.assign(float("inf"))
        self._increases.assign(0)

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        current = logs[self._place]
        improved = self._improve(epoch, current)
        ends = self._ends_strip()
        count = tf.where(current > self._before, self._increases + 1, 0)
        self._increases.assign(tf.where(ends, count, self._increases))
        self._before.assign(tf.where(ends, current, self._before))
        return improved, ends & (self._increases >= self.spec.strips)


class ChangeRule(Rule):
    """The monitored number changes by less than `threshold` over `epochs` epochs.

    The average change is the mean of the |changes| from epoch to epoch; the absolute change is that
    from the first of them to the last.
    """

    def __init__(self, spec: AverageChange | AbsoluteChange, names: Sequence[str]) -> None:
        """Make the variables."""
        super().__init__(spec, names)
        self._last = tf.Variable(tf.zeros(spec.epochs + 1))

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        current = self._sign * logs[self._place]
        improved = self._improve(epoch, current)
        last = _push(self._last, current)
        if isinstance(self.spec, AverageChange):
            change = tf.reduce_mean(tf.abs(last[1:] - last[:-1]))
        else:
            change = tf.abs(last[-1] - last[0])
        return improved, (self._looks > self.spec.epochs) & (change < self.spec.threshold)


class BelowRule(Rule):
    """The monitored number is at most `value`, or the limit that a fit was begun with."""

    keeps_best = False

    def __init__(self, spec: Below, names: Sequence[str]) -> None:
        """Make the variables."""
        super().__init__(spec, names)
        self._limit = tf.Variable(spec.value)

    def reset(self, limit: float | None = None) -> None:
        """Begin a new fit."""
        super().reset()
        self._limit.assign(self.spec.value if limit is None else limit)

    def update(self, epoch: Any, logs: Any) -> Answer:
        """Look at the logs of an epoch, counted from 0."""
        current = logs[self._place]
        return self._improve(epoch, current), current <= self._limit


RULES: dict[type[Monitored], type[Rule]] = {
    Checkpoint: Rule,
    EarlyStopping: PatienceRule,
    GeneralizationLoss: GeneralizationLossRule,
    ProgressQuotient: ProgressQuotientRule,
    SuccessiveIncreases: SuccessiveIncreasesRule,
    AverageChange: ChangeRule,
    AbsoluteChange: ChangeRule,
    Below: BelowRule,
}


def _generalization_loss(current: Any, lowest: Any) -> Any:
    return 100 * (current / tf.convert_to_tensor(lowest) - 1)


def _push(last: Any, value: Any) -> Any:
    """Drop the oldest number, append the newest, and return them all."""
    moved = tf.concat([last[1:], [value]], axis=0)
    last.assign(moved)
    return moved
