"""What a data folder holds, what uses it, what is damaged, and what no block makes any more."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kedro.framework.project import pipelines
from kedro.io import DataCatalog

from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side.parts import block_of, maker_of
from regpipe.kedro_side.runner.incremental import Memory, needed
from regpipe.kedro_side.runner.records import (
    Records,
    config_of,
    content_of,
    data_folder,
    files_of,
    read_records,
    write_records,
)
from regpipe.places.files import exists, files_in, remove
from regpipe.places.place import Place
from regpipe.whole import sweep


@dataclass
class Use:
    """What belongs to a block: its files, the fits that they were made of, and their bytes."""

    files: int = 0
    file_bytes: int = 0
    fits: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Unused:
    """What no block makes any more.

    Attributes:
        datasets: those whose block is gone, or makes others now.
        fits: the bytes of those, by key, of which nothing was made, and that no run would ask for.
        journals: of searches that are gone.
    """

    datasets: list[str]
    fits: dict[str, int]
    journals: list[Place]


class Store:
    """The folder of a catalog: fits, searches' journals, and what was made of them."""

    def __init__(self, catalog: DataCatalog) -> None:
        self._catalog = catalog
        self.folder = data_folder(catalog)
        self.fits: FitStore = catalog["trainer"].load().store
        self._journals: Any = catalog["*.journal"]  # of every cocktail
        self._left: dict[str, set[str]] = {}  # of each pipeline, the datasets that it would make

    @cached_property
    def records(self) -> Records:
        """What is remembered of the folder, once nobody else writes to it."""
        return read_records(self._catalog)

    def uses(self) -> dict[str, Use]:
        """Return what belongs to each block, by its name."""
        found: dict[str, Use] = defaultdict(Use)
        for name, record in sorted(self.records.items()):
            use = found[block_of(name)]
            for file in self.files(name):
                sizes = files_in(file)
                use.files += len(sizes)
                use.file_bytes += sum(sizes.values())
            use.fits.update(record.fits)
        return found

    def files(self, name: str) -> list[Place]:
        """Return the files of a dataset."""
        return files_of(config_of(self._catalog, name))

    def damaged(self) -> list[Place]:
        """Return the files that aren't as they were written; those that lack are not among them."""
        results = [
            files[0]
            for name, record in sorted(self.records.items())
            if (files := self.files(name)) and exists(files[0])
            if content_of(files) != record.content
        ]
        return [*results, *self.fits.damaged(), *self._journals.damaged()]

    def unused(self) -> Unused:
        """Return what no block makes any more."""
        gone = [name for name in sorted(self.records) if maker_of(name) is None]
        kept = {key for name in self.records.keys() - gone for key in self.records[name].fits}
        sizes = self.fits.sizes()
        asked_by = {key: self.fits.asked_by(key) for key in sizes.keys() - kept}
        fits = [key for key, name in asked_by.items() if name and not self._unfinished(name)]
        journals = [file for file in self._journals.files() if file.parent.name not in pipelines]
        return Unused(gone, {key: sizes[key] for key in sorted(fits)}, journals)

    def remove(self, unused: Unused) -> int:
        """Remove what no block makes, and what was left half-written; return how much of that.

        Raises:
            OSError: a file can't be removed.
        """
        for name in unused.datasets:
            remove(inside for file in self.files(name) for inside in files_in(file))
            del self.records[name]
        if unused.datasets:
            write_records(self._catalog, self.records)
        self.fits.remove(unused.fits)
        remove(unused.journals)
        assert self.folder is not None
        return sweep(self.folder)

    def forget(self) -> tuple[int, int]:
        """Remove all fits and journals, and return how many there were of both.

        Raises:
            OSError: a file can't be removed.
        """
        if self.records:
            write_records(self._catalog, {})
        if self.folder is not None:
            sweep(self.folder)
        journals = self._journals.files()
        remove(journals)
        return self.fits.remove(self.fits.sizes()), len(journals)

    def _unfinished(self, name: str) -> bool:
        """Whether a run of the blocks as they are would make a dataset."""
        maker = maker_of(name)
        return maker is not None and name in self._to_be_made(maker)

    def _to_be_made(self, maker: str) -> set[str]:
        if maker not in self._left:
            pipeline = pipelines[maker]
            names = needed(pipeline, Memory(self._catalog, pipeline))
            nodes = [node for node in pipeline.nodes if node.name in names]
            self._left[maker] = {name for node in nodes for name in node.outputs}
        return self._left[maker]
