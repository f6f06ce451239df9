"""Catalog datasets that kedro-datasets lacks; none of them imports TensorFlow until it has to."""

from regpipe.kedro_side.datasets.export import ExportDataset
from regpipe.kedro_side.datasets.keras_model import KerasModelDataset
from regpipe.kedro_side.datasets.npz import NpzDataset
from regpipe.kedro_side.datasets.picture import PictureDataset
from regpipe.kedro_side.datasets.stories import StoriesDataset
from regpipe.kedro_side.datasets.table import TableDataset
from regpipe.kedro_side.datasets.trainer import TrainerDataset
from regpipe.kedro_side.datasets.trial_journal import TrialJournalDataset
from regpipe.kedro_side.datasets.value import ValueDataset

__all__ = [
    "ExportDataset",
    "KerasModelDataset",
    "NpzDataset",
    "PictureDataset",
    "StoriesDataset",
    "TableDataset",
    "TrainerDataset",
    "TrialJournalDataset",
    "ValueDataset",
]
