"""Pipelines by name, each built once somebody asks for it: there are many, and a run needs one."""

from collections.abc import Callable, Iterator, Mapping

from kedro.pipeline import Pipeline


class Lazily(Mapping[str, Pipeline]):
    """A mapping from names to pipelines that are built when they are looked up."""

    def __init__(self, makers: Mapping[str, Callable[[], Pipeline]]) -> None:
        """Keep what builds each of them."""
        self._makers = makers
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
        """Iterate over the names."""
        return iter(self._makers)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._makers)
