"""The parameters that are neither a problem nor a technique."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from regpipe.errors import hint, shown
from regpipe.ingredients import blocks
from regpipe.ingredients._watching import Monitored
from regpipe.ingredients.early_stopping import EarlyStopping
from regpipe.language.limits import Limits
from regpipe.language.metrics import METRICS, check_smallest
from regpipe.places.place import place_of
from regpipe.strict import HeldOut, Share, Strict

Repeats = Annotated[int, Field(ge=2)]


class FixedProtocol(Strict):
    """The one published draw, trained with `repeats` different seeds, two at least."""

    repeats: Repeats = 30


def _repeats(value: Any) -> Any:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value != "auto" and not (whole and value >= 2):
        raise ValueError(f"expected a whole number of 2 or more, or auto, received {shown(value)}")
    return value


class Repeated(Strict):
    """How many repeats there are: a number, or `auto`.

    An interval of paired differences needs two at least. With `auto`, there are `batch` more until
    an interim analysis says that they are enough, `at_most` so many; twice the batch come before
    the first.
    """

    repeats: Annotated[int | Literal["auto"], BeforeValidator(_repeats)]
    at_most: PositiveInt
    batch: Annotated[int, Field(ge=5)]

    @model_validator(mode="after")
    def _is_analysed_before_it_ends(self) -> Self:
        if self.repeats == "auto" and self.at_most < 2 * self.batch:
            raise ValueError(
                f"at_most: {self.at_most} repeats are over before the first interim "
                f"analysis, after {2 * self.batch}. Expected {2 * self.batch} or more"
            )
        return self

    @property
    def ceiling(self) -> int:
        """The most repeats that there can be."""
        return self.at_most if self.repeats == "auto" else self.repeats

    def analyses_within(self, most: int) -> tuple[int, ...] | None:
        """After how many repeats it is analysed whether to go on; None where it isn't.

        There are `most` repeats or fewer.
        """
        if self.repeats != "auto":
            return None
        last = min(self.at_most, most)
        return (*range(2 * self.batch, last, self.batch), last)

    def certain_within(self, most: int) -> int:
        """How many repeats there are in any case, whatever an analysis says; `most` or fewer."""
        analyses = self.analyses_within(most)
        return analyses[0] if analyses else min(self.ceiling, most)


class FreshProtocol(Repeated):
    """A new draw at each repeat, scored on `score_rows` further new rows.

    With `auto`, each technique gets as many as it takes until it is decided.
    """

    repeats: Annotated[int | Literal["auto"], BeforeValidator(_repeats)] = "auto"
    at_most: PositiveInt = 60
    batch: Annotated[int, Field(ge=5)] = 10
    score_rows: PositiveInt = 10_000

    @property
    def analyses(self) -> tuple[int, ...] | None:
        """After how many repeats it is analysed whether to go on; None where it isn't."""
        return self.analyses_within(self.at_most)


class GridProtocol(Strict):
    """How many repeats of each protocol every point of a grid gets, and which rows choose.

    `validation_split` is the share of the rows trained on that is held out to choose a point.
    """

    repeats: Repeats = 10
    validation_split: HeldOut = 0.3


class VarianceProtocol(Strict):
    """How many `draws` of rows, initial weights for each, and orders and masks for each of those.

    What varies between them is split by the pipeline `variance`; each takes two at least.
    """

    draws: Annotated[int, Field(ge=2)] = 20
    weights: Annotated[int, Field(ge=2)] = 3
    orders: Annotated[int, Field(ge=2)] = 2


PROTOCOLS = ("fixed", "fresh")  # by which every arm is fitted


class Protocol(Strict):
    """How often an arm is fitted, and on what; every seed is derived from `seed`."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    fixed: FixedProtocol = FixedProtocol()
    fresh: FreshProtocol = FreshProtocol()
    grid: GridProtocol = GridProtocol()
    variance: VarianceProtocol = VarianceProtocol()

    @property
    def at_most(self) -> dict[str, int]:
        """The most repeats that there can be of `fixed` and of `fresh`."""
        return {"fixed": self.fixed.repeats, "fresh": self.fresh.ceiling}


def _of_every_metric(value: Any) -> Any:
    """Return the smallest differences that are set, and those of the other metrics."""
    if not isinstance(value, dict):
        return value
    for name in value.keys() - METRICS.keys():
        raise ValueError(f"there is no metric {name!r}. {hint(name, set(METRICS))}")
    return {**{name: metric.smallest for name, metric in METRICS.items()}, **value}


class Statistics(Strict):
    """The confidence of the intervals, and the smallest mean differences of interest."""

    confidence: Share = 0.95
    smallest_difference: Annotated[
        dict[str, PositiveFloat],
        BeforeValidator(_of_every_metric),
        Field(default={}, validate_default=True),
        AfterValidator(check_smallest),
    ]


if TYPE_CHECKING:
    StopWhen = Monitored
else:
    StopWhen = blocks()["stop_when"]


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


class Holdouts(Strict):
    """How a choice is made inside each repeat: by `holdouts` ways to hold out training rows."""

    holdouts: PositiveInt = 3
    validation_split: HeldOut = 0.3


class Screen(Holdouts, Repeated):
    """How often every recipe is tried on a problem, and by which rows its strength is chosen.

    With `auto`, a recipe that can't win any more is tried no further. `recipes` are the names of
    those to try; without, it is all that suit the problem.
    """

    recipes: Annotated[list[str], Field(min_length=1)] | None = None
    repeats: Annotated[int | Literal["auto"], BeforeValidator(_repeats)] = "auto"
    at_most: PositiveInt = 20
    batch: Annotated[int, Field(ge=5)] = 5


class Search(Holdouts):
    """How long mixtures are searched for, in each repeat.

    The search ends after `trials` mixtures, and begins no other once `minutes` are over for all
    repeats together. `startup` mixtures are drawn at random before the search learns from them.
    """

    repeats: Repeats = 10
    trials: PositiveInt = 40
    minutes: PositiveFloat | None = None
    startup: NonNegativeInt = 10


class Cocktail(Search):
    """How mixtures of recipes are searched for."""


class Answering(Search):
    """How a model is searched for: mixtures of recipes and foundations, and models beside them.

    The best `finalists` of networks, and of other models, are compared by `finals` further ways to
    hold out some of the rows, and so are a network and the mean of so many `seeds`.
    """

    trials: PositiveInt = 24
    startup: NonNegativeInt = 8
    holdouts: PositiveInt = 2
    finalists: PositiveInt = 3
    finals: PositiveInt = 3
    seeds: PositiveInt = 5


class Export(Strict):
    """What an export hands out: an answer's `network`, its `other` model, or the better one."""

    side: Literal["network", "other"] | None = None


Engine = Literal["compiled", "keras"]
Random = Literal["hash", "threefry"]
DASK = "dask"
SCHEDULER = re.compile(r"(tcp|tls|wss?|ucx)://[^/\s]+:\d+")  # the address of one of Dask's


class Settings(Strict):
    """The parameters that are neither a problem nor a technique.

    `starts` are mixtures that a search begins with. `random` is by what masks and noise are drawn;
    `threefry` is a slow cross-check. `workers` are the threads that train, 0 for as many as there
    are cores, or `dask`, or the address of a scheduler; `dask` has options of its client, or of a
    cluster of this machine. `data_root` is the folder, or the address, of all that a run reads and
    leaves, and `tracking` an MLflow tracking store that gets every fit.
    """

    protocol: Protocol
    statistics: Statistics
    stopping_rules: StoppingRules | None = None
    screen: Screen = Screen()
    cocktail: Cocktail = Cocktail()
    answer: Answering = Answering()
    starts: list[dict[str, float | None]] = []
    export: Export = Export()
    limits: Limits = Limits()
    engine: Engine = "compiled"
    random: Random = "hash"
    workers: int | str = 0
    dask: dict[str, Any] = {}
    # Read by the catalog; here so that --params data_root=DIR passes.
    data_root: Annotated[str, Field(min_length=1)] = "data"
    tracking: str | None = None

    @field_validator("workers", mode="before")
    @classmethod
    def _train_somewhere(cls, workers: Any) -> Any:
        if isinstance(workers, int) and not isinstance(workers, bool) and workers >= 0:
            return workers
        if workers == DASK or (isinstance(workers, str) and SCHEDULER.fullmatch(workers)):
            return workers
        raise ValueError(
            "expected a number of threads (0: one per core), dask, or the address of a scheduler "
            f"such as tcp://10.0.0.1:8786, received {shown(workers)}"
        )

    @field_validator("dask")
    @classmethod
    def _has_an_address(cls, dask: dict[str, Any]) -> dict[str, Any]:
        address = dask.get("address")
        if address is not None and not SCHEDULER.fullmatch(str(address)):
            raise ValueError(
                "expected as `address` that of a scheduler, such as tcp://10.0.0.1:8786, received "
                f"{shown(address)}"
            )
        return dask

    @field_validator("data_root")
    @classmethod
    def _is_no_home(cls, data_root: str) -> str:
        if data_root.startswith("~"):  # which a shell spells out only where a word begins with it
            spelled = Path(data_root).expanduser()
            raise ValueError(f"expected a folder, such as {spelled}, received '{data_root}'")
        if {"{", "}"} & {*data_root}:
            raise ValueError(
                f"expected a folder without braces in its name, received '{data_root}'"
            )
        place_of(data_root)
        return data_root

    @field_validator("tracking")
    @classmethod
    def _is_a_uri(cls, tracking: str | None) -> str | None:
        if tracking is not None and "://" not in tracking:
            raise ValueError(
                "expected the URI of a tracking store, such as sqlite:///data/mlflow.db or "
                f"http://127.0.0.1:5000, received '{tracking}'"
            )
        return tracking
