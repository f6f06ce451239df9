"""Models that a screen puts beside a network."""

from importlib.util import find_spec
from typing import Annotated, Any

from pydantic import Field, PositiveInt, field_validator

from regpipe.strict import Strict

EXAMPLE = "sklearn.neighbors.KNeighborsClassifier"


class Reference(Strict):
    """An estimator of scikit-learn's kind, and the settings to choose among.

    `type` is the import path of its class, `arguments` are what it is made with. `grid` gives
    further arguments several values each, of which every combination is a setting. Where more than
    `at_most` rows are trained on, it is left out; so it is where the library that an `extra` of
    regpipe's brings isn't installed.
    """

    type: str
    arguments: dict[str, Any] = {}
    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = {}
    at_most: PositiveInt | None = None
    extra: str | None = None

    @property
    def is_missing(self) -> bool:
        """Whether its library is an extra that isn't installed."""
        return self.extra is not None and find_spec(self.type.partition(".")[0]) is None

    @field_validator("type")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        parts = path.split(".")
        if len(parts) < 2 or not all(part.isidentifier() for part in parts):
            raise ValueError(
                f"expected the import path of a class, such as {EXAMPLE}, received '{path}'"
            )
        return path
