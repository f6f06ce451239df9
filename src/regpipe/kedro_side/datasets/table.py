"""A person's own table, read at each run as it was when its problem was made."""

from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import DatasetError

from regpipe.kedro_side.datasets.files import FileDataset
from regpipe.tables.dialect import dialect
from regpipe.tables.text_file import read_texts


class TableDataset(FileDataset[pd.DataFrame, pd.DataFrame]):
    """Loads a CSV or Excel file by its entry in the catalog, without any guess.

    Its fields are texts; the problem's `rows` say what they hold.
    """

    def __init__(
        self,
        *,
        encoding: str | None = None,
        separator: str | None = None,
        quote: str | None = None,
        skip: int | None = None,
        names: list[str] | None = None,
        sheet: str | None = None,
        **place: Any,
    ) -> None:
        """Point the dataset at a file; the others are of `tables.dialect.Dialect`.

        Args:
            encoding: of a CSV, UTF-8 if not given.
            separator: of a CSV, a comma if not given.
            quote: of a CSV, `"` if not given.
            skip: lines above the table, none if not given.
            names: of the columns, where no line of the file names them.
            sheet: of an Excel file, the first if not given.
            place: as of a `FileDataset`.
        """
        super().__init__(**place)
        self._written = dialect(
            encoding=encoding, separator=separator, quote=quote, skip=skip, names=names, sheet=sheet
        )

    def _read(self, path: Path) -> pd.DataFrame:
        return read_texts(path, self._written)

    def save(self, data: pd.DataFrame) -> None:
        """Refuse: the table is the user's."""
        raise DatasetError("A table of the user's own is read, never written.")

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), **self._written.to_catalog()}
