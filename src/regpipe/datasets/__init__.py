"""Catalog datasets that kedro-datasets lacks; none of them imports TensorFlow until it has to."""

from regpipe.datasets.export import ExportDataset
from regpipe.datasets.fit_store import FitStoreDataset
from regpipe.datasets.keras_model import KerasModelDataset
from regpipe.datasets.npz import NpzDataset
from regpipe.datasets.picture import PictureDataset
from regpipe.datasets.stories import StoriesDataset
from regpipe.datasets.table import TableDataset
from regpipe.datasets.trial_journal import TrialJournalDataset
from regpipe.datasets.value import ValueDataset

__all__ = [
    "ExportDataset",
    "FitStoreDataset",
    "KerasModelDataset",
    "NpzDataset",
    "PictureDataset",
    "StoriesDataset",
    "TableDataset",
    "TrialJournalDataset",
    "ValueDataset",
]
