"""How many fits of a run are done, and how long the rest will take: one bar for the whole run.

The command line opens the bar; whoever trains only calls `advance`, which does nothing where no
bar is open (in tests and notebooks).
"""

from rich import get_console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

_open: Progress | None = None


def start(total: int) -> None:
    """Open the bar of a run of `total` fits."""
    global _open
    stop()
    _open = Progress(
        TextColumn("training {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("fits,"),
        TimeElapsedColumn(),
        TextColumn("so far,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=get_console(),
    )
    _open.add_task("", total=total)
    _open.start()


def advance(arm: str) -> None:
    """Count one more fit, of the arm called `arm`."""
    if _open is not None:
        _open.update(_open.task_ids[0], advance=1, description=arm)
        if _open.finished:
            stop()


def stop() -> None:
    """Close the bar, if one is open."""
    global _open
    if _open is not None:
        _open.stop()
        _open = None
