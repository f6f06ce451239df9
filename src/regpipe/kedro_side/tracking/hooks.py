"""When a run is tracked: its store is reached before anything trains, and used once all is saved.

After the run, since by then every file is there whatever becomes of the tracking; and since an arm
that was up to date can be read as well as one that was just made.
"""

import logging
import time
from pathlib import Path
from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from regpipe.provenance.origin import masked

logger = logging.getLogger(__name__)

URI = "params:tracking"


class TrackingHooks:
    """Tells an MLflow tracking store of every fit of a run, if `tracking` names one."""

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self, run_params: dict[str, Any], catalog: DataCatalog) -> None:
        """Refuse a store that doesn't answer, before anything is trained for it."""
        if uri := _uri(run_params, catalog):
            from regpipe.kedro_side.tracking.store import Store, TrackingError, patience

            try:
                with patience(retries=1, seconds=10):
                    Store(uri)
            except TrackingError as error:
                raise click.ClickException(f"tracking: {error}") from None

    @hook_impl(trylast=True)
    def after_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: DataCatalog
    ) -> None:
        """Tell of every arm and grid that this run was asked for; a failure is a warning."""
        if uri := _uri(run_params, catalog):
            from regpipe.kedro_side.tracking.store import reason

            try:
                _track(uri, pipeline, catalog)
            except Exception as error:  # whatever it is, what was trained is saved and stays
                logger.warning(
                    "tracking: %s couldn't be told of everything: %s. The run's own files are all "
                    "there; the next run with this store tells it what is missing.",
                    masked(uri),
                    reason(error),
                )


def _uri(run_params: dict[str, Any], catalog: DataCatalog) -> str | None:
    uri = catalog.load(URI) if URI in catalog else None
    if not uri:
        return None
    from regpipe.kedro_side.tracking.store import located

    return located(uri, Path(run_params["project_path"]))


def _track(uri: str, pipeline: Pipeline, catalog: DataCatalog) -> None:
    from rich.progress import track

    from regpipe.kedro_side.blocks import read_blocks
    from regpipe.kedro_side.tracking.arms import Results, asked_for, read_run
    from regpipe.kedro_side.tracking.store import Store, patience

    began, new = time.monotonic(), []
    asked = asked_for(pipeline, *read_blocks())
    with patience(retries=3, seconds=60):
        store = Store(uri)
        results = Results(pipeline, catalog)
        for name in track(sorted(asked), "tracking", transient=True):
            if store.keep(read_run(name, asked[name], results)):
                new.append(name)
    logger.info(
        "tracking: of %d arms and grids that this run makes, %d were new to %s (%.0f s).",
        len(asked),
        len(new),
        masked(uri),
        time.monotonic() - began,
    )
