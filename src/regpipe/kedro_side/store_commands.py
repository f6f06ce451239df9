"""`kedro regpipe store`: what a data folder holds, and what of it may go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click
from kedro.io import DataCatalog
from rich import box, get_console
from rich.table import Table

from regpipe.kedro_side.folder import context_of, of_a_folder
from regpipe.kedro_side.runner.lock import Occupied, release, take
from regpipe.kedro_side.store import Store
from regpipe.places.elsewhere import Unreachable
from regpipe.places.files import is_folder


def _with_store(purpose: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Hand a command the store of the environment and the folder that are asked for.

    Nobody else has the folder meanwhile, if there is a purpose to write down.
    """

    def decorated(command: Callable[..., None]) -> Callable[..., None]:
        @of_a_folder
        @wraps(command)
        def with_store(env: str | None, data_root: str | None, **options: Any) -> None:
            catalog = context_of(env, data_root, runs=purpose == "gc").catalog
            assert isinstance(catalog, DataCatalog)
            with _taken(Store(catalog), purpose) as store:
                command(store, **options)

        return with_store

    return decorated


@contextmanager
def _taken(store: Store, purpose: str) -> Iterator[Store]:
    if store.folder is None:
        raise click.ClickException("there is no folder whose files are known.")
    try:
        if not is_folder(store.folder):
            raise click.ClickException(f"there is no folder {store.folder}.")
        if purpose:
            take(store.folder, f"store {purpose}")
        yield store
    except Occupied as error:
        raise click.ClickException(f"{error} Wait until it is over.") from None
    except (OSError, Unreachable) as error:
        raise click.ClickException(f"not all could be done. {error}") from None
    finally:
        release(store.folder)


@click.group(invoke_without_command=True, short_help="What the data folder holds.")
@click.pass_context
@of_a_folder
def store(context: click.Context, **options: Any) -> None:
    """Show what the data folder holds, and what of it each block uses.

    A fit that several blocks use is trained and stored once, and counted with each of them.
    """
    if context.invoked_subcommand is None:
        context.invoke(show, **options)


@store.command(hidden=True)
@_with_store("")
def show(store: Store) -> None:
    """Show what the data folder holds, and what of it each block uses."""
    sizes, uses = store.fits.sizes(), store.uses()
    table = Table(box=box.SIMPLE_HEAD, title=f"{store.folder}", title_justify="left", padding=0)
    for heading in ("", "files ", "", "fits ", ""):
        table.add_column(heading, justify="left" if not table.columns else "right")
    used = set[str]()
    for name, use in sorted(uses.items()):
        used |= use.fits & sizes.keys()
        fits = use.fits & sizes.keys()
        table.add_row(*_row(name, use.files, use.file_bytes, len(fits), _sum(sizes, fits)))
    rest = sizes.keys() - used
    if rest:
        table.add_row(*_row("used by nothing yet", 0, 0, len(rest), _sum(sizes, rest)))
    table.add_section()
    files, file_bytes = (
        sum(getattr(use, what) for use in uses.values()) for what in ("files", "file_bytes")
    )
    table.add_row(*_row("all", files, file_bytes, len(sizes), sum(sizes.values())))
    get_console().print(table)


@store.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@_with_store("gc")
def gc(store: Store, dry_run: bool) -> None:
    """Remove what no block makes any more.

    That are the files of blocks that are gone, the fits that nothing there was made of, and what a
    run that was killed left half-written. Fits of a run that isn't finished stay: it goes on with
    them.
    """
    unused = store.unused()
    begun = 0 if dry_run else store.remove(unused)
    counts = {
        "dataset": len(unused.datasets),
        "fit": len(unused.fits),
        "journal": len(unused.journals),
        "half-written file": begun,
    }
    found = [_count(number, what) for what, number in counts.items() if number]
    size = f" ({_size(sum(unused.fits.values()))} of fits)" if unused.fits else ""
    if not found:
        click.echo("All that is there is made by some block, or was asked for by another runner.")
        return
    click.echo(f"{', '.join(found)}{size}: {'would be removed' if dry_run else 'removed'}.")
    for name in unused.datasets:
        click.echo(f"  {name}")


@store.command(short_help="Is every file as it was written?")
@_with_store("verify")
def verify(store: Store) -> None:
    """Compare the content of every file with what was written; 1 if one is damaged."""
    damaged = store.damaged()
    for path in damaged:
        click.echo(f"damaged: {path}")
    results, fits = len(store.records), len(store.fits.sizes())
    looked_at = f"{_count(results, 'dataset')} and {_count(fits, 'fit')}"
    if damaged:
        raise click.ClickException(
            f"{len(damaged)} of {looked_at} aren't as they were written. The next run makes anew "
            "what it needs of them."
        )
    click.echo(f"{looked_at} are as they were written.")


@store.command(short_help="Train everything anew the next time.")
@_with_store("forget")
def forget(store: Store) -> None:
    """Empty the store of fits and the searches' journals: the next run trains everything anew."""
    fits, searches = store.forget()
    trials = f" and the trials of {_count(searches, 'search', 'es')}" if searches else ""
    click.echo(f"{_count(fits, 'fit')}{trials} are forgotten. What they led to is still there.")


def _row(name: str, files: int, file_bytes: int, fits: int, fit_bytes: int) -> list[str]:
    return [
        f"{name} ",
        *((f"{files:,}", f"{_size(file_bytes)} ") if files else ("", "")),
        *((f"{fits:,}", _size(fit_bytes)) if fits else ("", "")),
    ]


def _sum(sizes: dict[str, int], keys: set[str]) -> int:
    return sum(sizes[key] for key in keys)


def _size(n_bytes: int) -> str:
    """Return a number of bytes as people read it.

    >>> _size(512), _size(74_000), _size(5_300_000_000)
    ('0.5 kB', '74.0 kB', '5.3 GB')
    """
    for unit, of in (("GB", 1e9), ("MB", 1e6)):
        if n_bytes >= of:
            return f"{n_bytes / of:,.1f} {unit}"
    return f"{n_bytes / 1e3:,.1f} kB"


def _count(number: int, what: str, plural: str = "s") -> str:
    return f"{number:,} {what}{'' if number == 1 else plural}"
