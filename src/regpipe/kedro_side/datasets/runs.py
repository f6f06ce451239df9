"""A run table, and beside it the score of each row that its fits were tested on."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro_datasets._typing import TablePreview

from regpipe.kedro_side.datasets.files import FileDataset, NpzDataset
from regpipe.kedro_side.datasets.previews import of_what_is_there
from regpipe.statistics.overlap import BY_UNIT, without_units


class RunsDataset(FileDataset[pd.DataFrame, pd.DataFrame]):
    """Saves and loads a run table as CSV; columns of arrays as arrays, in a second file.

    That has `<column>`, of shape (n_fits, n_units): NaN where a row wasn't tested on, and in all of
    a fit that has none. There is no such file where repeats share no rows.
    """

    def __init__(self, *, row_scores: str, **place: Any) -> None:
        """Point the dataset at its files.

        Args:
            row_scores: the place of the rows' scores, ending in `.npz`.
            place: that of the table, ending in `.csv`, as of a `FileDataset`.
        """
        super().__init__(**place)
        self._row_scores = NpzDataset(**{**place, "filepath": row_scores})

    def _read(self, path: Path) -> pd.DataFrame:
        table = pd.read_csv(path)  # its numbers are those that were saved, to the last digit
        if not self._row_scores.exists():
            return table
        scores = self._row_scores.load()
        columns = {name: pd.Series(map(_cell, rows), dtype=object) for name, rows in scores.items()}
        return table.assign(**columns)

    def _write(self, path: Path, data: pd.DataFrame) -> None:
        self._row_scores.remove()
        without_units(data).to_csv(path, index=False)
        columns = {str(name): list(data[name]) for name in data if str(name).endswith(BY_UNIT)}
        if columns or self._version:  # each version has both
            self._row_scores.save({name: _stacked(cells) for name, cells in columns.items()})

    @of_what_is_there
    def preview(self, nrows: int = 20) -> TablePreview:
        """Return the first fits, for kedro-viz."""
        with self._at_hand() as path:
            return TablePreview(pd.read_csv(path, nrows=nrows).to_dict(orient="split"))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "row_scores": self._row_scores._describe()["filepath"]}


def _stacked(cells: list[Any]) -> np.ndarray:
    """Return the arrays of some fits as one; a fit without has NaN."""
    nothing = np.full_like(next(c for c in cells if isinstance(c, np.ndarray)), np.nan)
    return np.stack([cell if isinstance(cell, np.ndarray) else nothing for cell in cells])


def _cell(scores: np.ndarray) -> np.ndarray | float:
    return np.nan if np.isnan(scores).all() else scores
