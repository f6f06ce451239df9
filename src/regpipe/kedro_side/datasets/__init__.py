"""Catalog datasets that kedro-datasets lacks; none of them imports TensorFlow until it has to.

`whole` and `sheets`, which change kedro-datasets' own, are imported by those alone who name them:
all of kedro-datasets for pandas comes with them, SQLAlchemy included.
"""

from regpipe.kedro_side.datasets.files import (
    ExportDataset,
    KerasModelDataset,
    NpzDataset,
    PictureDataset,
    ValueDataset,
)
from regpipe.kedro_side.datasets.origin import OriginDataset
from regpipe.kedro_side.datasets.pages import PagesDataset
from regpipe.kedro_side.datasets.runs import RunsDataset
from regpipe.kedro_side.datasets.stores import LooksDataset, TrainerDataset, TrialJournalDataset
from regpipe.kedro_side.datasets.stories import StoriesDataset
from regpipe.kedro_side.datasets.table import TableDataset

__all__ = [
    "ExportDataset",
    "KerasModelDataset",
    "LooksDataset",
    "NpzDataset",
    "OriginDataset",
    "PagesDataset",
    "PictureDataset",
    "RunsDataset",
    "StoriesDataset",
    "TableDataset",
    "TrainerDataset",
    "TrialJournalDataset",
    "ValueDataset",
]
