"""What a problem asks of a network: the numbers that are logged, scored and compared."""

from dataclasses import dataclass
from typing import Literal

from regpipe.language.metrics import METRICS, MetricName

TaskName = Literal["binary", "multiclass", "regression", "reconstruction"]


@dataclass(frozen=True)
class Task:
    """A kind of problem.

    Attributes:
        name: as in YAML.
        logged: the metric that is logged at each epoch beside the loss.
        metric: the number that a technique is judged by.
        scores: every number a fit is scored by, and whether a higher one is better.
    """

    name: TaskName
    logged: str
    metric: MetricName
    scores: dict[MetricName, bool]

    @property
    def logs(self) -> tuple[str, ...]:
        """What is logged at each epoch, in order; `val_` is on held-out rows."""
        return ("loss", self.logged, "val_loss", f"val_{self.logged}")

    @property
    def classifies(self) -> bool:
        """Whether the target is a class."""
        return self.logged == "accuracy"


def _scores(*names: MetricName) -> dict[MetricName, bool]:
    return {name: METRICS[name].higher_is_better for name in names}


_CLASSES = _scores("accuracy", "balanced_accuracy", "auc", "loss")
TASKS: dict[TaskName, Task] = {
    "binary": Task("binary", "accuracy", "accuracy", _CLASSES),
    "multiclass": Task("multiclass", "accuracy", "accuracy", _CLASSES),
    "regression": Task("regression", "mse", "r2", _scores("r2", "mse", "loss")),
    # The target is the row itself.
    "reconstruction": Task("reconstruction", "mse", "mse", _scores("mse", "loss")),
}
CODE_SCORES = _scores("denoising_mse", "probe_accuracy", "sparsity")  # see `codes`
