"""Catalog datasets that kedro-datasets lacks; none of them imports TensorFlow until it has to."""

from regpipe.datasets.fit_store import FitStoreDataset
from regpipe.datasets.keras_model import KerasModelDataset
from regpipe.datasets.npz import NpzDataset
from regpipe.datasets.picture import PictureDataset

__all__ = ["FitStoreDataset", "KerasModelDataset", "NpzDataset", "PictureDataset"]
