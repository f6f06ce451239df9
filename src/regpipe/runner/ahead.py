"""How many fits a pipeline will ask for."""

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from regpipe.spec import Protocol

TRAINS = "train"  # the tag of the nodes that train an arm at every repeat


def fits_ahead(pipeline: Pipeline, catalog: CatalogProtocol) -> int:
    """Return the number of fits, those of grids aside: how many they need shows as they run."""
    arms = len(pipeline.only_nodes_with_tags(TRAINS).nodes)
    if not arms:
        return 0
    protocol = Protocol.model_validate(catalog.load("params:protocol"))
    return arms * (protocol.fixed.repeats + protocol.fresh.repeats)
