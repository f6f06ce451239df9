"""How many fits a pipeline will ask for."""

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from regpipe.language import Protocol

TRAINS = "every_repeat"  # the tag of the nodes that train an arm at every repeat


def fits_ahead(pipeline: Pipeline, catalog: CatalogProtocol) -> int:
    """Return the number of fits at most, those of grids aside.

    How many those need, and how many techniques are decided sooner, shows as they run.
    """
    arms = len(pipeline.only_nodes_with_tags(TRAINS).nodes)
    if not arms:
        return 0
    protocol = Protocol.model_validate(catalog.load("params:protocol"))
    return arms * sum(protocol.at_most.values())
