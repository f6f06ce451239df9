"""What a user may write in YAML: frozen types that refuse a key they don't know.

Layers, regularizers and optimizers are mappings in Keras' own words; `vocabulary` checks those.
"""

import math
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from regpipe.tasks import TaskName

Share = Annotated[float, Field(gt=0, lt=1)]
Network = dict[str, dict[str, Any]]
ScoreName = Literal["accuracy", "loss", "mse", "r2"]


class Strict(BaseModel):
    """A block of YAML in which an unknown key is an error and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(Strict):
    """What a tutorial reported on the rows it trained on and on those it tested on.

    `epochs` and `best_epoch` are those at which it stopped, and whose weights it kept. A `note`
    says why the numbers can't be reproduced, where they can't.
    """

    train: float | None = None
    test: float | None = None
    epochs: PositiveInt | None = None
    best_epoch: PositiveInt | None = None
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.train is None and self.test is None:
            raise ValueError("expected a published number, train or test or both")
        return self


class Split(Strict):
    """Which rows are trained on; the others are tested on.

    Of a generator's draw these are the first `train` rows. Of a table, `train` random rows, or that
    share of them, with each class's share kept where it is to `stratify`; `random_state` is that of
    the fixed split.
    """

    train: PositiveInt | Share
    stratify: bool = False
    random_state: NonNegativeInt | None = None


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


class Ramp(Strict):
    """A strength that takes these `values` in turn, each for an equal part of the epochs.

    `strength` is its path in the network, such as `hidden.kernel_regularizer.l2`.
    """

    strength: str
    values: Annotated[list[NonNegativeFloat], Field(min_length=2)]


class Refit(Strict):
    """Train anew on all rows, for the mean best epoch over `splits` ways to hold out rows."""

    then: Literal["refit"]
    splits: PositiveInt = 5


class ContinueTraining(Strict):
    """Train on with the held-out rows added, until their loss is what the training loss was."""

    then: Literal["continue"]


AfterStopping = Annotated[Refit | ContinueTraining, Field(discriminator="then")]


class Training(Strict):
    """Arguments of `compile` and `fit`; an optimizer is a name or `{name: {argument: value}}`.

    `validation_split` holds out that share of the rows trained on, other ones at each repeat, and
    watches them instead of the test rows. `validation_freq` is the number of epochs from one look
    at the held-out rows to the next. A loss is a name, too, or `{name: {argument: value}}`.
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
    ramp: Ramp | None = None

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
        if self.after_stopping and not (self.validation_split and self.watches):
            raise ValueError(
                "after_stopping expects a validation_split and a rule to stop by, such as "
                "early_stopping"
            )
        return self

    @property
    def watches(self) -> list[Monitored]:
        """The rules that watch this training."""
        rules = (self.stop_when, self.early_stopping, self.checkpoint)
        return [rule for rule in rules if rule is not None]

    @property
    def leaks(self) -> bool:
        """Whether the rows that score the fit also decide which of its weights are kept."""
        watched = any(rule.monitor.startswith("val_") for rule in self.watches)
        return watched and self.validation_split is None


class Problem(Strict):
    """Rows, their split, the task, the base network and its training."""

    title: str
    task: TaskName
    rows: dict[str, dict[str, Any]]
    split: Split
    # Scaled to mean 0 and standard deviation 1 over the rows trained on.
    standardise: list[Literal["features", "target"]] = []
    # What a row looks like to the network, such as [8, 8, 1]; without, it is a vector.
    input_shape: Annotated[list[PositiveInt], Field(min_length=1)] | None = None
    network: Network = Field(min_length=1)
    training: Training
    # In place of those of the statistics, where a score has another scale.
    smallest_difference: dict[ScoreName, PositiveFloat] = {}
    published: Published | None = None

    def smallest_differences(self, statistics: "Statistics") -> dict[str, float]:
        """Return for each score the mean difference below which nobody cares."""
        return statistics.smallest_difference.model_dump() | dict(self.smallest_difference)


def _orders_of_magnitude(values: Any) -> Any:
    """Return a list as it is, and {orders: [1e-3, 1e-1]} as 1e-3, 1e-2, 1e-1."""
    if isinstance(values, list):
        return values
    ends = values.get("orders") if isinstance(values, dict) and len(values) == 1 else None
    match ends:
        case [int() | float() as low, int() | float() as high] if 0 < low < high:
            first, last = (round(math.log10(end)) for end in (low, high))
            return [float(f"1e{exponent}") for exponent in range(first, last + 1)]
    raise ValueError("expected a list of values, or the ends of {orders: [1.0e-6, 1.0e-1]}")


GridValues = Annotated[list[float], Field(min_length=2), BeforeValidator(_orders_of_magnitude)]


class GridPublished(Strict):
    """What was published for each point of a grid, in the order of the YAML."""

    train: list[float]
    test: list[float]
    source: str


class Technique(Strict):
    """What is changed in a problem's network or training, and what was published about it."""

    title: str
    family: Literal["weight", "constraint", "dropout", "noise", "activity", "stopping", "other"]
    explanation: str
    problem: str
    network: Network = {}
    training: dict[str, Any] = {}  # keys of Training, which `arm.apply` puts over the problem's
    published: Published | None = None
    # Values to try at paths of this block, such as network.hidden.kernel_regularizer.l2.
    grid: dict[str, GridValues] = {}
    grid_published: GridPublished | None = None


class FixedProtocol(Strict):
    """The one published draw, trained with `repeats` different seeds, two at least."""

    repeats: Annotated[int, Field(ge=2)] = 30


class FreshProtocol(Strict):
    """A new draw at each of `repeats` repeats, scored on `score_rows` further new rows.

    An interval of paired differences needs two repeats at least.
    """

    repeats: Annotated[int, Field(ge=2)] = 30
    score_rows: PositiveInt = 10_000


class GridProtocol(Strict):
    """How many repeats of each protocol every point of a grid gets, and which rows choose.

    `validation_split` is the share of the rows trained on that is held out to choose a point.
    """

    repeats: Annotated[int, Field(ge=2)] = 10
    validation_split: Share = 0.3


class Protocol(Strict):
    """How often an arm is fitted, and on what; every seed is derived from `seed`."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    fixed: FixedProtocol = FixedProtocol()
    fresh: FreshProtocol = FreshProtocol()
    grid: GridProtocol = GridProtocol()


class SmallestDifference(Strict):
    """For each number a fit is scored by, the mean difference below which nobody cares."""

    accuracy: PositiveFloat = 0.01
    loss: PositiveFloat = 0.01
    mse: PositiveFloat = 0.01
    r2: PositiveFloat = 0.01


class Statistics(Strict):
    """The confidence of the intervals, and the differences too small to interest anyone."""

    confidence: Share = 0.95
    smallest_difference: SmallestDifference = SmallestDifference()


class StoppingRule(Strict):
    """One rule to replay: `early_stopping` or `stop_when`."""

    early_stopping: EarlyStopping | None = None
    stop_when: StopWhen | None = None

    @model_validator(mode="after")
    def _is_one_rule(self) -> Self:
        if (self.early_stopping is None) == (self.stop_when is None):
            raise ValueError("expected `early_stopping` or `stop_when`, one of them")
        return self

    @property
    def rule(self) -> Monitored:
        """The one that is there."""
        rule = self.early_stopping or self.stop_when
        assert rule is not None
        return rule


class StoppingRules(Strict):
    """The rules that are replayed on the histories of some problems' baselines."""

    problems: Annotated[list[str], Field(min_length=1)]
    rules: Annotated[dict[str, StoppingRule], Field(min_length=1)]


Engine = Literal["compiled", "keras"]


class Settings(Strict):
    """The parameters that are neither a problem nor a technique."""

    protocol: Protocol
    statistics: Statistics
    stopping_rules: StoppingRules | None = None
    engine: Engine = "compiled"
    # Read by the catalog; here so that --params data_root=DIR passes.
    data_root: Annotated[str, Field(min_length=1)] = "data"
