"""A problem; a technique that is applied to it; a recipe, which is made for no single problem."""

import math
from dataclasses import replace
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from regpipe.ingredients.class_weight import ClassWeight
from regpipe.language.columns import Column
from regpipe.language.metrics import METRICS, MetricName, check_smallest
from regpipe.language.settings import Statistics
from regpipe.language.tasks import CODE_SCORES, TASKS, Task, TaskName
from regpipe.language.training import Training
from regpipe.strict import Share, Strict

TABLE = "table"  # the key that only rows of the user's own have
N_SPLITS = 5  # origins, as TimeSeriesSplit has them

Network = dict[str, dict[str, Any]]  # layers by name, or one by its kind
Family = Literal["weight", "constraint", "dropout", "noise", "activity", "stopping", "other"]
Side = Literal["train", "test"]
SIDES: tuple[Side, ...] = get_args(Side)
Class = StrictBool | StrictInt | StrictFloat | StrictStr


class PublishedScores(Strict):
    """What was reported on the rows trained on, on those tested on, or on both."""

    train: float | None = None
    test: float | None = None

    @model_validator(mode="after")
    def _has_a_number(self) -> Self:
        if self.train is None and self.test is None:
            raise ValueError("expected a published number, train or test or both")
        return self

    @property
    def scores(self) -> dict[Side, float]:
        """The numbers that there are."""
        numbers: dict[Side, float | None] = {"train": self.train, "test": self.test}
        return {side: number for side, number in numbers.items() if number is not None}


class Published(PublishedScores):
    """What a tutorial reported, and where.

    `epochs` and `best_epoch` are those at which it stopped, and whose weights it kept. A gain is
    over the `baseline` of the same source; without, over what was published about the problem.
    """

    epochs: PositiveInt | None = None
    best_epoch: PositiveInt | None = None
    baseline: PublishedScores | None = None
    source: str


class TableRows(Strict):
    """A table of the user's own, by its name in the catalog, and what its columns are.

    `target` is what shall be predicted, and all columns predict it but those to `drop`, the `group`
    (rows of a group stay on the same side of each split), the `time` (each split trains on rows
    before those that it tests on) and the `split` (which says `train` or `test`: in all repeats, or
    of the fixed split alone, where the problem's own `split` says how fresh ones are made).
    `columns` says of each what it holds; those that it doesn't name are left out. Without it, each
    is what it looks like. `gaps` are words that stand for a missing value in any column, and
    `decimal` and `thousands` what stands in numbers that are texts. Numbers are scaled, unless
    `scale` is false. `classes` are the values of a target that is a class, in the order of the
    outputs; of two, the second is the one whose probability is the output. Rows whose target is
    missing are refused, or left out where `labelled_only`.
    """

    table: str
    target: str
    classes: Annotated[list[Class], Field(min_length=2)] | None = None
    group: str | None = None
    time: str | None = None
    split: str | None = None
    scale: bool = True
    labelled_only: bool = False
    gaps: list[str] = []
    decimal: Literal[".", ","] = "."
    thousands: str | None = None
    columns: dict[str, Column] | None = None

    @model_validator(mode="after")
    def _names_each_class_once(self) -> Self:
        classes = self.classes or []
        if twice := [name for name in classes if classes.count(name) > 1]:
            raise ValueError(f"classes: {twice[0]!r} stands there twice. Expected it once")
        return self

    @model_validator(mode="after")
    def _declares_its_roles(self) -> Self:
        twice = [name for name in self.roles if self.roles.count(name) > 1]
        if twice:
            raise ValueError(
                f"the column '{twice[0]}' is named twice, as target, group, time or split. "
                "Expected it once"
            )
        for name in self.roles if self.columns is not None else ():
            if self.columns is None or name not in self.columns:
                raise ValueError(
                    f"columns: '{name}' is missing. Expected its kind, as of the others"
                )
            if self.columns[name].kind == "drop":
                raise ValueError(f"columns.{name}: it is used. Expected another kind than `drop`")
        return self

    @property
    def roles(self) -> list[str]:
        """The columns that don't predict, but are used."""
        others = (self.group, self.time, self.split)
        return [self.target, *(name for name in others if name is not None)]

    @property
    def inputs(self) -> list[str]:
        """The columns that predict, in the order of their declaration."""
        columns = self.columns or {}
        return [n for n, c in columns.items() if c.kind != "drop" and n not in self.roles]

    @property
    def used(self) -> list[str]:
        """The columns that have to be there."""
        return [*self.inputs, *self.roles]

    def column(self, name: str) -> Column:
        """Return what is declared of a column."""
        assert self.columns is not None
        return self.columns[name]


class Split(Strict):
    """Which rows are trained on; the others are tested on.

    Of a generator's draw these are the first `train` rows. Of a table, `train` random rows, or that
    share of them, with each class's share kept where it is to `stratify`; `random_state` is that of
    the fixed split. Where rows have groups, it is a number or a share of those. Where they have a
    time, it is the latest `train` rows before each of `n_splits` origins, which lie as those of
    scikit-learn's TimeSeriesSplit do. A table whose rows say on which side they are needs none of
    it.
    """

    train: PositiveInt | Share | None = None
    stratify: bool = False
    random_state: NonNegativeInt | None = None
    n_splits: Annotated[int, Field(ge=2)] | None = None  # N_SPLITS, where rows have a time


class Autoencoder(Strict):
    """What an autoencoder is scored by beside its error on rows as they are, see `codes`.

    `code` is the layer whose outputs are the code; a linear probe on it has to tell the classes of
    the rows. `noise` is the standard deviation, in units of the inputs, of the Gaussian noise that
    corrupts rows which are to be restored.
    """

    code: str
    noise: PositiveFloat


class Problem(Strict):
    """Rows, their split, the task, the base network and its training.

    `rows` are a generator or a table of ours and its arguments, such as `{make_moons: {noise:
    0.2}}`, or the keys of `TableRows`. `metric` is what a technique is judged by, if not by the
    task's own; where that is `cost`, `cost` says by class what it costs not to tell a row's class,
    else 1. What is to `standardise` is scaled to mean 0 and standard deviation 1 over the rows
    trained on. `input_shape` is what a row looks like to the network, such as `[8, 8, 1]`; without,
    it is a vector. `network` has its layers by name, in order: `{hidden: {Dense: {units: 64}}}`.
    `smallest_difference` of a metric takes the place of that of the statistics, where a score has
    another scale. `stand_in` says why the rows aren't those that the published numbers are about,
    where they only stand in for those: such rows judge no claim.
    """

    title: str
    task: TaskName
    rows: dict[str, Any]
    split: Split = Split()
    metric: MetricName | None = None
    cost: Annotated[dict[Class, PositiveFloat], Field(min_length=1)] | None = None
    standardise: list[Literal["features", "target"]] = []
    input_shape: Annotated[list[PositiveInt], Field(min_length=1)] | None = None
    network: Network = Field(min_length=1)
    training: Training
    autoencoder: Autoencoder | None = None
    smallest_difference: Annotated[
        dict[MetricName, PositiveFloat], AfterValidator(check_smallest)
    ] = {}
    published: Published | None = None
    stand_in: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _is_a_baseline(self) -> Self:
        if self.published and self.published.baseline:
            raise ValueError(
                "published.baseline: a problem's published numbers are those of its baseline. "
                "Expected it in the block of a technique"
            )
        return self

    @model_validator(mode="after")
    def _leaves_classes_alone(self) -> Self:
        if "target" in self.standardise and (TASKS[self.task].classifies or self.autoencoder):
            raise ValueError("standardise: the target is a class. Expected `features` alone")
        return self

    @model_validator(mode="after")
    def _has_costs_where_they_judge(self) -> Self:
        if (self.cost is None) == (self.metric == "cost"):
            raise ValueError(
                "cost: it goes with `metric: cost`, and that with it. Expected both, such as "
                "`cost: {yes: 5}`, or none"
            )
        if self.cost is not None:
            self._costs_by_number(self.classes or ([0, 1] if self.task == "binary" else None))
        return self

    def _costs_by_number(self, classes: list[Class] | None) -> dict[int, float]:
        """Return costs as weights are read: by the numbers of the classes.

        Raises:
            SpecError: there is no class of that name.
        """
        weights = ClassWeight.model_validate(self.cost)
        return dict(weights.for_arm("cost", TASKS["multiclass"], classes, None).asked)

    @model_validator(mode="after")
    def _is_judged_by_its_scores(self) -> Self:
        if self.autoencoder and self.task != "reconstruction":
            raise ValueError(
                f"autoencoder: a {self.task} problem has no code. Expected no such key"
            )
        scores = self._scores
        if self.metric is not None and self.metric not in scores:
            others = [name for name, m in METRICS.items() if self.task in m.tasks and m.asked]
            raise ValueError(
                f"metric: a {self.task} problem has no {self.metric}. Expected one of: "
                f"{', '.join([*scores, *others])}"
            )
        return self

    @property
    def kind(self) -> Task:
        """The task, with the metric that this problem is judged by."""
        task = TASKS[self.task]
        costs = self._costs_by_number(self.classes) if self.cost else None
        return replace(task, metric=self.metric or task.metric, scores=self._scores, costs=costs)

    @property
    def _scores(self) -> dict[str, bool]:
        scores = TASKS[self.task].scores | (CODE_SCORES if self.autoencoder else {})
        if self.metric and self.task in METRICS[self.metric].tasks:
            scores |= {self.metric: METRICS[self.metric].higher_is_better}
        return scores

    @property
    def own_table(self) -> TableRows | None:
        """What the columns of the user's own table are, None where it isn't one."""
        return TableRows.model_validate(self.rows) if TABLE in self.rows else None

    @property
    def classes(self) -> list[Class] | None:
        """What the classes are called, where they are the user's own."""
        return self.own_table.classes if self.own_table else None

    @property
    def one_split(self) -> bool:
        """Whether a column of the user's own table splits it once and for all."""
        own = self.own_table
        return own is not None and own.split is not None and self.split.train is None

    @property
    def in_time(self) -> bool:
        """Whether each split trains on rows before those that it tests on."""
        own = self.own_table
        return own is not None and own.time is not None

    @property
    def dated(self) -> str | None:
        """The first date among the columns of a table that is split at random."""
        own = self.own_table
        if own is None or own.time is not None or self.one_split:
            return None
        kinds = (own.columns or {}).items()
        return next((name for name, column in kinds if column.kind == "date"), None)

    def smallest_differences(self, statistics: Statistics) -> dict[str, float]:
        """Return for each score the smallest mean difference of interest."""
        own = {str(name): number for name, number in self.smallest_difference.items()}
        return statistics.smallest_difference | own


def _orders_of_magnitude(values: Any) -> Any:
    """Return a list as it is, and {orders: [1e-3, 1e-1]} as 1e-3, 1e-2, 1e-1."""
    if isinstance(values, list):
        if any(values.count(value) > 1 for value in values):
            raise ValueError(f"expected different values, and one stands there twice: {values}")
        return values
    ends = values.get("orders") if isinstance(values, dict) and len(values) == 1 else None
    match ends:
        case [int() | float() as low, int() | float() as high] if 0 < low < high:
            first, last = (round(math.log10(end)) for end in (low, high))
            if not math.isclose(low, 10.0**first) or not math.isclose(high, 10.0**last):
                raise ValueError(
                    f"expected orders of magnitude, such as 1.0e-6 or 100, received {ends}"
                )
            return [float(f"1e{exponent}") for exponent in range(first, last + 1)]
    raise ValueError(
        f"expected a list of values, or the ends of {{orders: [1.0e-6, 1.0e-1]}}, received {values}"
    )


GridValues = Annotated[list[float], Field(min_length=2), BeforeValidator(_orders_of_magnitude)]


class GridPublished(Strict):
    """What was published for each point of a grid, in the order of the YAML."""

    train: list[float]
    test: list[float]
    source: str


class Technique(Strict):
    """What is changed in a problem's network or training, and what was published about it.

    An entry of `network` whose name the problem's network has is merged into that layer's
    arguments; another name is a new layer, and says which layer it comes `before` or `after`.
    `training` has keys that are put over the problem's. `metric` is what it is judged by, if not by
    its problem's: what it is for may be something else. `grid` has values to try at paths of this
    block, such as `network.hidden.kernel_regularizer.l2`.
    """

    title: str
    family: Family
    explanation: str
    problem: str
    metric: MetricName | None = None
    network: Network = {}
    training: dict[str, Any] = {}
    published: Published | None = None
    grid: dict[str, GridValues] = {}
    grid_published: GridPublished | None = None

    def judged(self, task: Task) -> Task:
        """Return the task of its problem, with the metric that the technique is judged by."""
        return replace(task, metric=self.metric or task.metric)


class Recipe(Strict):
    """What is changed in any network: every hidden layer, before the first, and the training.

    `each` is merged into the arguments of each hidden layer; `after_each` is a layer put behind
    each of them, `before_first` one before the first. `strength` is the path of a number in this
    block, such as after_each.Dropout.rate, and the values to choose from. A recipe with `metrics`
    is for problems that are judged by one of these. A recipe that `mixes` goes together with all
    others that do, but for those of the same `slot`: of these, a mixture has one at most.
    """

    title: str
    family: Family
    explanation: str
    tasks: list[TaskName] = ["binary", "multiclass", "regression"]
    metrics: list[MetricName] | None = None
    each: dict[str, Any] = {}
    after_each: Annotated[Network, Field(max_length=1)] = {}
    before_first: Annotated[Network, Field(max_length=1)] = {}
    training: dict[str, Any] = {}
    strength: Annotated[dict[str, GridValues], Field(max_length=1)] = {}
    mixes: bool = True
    slot: str | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not (self.each or self.after_each or self.before_first or self.training):
            raise ValueError("expected `each`, `after_each`, `before_first` or `training`")
        return self

    def is_for(self, task: Task) -> bool:
        """Whether it is for problems of that kind, judged by that metric."""
        return task.name in self.tasks and (self.metrics is None or task.metric in self.metrics)
