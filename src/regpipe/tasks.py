"""What a problem asks of a network: the numbers that are logged, scored and compared."""

from dataclasses import dataclass
from typing import Literal

TaskName = Literal["binary"]


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
    metric: str
    scores: dict[str, bool]

    @property
    def logs(self) -> tuple[str, ...]:
        """What is logged at each epoch, in order; `val_` is on held-out rows."""
        return ("loss", self.logged, "val_loss", f"val_{self.logged}")


TASKS: dict[TaskName, Task] = {
    "binary": Task("binary", "accuracy", "accuracy", {"accuracy": True, "loss": False}),
}
