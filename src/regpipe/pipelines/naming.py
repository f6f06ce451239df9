"""Nodes that have to know which block they work for."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any


def called(name: str, function: Callable[..., Any], **further: Any) -> Callable[..., Any]:
    """Return the function with its argument `name` filled in, and `further` ones.

    A block of parameters doesn't contain its own name. It keeps its annotations, by which Kedro
    types the parameters, and can be sent to another process, which a closure can't.
    """
    return update_wrapper(partial(function, name=name, **further), function)
