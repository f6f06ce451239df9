"""When to stop a training, which weights to keep, and what to do then."""

from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from regpipe.strict import Strict


class Monitored(Strict):
    """A logged number that is watched: `loss`, `accuracy`, ..., with `val_` on held-out rows.

    `mode` says which way is better; `auto` is up for an accuracy, down for all else.
    """

    monitor: str = "val_loss"
    mode: Literal["auto", "min", "max"] = "auto"

    @property
    def upwards(self) -> bool:
        """Whether a larger number is the better one."""
        return self.mode == "max" or (self.mode == "auto" and self.monitor.endswith("accuracy"))


class EarlyStopping(Monitored):
    """The arguments of `keras.callbacks.EarlyStopping`."""

    patience: NonNegativeInt = 0
    min_delta: NonNegativeFloat = 0.0
    baseline: float | None = None
    start_from_epoch: NonNegativeInt = 0
    restore_best_weights: bool = False


class Checkpoint(Monitored):
    """The arguments of `keras.callbacks.ModelCheckpoint(save_best_only=True)`."""


class MonitoredLoss(Monitored):
    """A rule that is defined for an error, which is the better the lower it is."""

    @model_validator(mode="after")
    def _watches_a_loss(self) -> Self:
        if self.upwards:
            raise ValueError(f"expected a loss to watch, not '{self.monitor}', which should rise")
        return self


class GeneralizationLoss(MonitoredLoss):
    """Prechelt's GL: stop once the watched loss is `alpha` percent above its lowest so far."""

    rule: Literal["generalization_loss"]
    alpha: PositiveFloat = 2.0


class ProgressQuotient(MonitoredLoss):
    """Prechelt's PQ: stop once GL over the progress of `strip` epochs exceeds `alpha`."""

    rule: Literal["progress_quotient"]
    alpha: PositiveFloat = 0.75
    strip: Annotated[int, Field(ge=2)] = 5


class SuccessiveIncreases(MonitoredLoss):
    """Prechelt's UP: stop once the loss rose in `strips` successive strips of `strip` epochs."""

    rule: Literal["successive_increases"]
    strips: PositiveInt = 4
    strip: PositiveInt = 5


class AverageChange(Monitored):
    """Stop once the mean |change| per epoch, over `epochs` epochs, is below `threshold`."""

    rule: Literal["average_change"]
    epochs: PositiveInt
    threshold: PositiveFloat


class AbsoluteChange(Monitored):
    """Stop once the |change| from `epochs` epochs ago to now is below `threshold`."""

    rule: Literal["absolute_change"]
    epochs: PositiveInt
    threshold: PositiveFloat


class Below(MonitoredLoss):
    """Stop once the watched loss is at most `value`."""

    rule: Literal["below"]
    value: float


StopWhen = Annotated[
    GeneralizationLoss
    | ProgressQuotient
    | SuccessiveIncreases
    | AverageChange
    | AbsoluteChange
    | Below,
    Field(discriminator="rule"),
]


class Refit(Strict):
    """Train anew on all rows, for the mean best epoch over `splits` ways to hold out rows."""

    then: Literal["refit"]
    splits: PositiveInt = 5


class ContinueTraining(Strict):
    """Train on with the held-out rows added, until their loss is what the training loss was."""

    then: Literal["continue"]


AfterStopping = Annotated[Refit | ContinueTraining, Field(discriminator="then")]
