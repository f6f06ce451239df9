"""What every wiring needs: nodes in a line, that know their block, and pipelines once asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial, update_wrapper
from typing import Any

from kedro.pipeline import Node, Pipeline, node

EVERY_REPEAT = "every_repeat"  # the tag of the nodes that train an arm at every repeat
GRID = "train_grid"  # of those that train as many fits as it takes
TRAIN = "train"  # of all that train, two of which run at a time
TRAINS = (TRAIN, GRID)


def bound(function: Callable[..., Any], **filled: Any) -> Callable[..., Any]:
    """Return the function with some arguments filled in, such as the `name` of a block.

    A block of parameters doesn't contain its own name. It keeps its annotations, by which Kedro
    types the parameters (and by places: what is filled in has to stand behind the inputs), and can
    be sent to another process, which a closure can't.
    """
    return update_wrapper(partial(function, **filled), function)


def step(
    function: Callable[..., Any],
    inputs: str | list[str] | dict[str, str],
    outputs: str | list[str],
    *tags: str,
    name: str | None = None,
) -> Node:
    """Return a node that is called as its function, or by another name; one tag is its stage."""
    return node(function, inputs, outputs, name=name or function.__name__, tags=tags)


def parameters(*names: str, **blocks: str) -> dict[str, str]:
    """Return how a namespace's nodes see parameters: by their names, and blocks by other ones.

    >>> parameters("protocol", problem="moons")
    {'params:protocol': 'params:protocol', 'params:problem': 'params:moons'}
    """
    seen = {**{name: name for name in names}, **blocks}
    return {f"params:{name}": f"params:{block}" for name, block in seen.items()}


class Lazily(Mapping[str, Pipeline]):
    """A mapping from names to pipelines that are built when they are looked up.

    Those that are unlisted are found by their names alone: what walks over all pipelines, as
    kedro-viz does, builds all that are listed.
    """

    def __init__(
        self, makers: Mapping[str, Callable[[], Pipeline]], unlisted: Collection[str] = ()
    ) -> None:
        self._makers = makers
        self._listed = [name for name in makers if name not in unlisted]
        self._made: dict[str, Pipeline] = {}

    def __getitem__(self, name: str) -> Pipeline:
        """Return a pipeline.

        Raises:
            KeyError: there is none of that name.
        """
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)
