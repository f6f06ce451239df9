"""A run has its data folder to itself, whichever runner it has, from a notebook too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog

from regpipe.kedro_side.runner.lock import Occupied, release, take
from regpipe.kedro_side.runner.records import data_folder
from regpipe.places.elsewhere import Unreachable
from regpipe.whole import sweep

EXPECTED = (
    "Expected a bucket that is there, an endpoint that answers, and credentials that may write; "
    "for S3 as botocore finds them, such as AWS_ENDPOINT_URL and AWS_ACCESS_KEY_ID."
)


class LockHooks:
    """Locks the data folder before anything is read, and lets go of it once all is printed."""

    @hook_impl(wrapper=True, tryfirst=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], catalog: DataCatalog
    ) -> Iterator[None]:
        """Take the folder, or refuse the run; remove what killed runs left half-written."""
        folder = data_folder(catalog)
        if folder is None:
            yield
            return
        purpose = ", ".join(run_params.get("pipeline_names") or ["__default__"])
        try:
            if take(folder, purpose):
                sweep(folder)
        except Unreachable as error:
            raise click.ClickException(f"data_root: {error} {EXPECTED}") from None
        except Occupied as error:
            raise click.ClickException(
                f"{error} Wait until it is over, or give this run a folder of its own: "
                "--params=data_root=DIR."
            ) from None
        if isinstance(folder, Path) and not folder.is_dir():
            raise click.ClickException(
                f"data_root: '{folder}' is no folder, and can't be made one."
            )
        try:
            yield
        except BaseException:
            release(folder)
            raise

    @hook_impl(wrapper=True, tryfirst=True)
    def after_pipeline_run(self, catalog: DataCatalog) -> Iterator[None]:
        """Let go of the folder, after all others that read from it."""
        try:
            yield
        finally:
            if folder := data_folder(catalog):
                release(folder)

    on_pipeline_error = after_pipeline_run
