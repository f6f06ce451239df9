"""Kedro's `run`, which answers a wrong name or an unreadable file in a line, not in a traceback."""

from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from yaml import YAMLError

RUNNER = "regpipe.runner.IncrementalRunner"


@click.group(name="regpipe")
def cli() -> None:
    """Commands of this project."""


def _run(**kwargs: Any) -> Any:
    assert kedro_run.callback is not None
    try:
        return kedro_run.callback(**{**kwargs, "runner": kwargs["runner"] or RUNNER})
    except YAMLError as error:
        raise click.ClickException(f"the configuration can't be read. {error}") from None
    except ValueError as error:
        # Kedro's words for what was typed: a pipeline, a node, a dataset or a tag that isn't there.
        wrong_names = (
            "Failed to find the pipeline",
            "not found",
            "does not contain",
            "contains no",
        )
        if not any(words in str(error) for words in wrong_names):
            raise
        raise click.ClickException(str(error)) from None


cli.add_command(
    click.Command(
        "run",
        callback=_run,
        params=kedro_run.params,
        help=kedro_run.help,
        short_help=kedro_run.short_help,
    )
)
