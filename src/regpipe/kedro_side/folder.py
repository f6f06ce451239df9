"""What our commands have in common: which environment and data folder they are about."""

from collections.abc import Callable
from typing import Any

import click
from kedro.framework.context import KedroContext
from kedro.framework.session import KedroSession


def of_a_folder(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which folder is meant."""
    command = click.option("--data-root", help="The folder, if it isn't that of the environment.")(
        command
    )
    return click.option("--env", "-e", help="The environment that is meant, such as quick.")(
        command
    )


def context_of(env: str | None, data_root: str | None, *, runs: bool = False) -> KedroContext:
    """Return Kedro's context of an environment and a folder.

    Args:
        env: the environment; that of a run if not given.
        data_root: the folder; that of the environment if not given.
        runs: whether parameters are needed as a run has them. Kedro types those, for which it
            builds all pipelines.
    """
    root = {} if data_root is None else {"data_root": data_root}
    context = KedroSession.create(env=env, runtime_params=root).load_context()
    context._pipelines_to_validate = None if runs else []
    return context
