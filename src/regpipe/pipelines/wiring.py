"""What every wiring needs: nodes that know whom they work for, pipelines built when asked for."""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial, update_wrapper
from typing import Any

from kedro.pipeline import Pipeline


def called(name: str, function: Callable[..., Any], **further: Any) -> Callable[..., Any]:
    """Return the function with its argument `name` filled in, and `further` ones.

    A block of parameters doesn't contain its own name. It keeps its annotations, by which Kedro
    types the parameters, and can be sent to another process, which a closure can't.
    """
    return update_wrapper(partial(function, name=name, **further), function)


class Lazily(Mapping[str, Pipeline]):
    """A mapping from names to pipelines that are built when they are looked up.

    Those that are unlisted are found by their names alone: whoever walks over all pipelines, as
    kedro-viz does, builds all that are listed.
    """

    def __init__(
        self, makers: Mapping[str, Callable[[], Pipeline]], unlisted: Collection[str] = ()
    ) -> None:
        """Keep what builds each of them."""
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

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names that are listed."""
        return iter(self._listed)

    def __len__(self) -> int:
        """Return how many are listed."""
        return len(self._listed)
