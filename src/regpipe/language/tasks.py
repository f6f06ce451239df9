"""What a problem asks of a network: the numbers that are logged, scored and compared."""

from dataclasses import dataclass

from regpipe.language.metrics import METRICS, MetricName, TaskName


@dataclass(frozen=True)
class Task:
    """A kind of problem.

    Attributes:
        name: as in YAML.
        logged: the metric that is logged at each epoch beside the loss.
        metric: the number that a technique is judged by.
        scores: every number a fit is scored by, and whether a higher one is better.
        costs: of a row that isn't told to be of its class, by the class' number, where costs judge.
    """

    name: TaskName
    logged: str
    metric: MetricName
    scores: dict[str, bool]
    costs: dict[int, float] | None = None

    @property
    def logs(self) -> tuple[str, ...]:
        """What is logged at each epoch, in order; `val_` is on held-out rows."""
        return ("loss", self.logged, "val_loss", f"val_{self.logged}")

    @property
    def classifies(self) -> bool:
        """Whether the target is a class."""
        return self.logged == "accuracy"


def _task(name: TaskName, logged: str, metric: MetricName) -> Task:
    scores = {score: m for score, m in METRICS.items() if name in m.tasks and not m.asked}
    return Task(name, logged, metric, {score: m.higher_is_better for score, m in scores.items()})


TASKS: dict[TaskName, Task] = {
    "binary": _task("binary", "accuracy", "accuracy"),
    "multiclass": _task("multiclass", "accuracy", "accuracy"),
    "regression": _task("regression", "mse", "r2"),
    "reconstruction": _task("reconstruction", "mse", "mse"),  # the target is the row itself
}
CODE_SCORES = {name: m.higher_is_better for name, m in METRICS.items() if not m.tasks}
