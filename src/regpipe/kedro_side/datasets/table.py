"""A person's own table, read at each run as it was when its problem was made."""

from typing import Any

import pandas as pd
from kedro.io import DatasetError

from regpipe.kedro_side.datasets.files import FileDataset
from regpipe.tables.dialect import dialect
from regpipe.tables.text_file import read_texts


class TableDataset(FileDataset[pd.DataFrame, pd.DataFrame]):
    """Loads a CSV or Excel file by its entry in the catalog, without any guess."""

    def __init__(
        self,
        *,
        filepath: str,
        encoding: str | None = None,
        separator: str | None = None,
        quote: str | None = None,
        skip: int | None = None,
        names: list[str] | None = None,
        sheet: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Point the dataset at a file; the others are of `tables.dialect.Dialect`.

        Args:
            filepath: of the table.
            encoding: of a CSV, UTF-8 if not given.
            separator: of a CSV, a comma if not given.
            quote: of a CSV, `"` if not given.
            skip: lines above the table, none if not given.
            names: of the columns, where no line of the file names them.
            sheet: of an Excel file, the first if not given.
            metadata: for plugins such as kedro-viz.
        """
        super().__init__(filepath=filepath, metadata=metadata)
        self._written = dialect(
            encoding=encoding, separator=separator, quote=quote, skip=skip, names=names, sheet=sheet
        )

    def load(self) -> pd.DataFrame:
        """Return the fields as texts; the problem's `rows` say what they hold."""
        return read_texts(self._filepath, self._written)

    def save(self, data: pd.DataFrame) -> None:
        """Refuse: the table is the user's."""
        raise DatasetError("A table of the user's own is read, never written.")

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), **self._written.to_catalog()}
