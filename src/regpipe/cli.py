"""Kedro's `run` as this project wants it, and the commands that Kedro hasn't.

`run` leaves out what is up to date, and answers a wrong name or an unreadable file in a line, not
in a traceback.
"""

from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.session import KedroSession
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


@cli.group(name="regpipe")
def regpipe() -> None:
    """What this project adds to Kedro's commands."""


@regpipe.command()
@click.option("--env", "-e", help="The environment whose fits are meant, such as quick.")
@click.option("--data-root", help="The folder where they are, if it isn't that of the environment.")
def forget(env: str | None, data_root: str | None) -> None:
    """Empty the store of fits: the next run trains everything anew."""
    root = {"data_root": data_root} if data_root else {}
    catalog = KedroSession.create(env=env, runtime_params=root).load_context().catalog
    fits = catalog.load("fit_store").clear()
    if catalog.exists("made"):
        catalog.save("made", {})
    click.echo(f"{fits:,} fits are forgotten. What they led to is still there.")


cli.add_command(
    click.Command(
        "run",
        callback=_run,
        params=kedro_run.params,
        help=kedro_run.help,
        short_help=kedro_run.short_help,
    )
)
