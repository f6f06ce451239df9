"""What is asked for is checked, and what goes wrong is reported."""

import errno
import logging
import sys
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog, DatasetError
from kedro.pipeline import Pipeline

from regpipe.errors import SpecError, cause_of, not_utf8, reason_of, seen
from regpipe.kedro_side import blocks
from regpipe.kedro_side.machine import lacking
from regpipe.kedro_side.parts import (
    absent_files,
    changed_inputs,
    missing_inputs,
    of_another_run,
)
from regpipe.kedro_side.runner.fingerprints import LOOKS
from regpipe.kedro_side.runner.records import config_of
from regpipe.places.elsewhere import Unreachable

# The machine's errors where nothing (more) can be written: full, too large, closed, not ours.
UNWRITABLE = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
    *(errno.EROFS, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.EEXIST),
}


def _not_told_yet(record: logging.LogRecord) -> bool:
    """Whether what Kedro logs of a node isn't what `on_pipeline_error` says anyway, in a line."""
    return not isinstance(sys.exc_info()[1], SpecError)


class CheckHooks:
    """Refuses what nothing can be done with, before any node runs."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Check all blocks, `--params` included; one line for each fault."""
        logging.getLogger("kedro.pipeline.node").addFilter(_not_told_yet)
        blocks.use(context.config_loader)
        blocks.check_blocks()

    @hook_impl
    def after_catalog_created(
        self, conf_catalog: dict[str, Any], load_versions: dict[str, str] | None
    ) -> None:
        """Refuse an older version of what keeps none: Kedro would load the only one there is."""
        for name in load_versions or ():
            if not (conf_catalog.get(name) or {}).get("versioned"):
                raise click.ClickException(
                    f"--load-versions: '{name}' isn't versioned. Each run writes over what the one "
                    "before it left; to keep both, give one of them another folder (--params "
                    "data_root=DIR)."
                )

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Refuse a part of a pipeline whose inputs nothing has made, or another run has.

        And any that would tell verdicts, where what was told before can't be read.
        """
        if LOOKS in pipeline.datasets():
            try:
                catalog.load(LOOKS).check()
            except SpecError as error:
                raise click.ClickException(str(error)) from None
        if missing := missing_inputs(pipeline, catalog):
            raise _to_be_made("nothing has made yet", missing)
        if changed := changed_inputs(pipeline, catalog):
            raise _to_be_made("was changed since, or damaged", changed)
        if absent := absent_files(pipeline, catalog):
            files = " and ".join(f"{file} ('{name}')" for name, file in absent.items())
            raise click.ClickException(f"there is no file {files}, and this run reads it.")
        if others := of_another_run(pipeline, catalog):
            raise click.ClickException(
                f"this part of a pipeline reads what {' and '.join(others)} left when run with "
                "other parameters, and would tell it as if it were of these. Run the whole "
                "pipeline, or this part with the parameters of that run."
            )

    @hook_impl
    def on_pipeline_error(self, error: Exception, catalog: DataCatalog) -> None:
        """Say what Keras refused, or which file can't be read or written, without a traceback."""
        if isinstance(error, SpecError):
            raise click.ClickException(str(error)) from None
        if isinstance(error, DatasetError) and "Failed while loading" in str(error):
            raise click.ClickException(unreadable(error)) from None
        cause = cause_of(error)
        if isinstance(cause, OSError) and cause.errno in UNWRITABLE:
            raise click.ClickException(_unwritable(error, cause, catalog)) from None
        if isinstance(cause, Unreachable):
            raise click.ClickException(str(cause)) from None
        if said := lacking(cause):
            raise click.ClickException(said) from None
        if isinstance(cause, DatasetError):  # Kedro's own words
            raise click.ClickException(f"a dataset can't be written. {seen(str(error))}") from None


def unreadable(error: DatasetError) -> str:
    """Say which dataset can't be read, and why, in a line."""
    name, _, _ = str(error).partition(":")
    cause = cause_of(error)
    if isinstance(cause, UnicodeDecodeError):
        return f"the dataset '{name}' can't be read. {not_utf8(cause)}"
    reason = reason_of(cause)
    if not isinstance(cause, DatasetError | OSError | SpecError):  # a word may be all it says
        reason = f"{type(cause).__name__}: {reason}"
    return f"the dataset '{name}' can't be read. {seen(reason)}"


def _to_be_made(why: str, names: dict[str, str]) -> click.ClickException:
    read = ", ".join(f"'{name}'" for name in names)
    makers = ",".join(sorted(set(names.values())))
    return click.ClickException(
        f"this part of a pipeline reads {read}, which {why}. Run what makes it first: kedro run "
        f"--pipelines={makers}"
    )


def _unwritable(error: Exception, cause: OSError, catalog: DataCatalog) -> str:
    """Say what can't be written where, and why."""
    if not (isinstance(error, DatasetError) and "Failed while saving" in str(error)):
        return str(cause)
    name, _, _ = str(error).partition(":")
    where = cause.filename or config_of(catalog, name).get("filepath", "its place")
    return f"the dataset '{name}' can't be written to {where}: {cause.strerror}."
