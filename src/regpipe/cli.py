"""Kedro's `run` as this project wants it, and the commands that Kedro hasn't.

`run` leaves out what is up to date, and answers a wrong name or an unreadable file in a line, not
in a traceback.
"""

import inspect
import re
from collections.abc import Callable, Mapping
from copy import copy
from itertools import accumulate
from pathlib import Path
from typing import Any, cast

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import KedroCliError, _config_file_callback
from kedro.framework.project import pipelines
from kedro.io import DatasetError
from kedro.utils import load_obj
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from regpipe.candidates.check import check_free
from regpipe.engine import progress
from regpipe.errors import SpecError, seen, shown
from regpipe.kedro_side.blocks import read_blocks, reference_fault
from regpipe.kedro_side.config_file import DEEPEST, read_config, read_value
from regpipe.kedro_side.hooks import unreadable
from regpipe.kedro_side.interrupts import interrupts_told
from regpipe.kedro_side.listing import list_blocks
from regpipe.kedro_side.store_commands import store
from regpipe.language.metrics import METRICS
from regpipe.language.vocabulary import check_name
from regpipe.places.elsewhere import Unreachable

RUNNER = "regpipe.kedro_side.runner.IncrementalRunner"


@click.group(name="regpipe")
def cli() -> None:
    """Commands of this project."""


def _run(**kwargs: Any) -> Any:
    assert kedro_run.callback is not None
    runner = kwargs["runner"] or RUNNER
    _check_runner(runner, kwargs.get("runner_params") or {})
    progress.start("reading the project")
    try:
        with interrupts_told():
            return kedro_run.callback(**{**kwargs, "runner": runner})
    except KedroCliError as error:  # which shows "NoneType: None" of itself
        raise click.ClickException(error.message) from None
    except Unreachable as error:  # before the first node
        raise click.ClickException(str(error)) from None
    except DatasetError as error:
        if "Failed while loading" in str(error):  # before the first node, or after the last one
            raise click.ClickException(unreadable(error)) from None
        if "Failed while" in str(error):  # of a node, which the hooks have told if they can
            raise
        raise click.ClickException(str(error)) from None  # of the catalog, or of --load-versions
    except ValueError as error:
        # Kedro's words for a name that isn't there, of a pipeline, a node, a dataset or a tag.
        wrong_names = "Failed to find the pipeline|not found|does not contain|contains no"
        if not re.search(wrong_names, str(error)):
            raise
        raise click.ClickException(str(error)) from None
    finally:
        progress.stop()


def _check_runner(name: str, arguments: Mapping[str, Any]) -> None:
    """Refuse a runner that isn't there, or that doesn't know its arguments."""
    try:
        kind = load_obj(name, "kedro.runner")
    except (ImportError, AttributeError, ValueError) as error:
        raise click.ClickException(
            f"--runner: {error}. Expected SequentialRunner, ThreadRunner, ParallelRunner, or the "
            "import path of one."
        ) from None
    try:
        inspect.signature(kind).bind(**arguments)
    except TypeError as error:
        raise click.ClickException(f"--runner-params: {error}.") from None


@cli.group(name="regpipe")
def regpipe() -> None:
    """What this project adds to Kedro's commands."""


regpipe.add_command(list_blocks)
regpipe.add_command(store)


def _parameters(context: click.Context, option: click.Parameter, value: str) -> dict[str, Any]:
    """Return parameters as Kedro does, but that a comma inside of brackets is one of a list."""
    depths = accumulate((sign in "[{") - (sign in "]}") for sign in value)
    parts = "".join("\n" if s == "," and not d else s for s, d in zip(value, depths, strict=True))
    asked = OmegaConf.create({})
    for item in filter(None, map(str.strip, parts.split("\n"))):
        name, equals, written = item.partition("=")
        if not all(name.strip().split(".")) or not equals or name.count(".") >= DEEPEST:
            raise click.BadParameter(f"expected name=value, received {shown(item)}.")
        try:
            OmegaConf.update(asked, name.strip(), read_value(written, name.strip()))
        except SpecError as error:
            raise click.BadParameter(str(error)) from None
        except OmegaConfBaseException as error:
            raise click.BadParameter(reference_fault(error)) from None
    return cast(dict[str, Any], OmegaConf.to_container(asked))


def _told(read: Callable[..., Any]) -> Callable[..., Any]:
    """Return what reads an option, with its error in words: Kedro's shows "NoneType: None"."""

    def reading(context: click.Context, option: click.Parameter, value: Any) -> Any:
        try:
            return read(context, option, value)
        except KedroCliError as error:
            raise click.BadParameter(error.message) from None

    return reading


def _arguments(context: click.Context, option: click.Parameter, value: str | None) -> Any:
    """Take arguments from a file, unless they can't be read."""
    if value:
        try:
            content = read_config(Path(value).read_bytes(), value)
        except SpecError as error:
            raise click.BadParameter(str(error)) from None
        if not isinstance(content.blocks.get(str(context.info_name)), dict):
            raise click.BadParameter(f"{value}: expected options below `{context.info_name}:`.")
    return _config_file_callback(context, option, value)


def _once(context: click.Context, option: click.Parameter, values: tuple[Any, ...]) -> Any:
    """Return an option's one value; of several, click would silently take the last."""
    if len(values) > 1:
        shown = " and ".join(map(str, values))
        raise click.BadParameter(f"said {len(values)} times, as {shown}. Expected once.")
    return values[0] if values else None


def _single(*names: str, **settings: Any) -> Callable[[Any], Any]:
    return click.option(*names, multiple=True, callback=_once, **settings)


@regpipe.command("new-problem", short_help="Make a problem of a table.")
@click.argument("name")
@_single("--file", "-f", required=True, type=click.Path(path_type=Path), help="The table.")
@_single(
    "--target", "-t", required=True, help="The column to predict: its name, its place, or last."
)
@_single("--task", type=click.Choice(["binary", "multiclass", "regression"]))
@_single(
    "--metric",
    type=click.Choice([name for name, metric in METRICS.items() if metric.function]),
    help="What techniques are judged by; if not given, accuracy or R², or what suits better.",
)
@_single("--title", help="What people call it.")
@click.option("--drop", multiple=True, help="A column to leave out; may be said repeatedly.")
@click.option("--number", multiple=True, help="A column of numbers, whatever it looks like.")
@click.option("--category", multiple=True, help="A column whose numbers are names, such as codes.")
@click.option(
    "--date", multiple=True, help="A column of dates; with its format, such as day=%d/%m/%Y."
)
@_single("--group", help="A column whose equal rows stay on one side of each split.")
@_single("--time", help="A column of times: each split trains on rows before those it tests on.")
@_single("--split", help="A column that says train or test.")
@_single(
    "--train",
    type=float,
    help="Share (or, from 1 on, number) of rows to train on; 0.7, with --time 0.5, if not given.",
)
@click.option("--labelled-only", is_flag=True, help="Leave out rows whose target is missing.")
@click.option(
    "--header/--no-header",
    default=None,
    help="Whether the first line names the columns; without, they are x1, x2, ...",
)
@_single("--skip", type=click.IntRange(0), help="Lines above that of the names.")
@_single("--sheet", help="Of an Excel file; the first if not given.")
@_single("--encoding", help="Of a CSV, such as cp1252.")
@_single("--separator", help="What stands between the fields of a CSV.")
@_single("--quote", help="What stands around texts of a CSV.")
@_single("--decimal", help="What stands before decimals.")
@_single("--thousands", help="What stands between thousands.")
@click.option("--na", multiple=True, help="A word for a gap; may be said repeatedly.")
@click.option(
    "--keep", multiple=True, help="A word for a value, such as None; may be said repeatedly."
)
@_single("--env", default=("base",), show_default="base", help="The folder of conf/ to write to.")
@click.option("--overwrite", is_flag=True, help="Write anew what an earlier one wrote.")
@click.pass_obj
def new_problem(
    project: Any, name: str, file: Path, target: str, env: str, overwrite: bool, **options: Any
) -> None:
    """Make a problem of a table: look at the file, and write its blocks of YAML.

    What isn't said is told by the file. All of it: docs/own-data.md.
    """
    from regpipe.kedro_side.read_back import check_read_back
    from regpipe.tables.new_problem import propose
    from regpipe.tables.page import page_of
    from regpipe.tables.proposal import to_yaml
    from regpipe.tables.reading import Options

    root = Path.cwd()
    folder = root / "conf" / env
    if root != Path(project.project_path):
        raise click.ClickException(
            f"Expected to be typed in the project's folder, {project.project_path}."
        )
    if not folder.is_dir():
        raise click.ClickException(f"--env: there is no folder conf/{env}.")
    try:
        check_name(name, "problem", name)
        written = {kind: folder / f"{kind}_{name}.yml" for kind in ("problems", "catalog")}
        there = [path for path in written.values() if path.exists()]
        if there and not overwrite:
            names = " and ".join(_inside(root, path) for path in there)
            raise SpecError(f"{names}: already there. To write them anew: --overwrite.")
        problems, techniques = read_blocks()
        taken = {*problems, *techniques, *pipelines} if not there else set()
        if name in taken or f"{name}_screen" in taken:
            raise SpecError(
                f"{name}: there is a block or a pipeline of that name. Expected another."
            )
        check_free({**problems, name: {}}, techniques)
        filepath = _inside(root, file)
        proposal = propose(name, file, filepath, target, Options(**options))
        texts = dict(zip(written, to_yaml(name, proposal, filepath), strict=True))
        check_read_back(name, proposal, texts, root)
    except SpecError as error:
        raise click.ClickException(str(error)) from None
    _write_all({written[kind]: text for kind, text in texts.items()})
    click.echo("\n".join(map(seen, page_of(proposal))))
    for note in proposal.notes:
        click.echo(f"\nNote: {seen(note)}")
    if proposal.notes:
        click.echo("\nTo follow a note, type this again with its option and --overwrite.")
    click.echo(f"\nWrote {' and '.join(_inside(root, p) for p in written.values())}. Next:")
    further = "" if env in ("base", "local") else f" --env={env}"
    click.echo(f"\n  kedro run --pipelines={name}_answer{further}")


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write several files, or none of them."""
    begun = {path: path.with_suffix(".tmp") for path in texts}
    try:
        for path, text in texts.items():
            begun[path].write_text(text, encoding="utf-8")
        for path in texts:
            begun[path].replace(path)
    finally:
        for left in begun.values():
            left.unlink(missing_ok=True)


def _inside(root: Path, path: Path) -> str:
    """Return a path as seen from the project, or from the root where it lies outside of it."""
    full = path.resolve()
    return str(full.relative_to(root)) if full.is_relative_to(root) else str(full)


CALLBACKS = {"params": _parameters, "config": _arguments}
_options = [copy(option) for option in kedro_run.params]
for _option in _options:
    if _read := CALLBACKS.get(str(_option.name), _option.callback):
        _option.callback = _told(_read)

# Called so, since a packaged project is run by whatever its `cli` has under this name.
run = click.Command(
    "run",
    callback=_run,
    params=_options,
    help=kedro_run.help,
    short_help=kedro_run.short_help,
)
cli.add_command(run)
