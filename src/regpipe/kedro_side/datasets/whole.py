"""Kedro's own datasets, each a file that is there as a whole or not at all."""

from copy import copy
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
from kedro_datasets.json import JSONDataset as KedroJSONDataset
from kedro_datasets.pandas import CSVDataset as KedroCSVDataset
from kedro_datasets.pandas import ParquetDataset as KedroParquetDataset
from kedro_datasets.text import TextDataset as KedroTextDataset

from regpipe.kedro_side.datasets.previews import of_what_is_there
from regpipe.places.elsewhere import put_whole
from regpipe.whole import written_whole


class Whole:
    """Has one of Kedro's datasets written as a whole, where it is a file that keeps no versions."""

    _protocol: str
    _fs: Any
    _version: Any
    _filepath: PurePosixPath

    def save(self, data: Any) -> None:
        """Write the file."""
        if self._version:
            super().save(data)  # type: ignore[misc]
            return
        here = self._protocol == "file"
        place = str(self._filepath)
        with written_whole(Path(place)) if here else put_whole(self._fs, place) as begun:
            beside: Any = copy(self)
            beside._filepath, beside._protocol = PurePosixPath(begun), "file"
            beside._fs = fsspec.filesystem("file")
            super(Whole, beside).save(data)  # type: ignore[misc]


class CSVDataset(Whole, KedroCSVDataset):
    """`pandas.CSVDataset`, written as a whole."""

    preview = of_what_is_there(KedroCSVDataset.preview)


class JSONDataset(Whole, KedroJSONDataset):
    """`json.JSONDataset`, written as a whole."""

    preview = of_what_is_there(KedroJSONDataset.preview)


class ParquetDataset(Whole, KedroParquetDataset):
    """`pandas.ParquetDataset`, written as a whole."""

    preview = of_what_is_there(KedroParquetDataset.preview)


class TextDataset(Whole, KedroTextDataset):
    """`text.TextDataset`, written as a whole."""
