"""How many fits of a run are done, and how long the rest will take: one bar for the whole run.

The command line opens the bar; what trains only calls `advance`, which does nothing where no
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

_bar: Progress | None = None


def start(total: int) -> None:
    """Make the bar of a run of `total` fits; it is shown once the first of them is done."""
    global _bar
    stop()
    _bar = Progress(
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
    _bar.add_task("", total=total)


def expect(fits: int) -> None:
    """Count so many fits more ahead, in a run that didn't know of them when it began."""
    if _bar is not None:
        _bar.update(_bar.task_ids[0], total=(_bar.tasks[0].total or 0) + fits)


def advance(arm: str) -> None:
    """Count one more fit, of the arm called `arm`."""
    bar = _bar
    if bar is None:
        return
    bar.start()
    bar.update(bar.task_ids[0], advance=1, description=arm)


def stop() -> None:
    """Close the bar, if there is one."""
    global _bar
    if _bar is not None:
        _bar.stop()
        _bar = None
