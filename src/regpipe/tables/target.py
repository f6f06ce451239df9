"""What is to be predicted: classes, or a number? And can it be?"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language.tasks import TaskName
from regpipe.tables.kinds import LARGEST, is_numeric, too_large
from regpipe.tables.wording import count_rows, listed, some

MOST_CLASSES = 50
LARGEST_WHOLE = 2**53  # below which a float64 holds each whole number


def infer_task(target: pd.Series) -> TaskName:
    """Return the task that a target looks like.

    Text, true and false, and up to ten different whole numbers are classes; else it is a number.
    """
    values = target.dropna()
    n = values.nunique()
    if is_numeric(target) and (n > 10 or (values.astype(float) % 1 != 0).any()):
        return "regression"
    return "binary" if n == 2 else "multiclass"


def check_target(
    target: pd.Series, task: TaskName, classes: Sequence[Any] | None, path: str
) -> tuple[Any, ...] | None:
    """Return the classes of a target, None where it is a number.

    Args:
        target: the column.
        task: `binary`, `multiclass` or `regression`.
        classes: that there may be, in the order of the outputs; None for those that there are.
        path: of the block, for messages.

    Raises:
        SpecError: it doesn't suit the task.
    """
    what = f"{path}: the target '{target.name}'"
    if pd.api.types.is_datetime64_any_dtype(target):
        raise SpecError(f"{what} holds dates. Expected classes or numbers.")
    if n := int(target.isna().sum()):
        raise SpecError(
            f"{what} is missing in {count_rows(n)}. Expected it in all; or `labelled_only: true` "
            "in `rows` (--labelled-only), which leaves those out."
        )
    if task == "regression":
        _check_numbers(target, what)
        return None
    values = _values_of(target)
    n = len(values)
    if n < 2:
        raise SpecError(f"{what} is '{values[0]}' in all rows. Expected two classes or more.")
    if n > MOST_CLASSES:
        raise SpecError(
            f"{what} has {n} classes. Expected {MOST_CLASSES} or fewer, or a regression."
        )
    if classes is None:
        classes = values
    elif strange := [value for value in values if value not in classes]:
        raise SpecError(
            f"{what} is {listed(strange)} in some rows. Expected one of: {listed(classes)}."
        )
    if task == "binary" and len(classes) != 2:
        raise SpecError(
            f"{what} has {len(classes)} classes: {listed(classes)}. Expected two, or multiclass."
        )
    counts = target.value_counts()
    if rare := [value for value in classes if counts.get(value, 0) < 2]:
        raise SpecError(
            f"{what} is {listed(rare)} in fewer than two rows, and a split needs one on each "
            "side. Expected more of them; or leave them out, or join them with another class."
        )
    return tuple(classes)


def _check_numbers(target: pd.Series, what: str) -> None:
    """Raise SpecError unless a target holds different numbers that a network can hold."""
    if not is_numeric(target):
        raise SpecError(f"{what} isn't a number. It holds {some(target)}.")
    if n := too_large(target):
        raise SpecError(
            f"{what} is beyond {LARGEST:.2g} in {count_rows(n)}. Expected smaller numbers."
        )
    if target.nunique() == 1:
        raise SpecError(f"{what} is {target.iloc[0]} in all rows. Expected different values.")


def _values_of(target: pd.Series) -> list[Any]:
    """Return the values of a target; 0 and 1, not 0.0 and 1.0, where others were missing."""
    values = target
    if pd.api.types.is_float_dtype(target) and (target % 1 == 0).all():
        values = target.astype(int) if target.abs().max() < LARGEST_WHOLE else target
    ordered = sorted(values.unique(), key=lambda value: (str(type(value)), value))
    return [value.item() if isinstance(value, np.generic) else value for value in ordered]
