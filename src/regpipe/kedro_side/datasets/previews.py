"""What kedro-viz shows of a dataset that no run has made yet: nothing, and without a warning."""

from collections.abc import Callable
from functools import wraps
from typing import Any


def of_what_is_there(preview: Callable[..., Any]) -> Callable[..., Any]:
    """Return a dataset's method `preview` that returns None where nothing is there."""

    @wraps(preview)
    def shown(dataset: Any, *args: Any, **kwargs: Any) -> Any:
        return preview(dataset, *args, **kwargs) if dataset.exists() else None

    return shown
