"""Kedro's catalog, in which a parameter becomes a dataset when it's asked for."""

from typing import Any

from kedro.framework.context import CatalogCommandsMixin
from kedro.io import AbstractDataset, DataCatalog
from kedro.io.data_catalog import _LazyDataset


class Catalog(DataCatalog, CatalogCommandsMixin):
    """Kedro's catalog.

    Kedro makes a dataset of each parameter and of each value in it, 3,000 of the blocks here, and
    looks for ibis and copies the value each time: half a second, of which a run asks for twenty.
    """

    def __setitem__(self, key: str, value: Any) -> None:
        """Register a dataset, or a value as one."""
        if key.startswith("params:") and not isinstance(value, AbstractDataset | _LazyDataset):
            of_memory = {"type": "MemoryDataset", "data": value, "copy_mode": "deepcopy"}
            value = _LazyDataset(key, of_memory)
        super().__setitem__(key, value)
