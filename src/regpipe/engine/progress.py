"""How many fits of a run are done, and how long the rest will take: one bar for the whole run.

The command line opens the bar; what trains only calls `advance`, which does nothing where no
bar is open (in tests and notebooks). Where nobody watches, as in a job's log, there is a line a
minute instead of the bar.
"""

import logging
from datetime import timedelta
from time import monotonic

from rich import get_console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

logger = logging.getLogger(__name__)

EVERY = 60  # seconds between two lines of a log

_bar: Progress | None = None
_told = 0.0  # when the last line was


class _Pace(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(_pace(task))


def start(total: int) -> None:
    """Make the bar of a run of `total` fits; it is shown once the first of them is done."""
    global _bar, _told
    stop()
    console = get_console()
    _bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(10),  # so that all fits into 80 columns
        MofNCompleteColumn(),
        TextColumn("fits,"),
        _Pace(Column(no_wrap=True)),
        console=console,
        disable=not console.is_terminal,
    )
    _bar.add_task("", total=total)
    _told = monotonic()


def expect(fits: int) -> None:
    """Count so many fits more ahead, in a run that didn't know of them when it began."""
    if _bar is not None:
        _bar.update(_bar.task_ids[0], total=(_bar.tasks[0].total or 0) + fits)


def advance(arm: str) -> None:
    """Count one more fit, of the arm called `arm`."""
    global _told
    bar = _bar
    if bar is None:
        return
    bar.start()
    bar.update(bar.task_ids[0], advance=1, description=arm)
    if bar.disable and monotonic() - _told >= EVERY:
        _told = monotonic()
        task = bar.tasks[0]
        done = f"{task.completed:,.0f} of {task.total or 0:,.0f}"
        logger.info("Training %s: %s fits, %s.", arm, done, _pace(task))


def stop() -> None:
    """Close the bar, if there is one."""
    global _bar
    if _bar is not None:
        _bar.stop()
        _bar = None


def _pace(task: Task) -> str:
    """Return how fast a run is, by all that it took so far, and how long the rest will take.

    (Rich's own estimate begins anew whenever the total changes, as it does here all the time.)
    """
    if not task.elapsed or not task.completed or task.total is None:
        return ""
    speed = task.completed / task.elapsed
    left = timedelta(seconds=round(max(0, task.total - task.completed) / speed))
    return f"{speed:,.1f}/s, {left} left"
