"""Catalog datasets that kedro-datasets lacks; none of them imports TensorFlow until it has to."""

from regpipe.kedro_side.datasets.files import (
    ExportDataset,
    KerasModelDataset,
    NpzDataset,
    PictureDataset,
    ValueDataset,
)
from regpipe.kedro_side.datasets.runs import RunsDataset
from regpipe.kedro_side.datasets.sheets import SheetDataset
from regpipe.kedro_side.datasets.stores import LooksDataset, TrainerDataset, TrialJournalDataset
from regpipe.kedro_side.datasets.stories import StoriesDataset
from regpipe.kedro_side.datasets.table import TableDataset
from regpipe.kedro_side.datasets.whole import (
    CSVDataset,
    JSONDataset,
    ParquetDataset,
    TextDataset,
)

__all__ = [
    "CSVDataset",
    "ExportDataset",
    "JSONDataset",
    "KerasModelDataset",
    "LooksDataset",
    "NpzDataset",
    "ParquetDataset",
    "PictureDataset",
    "RunsDataset",
    "SheetDataset",
    "StoriesDataset",
    "TableDataset",
    "TextDataset",
    "TrainerDataset",
    "TrialJournalDataset",
    "ValueDataset",
]
