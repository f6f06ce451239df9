"""Kedro's runner, without the nodes whose results are there already, the others side by side."""

import logging
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from threading import Lock, Timer
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from kedro.runner import SequentialRunner
from kedro.runner.task import Task
from pluggy import PluginManager

from regpipe.engine import progress
from regpipe.kedro_side.progress import arms_of, fits_ahead
from regpipe.kedro_side.runner.fingerprints import TRAINER, fingerprints
from regpipe.kedro_side.runner.lock import release
from regpipe.kedro_side.runner.records import (
    Record,
    config_of,
    content_of,
    data_folder,
    files_of,
    read_records,
    write_records,
)
from regpipe.kedro_side.runner.side_by_side import TRAINING, run_side_by_side
from regpipe.places.elsewhere import Unreachable
from regpipe.places.place import Place

logger = logging.getLogger(__name__)

ON_CLUSTER = 64  # nodes that wait for fits at a time, so that many workers have something to do
SAVED_EVERY = 2.0  # seconds, so that a run that is killed loses little


class IncrementalRunner(SequentialRunner):
    """Runs a node only if what it makes isn't there, or was made from something else.

    Parameters, the content of files that no node makes, our code and versions of libraries decide,
    not the time at which a file was written.
    """

    def __str__(self) -> str:
        """Say what it is in the words by which kedro-viz knows a run that it can follow."""
        return f"{type(self).__name__}, a kedro.runner.sequential_runner.SequentialRunner object"

    @property
    def _logger(self) -> logging.Logger:
        return logging.getLogger("kedro.runner")  # where Kedro's own runners log

    def run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
        only_missing_outputs: bool = False,
    ) -> dict[str, Any]:
        """Run what is left of the pipeline; arguments as those of Kedro's runners."""
        assert isinstance(catalog, DataCatalog)
        memory = Memory(catalog, pipeline)
        names = needed(pipeline, memory)
        left = pipeline.filter(node_names=names) if names else Pipeline([])
        done = len(pipeline.nodes) - len(left.nodes)
        if done:
            logger.info("%d of %d nodes are up to date.", done, len(pipeline.nodes))
            fewer = fits_ahead(left, catalog) - fits_ahead(pipeline, catalog)
            progress.expect(fewer, arms_of(left) - arms_of(pipeline))
        if hook_manager is not None:
            hook_manager.register(memory)
        try:
            made = super().run(left, catalog, hook_manager, run_id, only_missing_outputs)
        except BaseException as error:
            try:
                memory.save()
            except (OSError, Unreachable):  # on a full disk, of which `error` is the first to tell
                logger.warning("What was made before isn't recorded, and will be made again.")
            if not isinstance(error, Exception) and (folder := data_folder(catalog)):
                release(folder)  # Ctrl-C, of which Kedro tells no hook
            raise
        finally:
            if hook_manager is not None:
                hook_manager.unregister(memory)
        memory.save()
        return made

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        """Run nodes side by side; in their order where one thread trains."""
        training = training_at_once(catalog)
        if training == 1:
            super()._run(pipeline, catalog, hook_manager, run_id)
            return
        done: list[Node] = []
        unread = Counter(name for node in pipeline.nodes for name in node.inputs)

        def run(node: Node) -> None:
            Task(node, catalog, self._is_async, hook_manager, run_id).execute()

        def ended(node: Node) -> None:
            done.append(node)
            self._logger.info("Completed node: %s", node.name)
            self._logger.info("Completed %d out of %d tasks", len(done), len(pipeline.nodes))
            self._release_datasets(node, catalog, unread, pipeline)

        try:
            run_side_by_side(pipeline, run, ended, training)
        except Exception:
            self._suggest_resume_scenario(pipeline, done, catalog)
            raise

    def _suggest_resume_scenario(
        self, pipeline: Pipeline, done_nodes: Iterable[Node], catalog: CatalogProtocol
    ) -> None:
        """Say how to go on; Kedro would name nodes to begin from, which a run of ours finds."""
        if list(done_nodes):
            self._logger.warning("Once that is mended, the same command makes what is left.")


def training_at_once(catalog: CatalogProtocol) -> int:
    """Return how many nodes may train at a time: fits of `model.fit` share a process' seeds."""
    settings = catalog.load("parameters") if "parameters" in catalog else {}
    workers = settings.get("workers")
    if isinstance(workers, str):  # of a cluster: here they only wait
        return ON_CLUSTER
    return 1 if workers == 1 or settings.get("engine") == "keras" else TRAINING


class Memory:
    """The files of a catalog, what was recorded about them, and what they are wanted to be.

    Where there are no records, everything has to be made. As a hook, it records each dataset as
    soon as it is saved.
    """

    def __init__(self, catalog: DataCatalog, pipeline: Pipeline) -> None:
        self._catalog = catalog
        self.configs = {name: config_of(catalog, name) for name in pipeline.datasets()}
        self.records = read_records(catalog)
        self._changed = False
        self._recording = Lock()  # nodes run side by side
        self._due: Timer | None = None
        self._fits: dict[str, list[str]] = {}
        inputs = self.kept(pipeline.inputs())
        self.wanted = fingerprints(pipeline, catalog, self.configs, inputs)

    def files(self, name: str) -> list[Place]:
        """Return the files of a dataset; none if it isn't kept, or where nobody can tell."""
        return files_of(self.configs[name])

    def kept(self, names: set[str]) -> dict[str, str]:
        """Return the fingerprint of each of these datasets that is as it was recorded."""
        return {
            name: self.records[name].fingerprint
            for name in names & self.records.keys()
            if (files := self.files(name)) and content_of(files) == self.records[name].content
        }

    @hook_impl
    def before_node_run(self, node: Node, inputs: dict[str, Any]) -> None:
        """Tell the trainer for which of its outputs a node asks for fits."""
        kept = [name for name in node.outputs if self.files(name)]
        if kept and TRAINER in inputs:
            inputs[TRAINER].asked_by = kept[0]

    @hook_impl
    def after_node_run(self, inputs: dict[str, Any]) -> None:
        """Remember with that output which fits they were."""
        if trainer := inputs.get(TRAINER):
            self._fits[trainer.asked_by] = sorted(trainer.asked)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str) -> None:
        """Record a dataset."""
        files, fingerprint = self.files(dataset_name), self.wanted[dataset_name]
        with self._recording:
            self._changed = True
            self.records.pop(dataset_name, None)
            if fingerprint and files and (content := content_of(files)):
                fits = self._fits.pop(dataset_name, [])
                self.records[dataset_name] = Record(
                    fingerprint=fingerprint, content=content, fits=fits
                )
            if self._due is None:  # by a clock: a training may follow, and be ended
                self._due = Timer(SAVED_EVERY, self._save_meanwhile)
                self._due.daemon = True
                self._due.start()

    def save(self) -> None:
        """Write the records, unless they are as they were read."""
        with self._recording:
            if self._due is not None:
                self._due.cancel()
                self._due = None
            if self._changed:
                write_records(self._catalog, self.records)
                self._changed = False

    def _save_meanwhile(self) -> None:
        with suppress(OSError, Unreachable):  # which the save at the end tells
            self.save()


def needed(pipeline: Pipeline, memory: Memory) -> set[str]:
    """Return the names of the nodes that have to be run.

    Those are the ones whose files are missing, changed, or made from something else; and those that
    hand them, or the caller of the pipeline, something that no file keeps.
    """
    there = memory.kept(pipeline.all_outputs())
    asked = pipeline.outputs()

    def is_there(name: str) -> bool:
        if not memory.files(name):
            return name not in asked
        return memory.wanted[name] is not None and there.get(name) == memory.wanted[name]

    makers = {name: node for node in pipeline.nodes for name in node.outputs}
    left = [node for node in pipeline.nodes if not all(map(is_there, node.outputs))]
    left += [node for node in pipeline.nodes if not node.outputs]
    names = set()
    while left:
        node = left.pop()
        names.add(node.name)
        handed = [n for n in node.inputs if n in makers and not memory.files(n)]
        left += [makers[n] for n in handed if makers[n].name not in names]
    return names
