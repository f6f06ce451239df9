"""How many fits lie ahead of a run, what it is doing, and the line that says so."""

import sys
from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Node, Pipeline

from regpipe.engine import progress
from regpipe.language import Protocol
from regpipe.pipelines.wiring import EVERY_REPEAT, TRAINS

IMPORTS = {"model", *TRAINS}  # tags of nodes that need TensorFlow, which takes seconds to import


def fits_ahead(pipeline: Pipeline, catalog: CatalogProtocol) -> int:
    """Return the number of fits at most, those of grids aside.

    How many those need, and how many techniques are decided sooner, shows as they run.
    """
    arms = arms_of(pipeline)
    if not arms:
        return 0
    protocol = Protocol.model_validate(catalog.load("params:protocol"))
    return arms * sum(protocol.at_most.values())


def arms_of(pipeline: Pipeline) -> int:
    """Return how many arms are trained at every repeat; a program is compiled for each."""
    return len(pipeline.only_nodes_with_tags(EVERY_REPEAT).nodes)


def named(node: Node) -> str:
    """Return what a node does, in words.

    >>> from kedro.pipeline import node
    >>> named(node(named, "arm", "name", name="plot_weights", namespace="moons"))
    'moons: plot weights'
    """
    whose, _, what = node.name.rpartition(".")
    return ": ".join(filter(None, [whose, what.replace("_", " ")]))


class ProgressHooks:
    """Shows a line while a run is at work."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Count the fits that lie ahead."""
        progress.expect(fits_ahead(pipeline, catalog), arms_of(pipeline))

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Say what is being done."""
        imports = IMPORTS & node.tags and "tensorflow" not in sys.modules
        progress.at("importing TensorFlow" if imports else named(node))

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self) -> None:
        """Close the line."""
        progress.stop()

    on_pipeline_error = after_pipeline_run
