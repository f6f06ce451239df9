"""When, by which command and from which commit a run makes something: an input like any other."""

from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError

from regpipe.provenance.origin import Origin, origin_of


class OriginDataset(AbstractDataset[NoReturn, Origin]):
    """Loads the origin of what this run makes."""

    def __init__(self, *, folder: str = ".", metadata: dict[str, Any] | None = None) -> None:
        """Point the dataset at a project.

        Args:
            folder: of the project, whose commit is told.
            metadata: for plugins such as kedro-viz.
        """
        self._folder = Path(folder)
        self.metadata = metadata

    def load(self) -> Origin:
        """Return it."""
        return origin_of(self._folder)

    def save(self, data: NoReturn) -> NoReturn:
        """Refuse."""
        raise DatasetError("Where a run comes from can't be chosen.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"folder": str(self._folder)}
