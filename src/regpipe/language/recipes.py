"""A technique that isn't made for one problem: what it changes in any network, and how strongly."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from regpipe.language.blocks import Family, GridValues
from regpipe.language.metrics import MetricName
from regpipe.language.tasks import Task, TaskName
from regpipe.strict import Strict

LayerBlock = dict[str, dict[str, Any]]


class Recipe(Strict):
    """What is changed in every hidden layer, before the first of them, and in the training.

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
    after_each: Annotated[LayerBlock, Field(max_length=1)] = {}
    before_first: Annotated[LayerBlock, Field(max_length=1)] = {}
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
