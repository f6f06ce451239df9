"""How many fits lie ahead of a run, and the bar that counts them."""

from typing import Any

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol, DataCatalog
from kedro.pipeline import Pipeline

from regpipe.engine import progress
from regpipe.language import Protocol
from regpipe.pipelines.wiring import EVERY_REPEAT, GRID


def fits_ahead(pipeline: Pipeline, catalog: CatalogProtocol) -> int:
    """Return the number of fits at most, those of grids aside.

    How many those need, and how many techniques are decided sooner, shows as they run.
    """
    arms = len(pipeline.only_nodes_with_tags(EVERY_REPEAT).nodes)
    if not arms:
        return 0
    protocol = Protocol.model_validate(catalog.load("params:protocol"))
    return arms * sum(protocol.at_most.values())


class ProgressHooks:
    """Shows a bar while a run trains."""

    @hook_impl
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Count the fits that lie ahead, and open the bar."""
        fits = fits_ahead(pipeline, catalog)
        if fits or pipeline.only_nodes_with_tags(GRID).nodes:  # a grid counts by itself
            progress.start(fits)

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self) -> None:
        """Close the bar."""
        progress.stop()

    on_pipeline_error = after_pipeline_run
