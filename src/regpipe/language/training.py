"""How a network is trained: `compile` and `fit` of Keras, and what Keras lacks."""

import math
from typing import Annotated, Any, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    PlainValidator,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from regpipe.language.rules import (
    AfterStopping,
    Checkpoint,
    EarlyStopping,
    Monitored,
    Refit,
    StopWhen,
)
from regpipe.strict import Share, Strict


class GradientNoise(Strict):
    """Normal noise of variance eta / (1 + step)^gamma on the gradients of each step."""

    eta: PositiveFloat = 0.3
    gamma: NonNegativeFloat = 0.55


class WeightNoise(Strict):
    """Normal noise on the trained weights during each step; the weights that are kept have none."""

    stddev: PositiveFloat = 0.075


class LabelNoise(Strict):
    """Noise on the targets, new at each step.

    A class is replaced by a random one with probability `rate`; a number gets normal noise of
    standard deviation `stddev`.
    """

    rate: Share | None = None
    stddev: PositiveFloat | None = None

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Self:
        if (self.rate is None) == (self.stddev is None):
            raise ValueError("expected `rate` (for classes) or `stddev` (for numbers), one of them")
        return self


class MixUp(Strict):
    """Rows and targets of each step mixed in pairs, by a share from a Beta(alpha, alpha)."""

    alpha: PositiveFloat = 0.2


class WeightAverage(Strict):
    """The mean of the weights after each epoch, once that share of the epochs is over; 1: never."""

    start: Annotated[float, Field(gt=0, le=1)] = 0.75


class SnapshotEnsemble(Strict):
    """The weights at the end of each of so many cycles of the learning rate, all kept.

    What the networks say is averaged. There are no more cycles than epochs.
    """

    cycles: Annotated[int, Field(ge=2)] = 5


class Ramp(Strict):
    """A strength that takes these `values` in turn, each for an equal part of the epochs.

    `strength` is its path in the network, such as `hidden.kernel_regularizer.l2`.
    """

    strength: str
    values: Annotated[list[NonNegativeFloat], Field(min_length=2)]


def _class_weight(value: Any) -> Any:
    weights = list(value.values()) if isinstance(value, dict) else []
    if value == "balanced" or (weights and all(map(_is_weight, weights))):
        return value
    raise ValueError(f"expected `balanced`, or a weight above 0 for each class, received {value!r}")


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


ClassWeight = Annotated[str | dict[Any, int | float], PlainValidator(_class_weight)]


class Training(Strict):
    """Arguments of `compile` and `fit`; an optimizer is a name or `{name: {argument: value}}`.

    `validation_split` holds out that share of the rows trained on, other ones at each repeat, and
    watches them instead of the test rows. `validation_freq` is the number of epochs from one look
    at the held-out rows to the next. A loss is a name, too, or `{name: {argument: value}}`.
    `class_weight` is what a row's loss counts by its class: `balanced`, or a weight for each class
    (1 where there is none), by its name in `rows.classes` or, where there are no names, its number.
    """

    optimizer: str | dict[str, dict[str, Any]] = "adam"
    loss: str | dict[str, dict[str, Any]]
    epochs: PositiveInt
    batch_size: PositiveInt = 32
    shuffle: bool = True
    validation_split: Share | None = None
    validation_freq: PositiveInt = 1
    early_stopping: EarlyStopping | None = None
    checkpoint: Checkpoint | None = None
    stop_when: StopWhen | None = None
    after_stopping: AfterStopping | None = None
    gradient_noise: GradientNoise | None = None
    weight_noise: WeightNoise | None = None
    label_noise: LabelNoise | None = None
    mixup: MixUp | None = None
    weight_average: WeightAverage | None = None
    snapshot_ensemble: SnapshotEnsemble | None = None
    ramp: Ramp | None = None
    class_weight: ClassWeight | None = None

    @model_validator(mode="before")
    @classmethod
    def _keeps_patience_beside_its_monitor(cls, keys: Any) -> Any:
        rules = EarlyStopping.model_fields
        for key in keys if isinstance(keys, dict) else ():
            if key in rules and key not in cls.model_fields:
                raise ValueError(f"`{key}` goes inside `early_stopping`, beside what it monitors")
        return keys

    @model_validator(mode="after")
    def _has_rows_for_a_second_pass(self) -> Self:
        stops = self.early_stopping or self.stop_when
        if self.after_stopping and not (self.validation_split and stops):
            raise ValueError(
                "after_stopping expects a validation_split and a rule to stop by, such as "
                "early_stopping"
            )
        if self.ramp and self.after_stopping and self.after_stopping.then == "continue":
            raise ValueError("ramp: training on after stopping would begin it anew. Expected refit")
        return self

    @model_validator(mode="after")
    def _keeps_one_kind_of_weights(self) -> Self:
        asked = [key for key in ("weight_average", "snapshot_ensemble") if getattr(self, key)]
        if asked and self.averages:
            raise ValueError(
                f"{asked[0]} keeps other weights than the optimizer's use_ema. Expected one of both"
            )
        if asked and self.watches:
            raise ValueError(
                f"{asked[0]}: a rule that stops, or keeps the best weights, leaves none to "
                "average. Expected one of both"
            )
        if len(asked) > 1:
            raise ValueError(f"{asked[0]} and {asked[1]} keep other weights. Expected one of both")
        return self

    @model_validator(mode="after")
    def _has_one_learning_rate(self) -> Self:
        if self.snapshot_ensemble is None:
            return self
        asked = {} if isinstance(self.optimizer, str) else next(iter(self.optimizer.values())) or {}
        if isinstance(asked.get("learning_rate"), dict):
            raise ValueError(
                "snapshot_ensemble sets the learning rate itself. Expected a number as the "
                "optimizer's, not a schedule"
            )
        return self

    @property
    def averages(self) -> bool:
        """Whether the optimizer's own moving average of the weights is kept (`use_ema`)."""
        asked = {} if isinstance(self.optimizer, str) else next(iter(self.optimizer.values())) or {}
        return bool(asked.get("use_ema"))

    @property
    def keeps_best(self) -> bool:
        """Whether a rule puts back the weights that were the best."""
        stops = self.stop_when is not None and self.stop_when.rule != "below"
        restores = self.early_stopping is not None and self.early_stopping.restore_best_weights
        return self.checkpoint is not None or stops or restores

    @property
    def cycles(self) -> int:
        """How many networks are kept."""
        return min(self.snapshot_ensemble.cycles, self.epochs) if self.snapshot_ensemble else 1

    @property
    def watches(self) -> list[Monitored]:
        """The rules that watch this training."""
        rules = (self.stop_when, self.early_stopping, self.checkpoint)
        return [rule for rule in rules if rule is not None]

    @property
    def watches_held_out(self) -> bool:
        """Whether it is training rows that the history's `val_` numbers are of, not test rows.

        A refit is trained on all of them, so that none is left to watch.
        """
        refits = isinstance(self.after_stopping, Refit)
        return self.validation_split is not None and not refits

    @property
    def leaks(self) -> bool:
        """Whether the rows that score the fit also decide which of its weights are kept."""
        watched = any(rule.monitor.startswith("val_") for rule in self.watches)
        return watched and self.validation_split is None
