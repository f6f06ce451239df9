"""`kedro regpipe list`: what there is to run, on which problem, and what came of it."""

from collections.abc import Mapping
from typing import Any

import click
from kedro.io import CatalogProtocol, DataCatalog
from rich import box, get_console
from rich.markup import escape
from rich.table import Table

from regpipe.candidates.recipes import is_for
from regpipe.errors import hint
from regpipe.kedro_side.blocks import read_blocks, read_problems
from regpipe.kedro_side.folder import context_of, of_a_folder
from regpipe.kedro_side.runner.records import data_folder
from regpipe.places.elsewhere import Unreachable
from regpipe.places.files import is_folder

# Pipelines of a problem that stand by themselves: where a recipe is for it, and of one's own table.
OF_RECIPES, OF_TABLE = ("screen", "cocktail"), ("answer", "export", "predict")


@click.command(name="list", short_help="What there is to run, with verdicts.")
@click.argument("problem", required=False)
@of_a_folder
def list_blocks(problem: str | None, env: str | None, data_root: str | None) -> None:
    """List the techniques, of all problems or one, with their verdicts where they have run.

    Each name is that of a pipeline: `kedro run --pipelines=NAME`.
    """
    catalog = context_of(env, data_root).catalog
    assert isinstance(catalog, DataCatalog)
    try:
        if data_root is not None and (folder := data_folder(catalog)) and not is_folder(folder):
            raise click.ClickException(f"there is no folder {folder}.")
    except Unreachable as error:
        raise click.ClickException(str(error)) from None
    problems, techniques = read_blocks()
    as_run, recipes = read_problems()
    if problem is not None and problem not in problems:
        raise click.ClickException(f"'{problem}' is no problem. {hint(problem, problems)}")
    for name in [problem] if problem else problems:
        own = {key: block for key, block in techniques.items() if block["problem"] == name}
        verdicts = {key: _verdict(key, catalog) for key in own}
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
        table.add_column(name, no_wrap=True)
        table.add_column(escape(problems[name]["title"]))
        if any(verdicts.values()):
            table.add_column("verdict")
        for key, block in own.items():
            table.add_row(key, escape(block["title"]), verdicts[key])
        get_console().print(table)
        further = [f"{name}_{what}" for what in _further(as_run[name], recipes)]
        further += [f"{key}_grid" for key, block in own.items() if "grid" in block]
        if further:
            click.echo(f" and {', '.join(further)}")


def _further(problem: Any, recipes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return which further pipelines a problem has, by its block."""
    if not any(is_for(recipe, problem) for recipe in recipes.values()):
        return ()
    rows = problem.get("rows")
    return (*OF_TABLE, *OF_RECIPES) if isinstance(rows, dict) and "table" in rows else OF_RECIPES


def _verdict(technique: str, catalog: CatalogProtocol) -> str:
    """Return what the last run of a technique found, and on what; "" where it hasn't run."""
    name = f"{technique}.summary"
    if not catalog.exists(name):
        return ""
    answer = catalog.load(name)
    fresh, departure = answer.fresh, answer.fixed.departure("technique")
    few = f"{fresh.repeats} {fresh.draws.several}" if fresh.few else None
    limits = "; ".join(filter(None, (few, departure)))
    return escape(f"{fresh.verdict} ({limits})" if limits else fresh.verdict)
