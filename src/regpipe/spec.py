"""What a user may write in YAML: frozen types that refuse a key they don't know.

Layers, regularizers and optimizers are mappings in Keras' own words; `vocabulary` checks those.
"""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
)

Share = Annotated[float, Field(gt=0, lt=1)]
Network = dict[str, dict[str, Any]]


class Strict(BaseModel):
    """A block of YAML in which an unknown key is an error and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Published(Strict):
    """What a tutorial reported on the rows it trained on and on those it tested on."""

    train: float | None = None
    test: float | None = None
    source: str


class Split(Strict):
    """The first `train` rows of a draw are trained on, the others tested on."""

    train: PositiveInt


class Training(Strict):
    """Arguments of `compile` and `fit`; an optimizer is a name or `{name: {argument: value}}`."""

    optimizer: str | dict[str, dict[str, Any]] = "adam"
    loss: str
    epochs: PositiveInt
    batch_size: PositiveInt = 32
    shuffle: bool = True


class TrainingChange(Strict):
    """What a technique changes in its problem's `training`; None leaves it as it is."""

    optimizer: str | dict[str, dict[str, Any]] | None = None
    loss: str | None = None
    epochs: PositiveInt | None = None
    batch_size: PositiveInt | None = None
    shuffle: bool | None = None


class Problem(Strict):
    """Rows, their split, the task, the base network and its training."""

    title: str
    task: Literal["binary"]
    rows: dict[str, dict[str, Any]] = Field(min_length=1, max_length=1)
    split: Split
    network: Network = Field(min_length=1)
    training: Training
    published: Published | None = None


class Technique(Strict):
    """What is changed in a problem's network or training, and what was published about it."""

    title: str
    family: Literal["weight", "constraint", "dropout", "noise", "activity", "stopping"]
    explanation: str
    problem: str
    network: Network = {}
    training: TrainingChange = TrainingChange()
    published: Published | None = None


class FixedProtocol(Strict):
    """The one published draw, trained with `repeats` different seeds."""

    repeats: PositiveInt = 30


class FreshProtocol(Strict):
    """A new draw at each of `repeats` repeats, scored on `score_rows` further new rows.

    An interval of paired differences needs two repeats at least.
    """

    repeats: Annotated[int, Field(ge=2)] = 30
    score_rows: PositiveInt = 10_000


class Protocol(Strict):
    """How often an arm is fitted, and on what; every seed is derived from `seed`."""

    seed: NonNegativeInt = 1
    fixed: FixedProtocol = FixedProtocol()
    fresh: FreshProtocol = FreshProtocol()


class Statistics(Strict):
    """The confidence of the intervals, and the differences too small to interest anyone."""

    confidence: Share = 0.95
    smallest_difference: dict[str, PositiveFloat]


Engine = Literal["compiled", "keras"]


class Settings(Strict):
    """The parameters that are neither a problem nor a technique."""

    protocol: Protocol
    statistics: Statistics
    engine: Engine = "compiled"
    data_root: str | None = None  # read by the catalog; here so that --params data_root=DIR passes
