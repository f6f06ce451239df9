"""What a run is doing, how many of its fits are done, and how long the rest will take: one line.

The command line opens the line; what trains only says `at` and `advance`, which do nothing where
none is open (in tests and notebooks). Where nobody watches, as in a job's log, there is a line a
minute instead.
"""

import logging
from datetime import timedelta
from time import monotonic

from rich import get_console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

logger = logging.getLogger(__name__)

EVERY = 60  # seconds between two lines of a log

_bar: Progress | None = None
_told = 0.0  # when the last line was
_programs, _compiled = 0, 0  # how many there will be as far as is known, and how many were begun


class _Done(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(_done(task))


def start(what: str) -> None:
    """Open the line of a run, and say what it is doing; how many fits it has isn't known yet."""
    global _bar, _told, _programs, _compiled
    stop()
    console = get_console()
    _bar = Progress(
        BarColumn(10),
        _Done(Column(no_wrap=True)),
        # Last, and what is cut where there is little room.
        TextColumn("{task.description}", table_column=Column(no_wrap=True, ratio=1)),
        console=console,
        expand=True,
        disable=not console.file.isatty(),  # rich would also draw where colours are forced
    )
    _bar.add_task(what, total=None)
    _bar.start()
    _told, _programs, _compiled = monotonic(), 0, 0


def expect(fits: int, programs: int = 0) -> None:
    """Count so many fits more ahead, or fewer, and programs that are compiled for them."""
    global _programs
    _programs += programs
    if _bar is not None:
        task = _bar.tasks[0]
        if fits or task.total is not None:
            _bar.update(task.id, total=(task.total or 0) + fits)


def at(what: str) -> None:
    """Say what is being done."""
    if _bar is not None:
        _bar.update(_bar.task_ids[0], description=what)


def compiling(arm: str) -> None:
    """Say that a program is being compiled, for an arm, and which of how many it is."""
    global _compiled
    _compiled += 1
    of = f" {_compiled} of {_programs}" if _compiled <= _programs else ""
    at(f"compiling{of}: {arm}")


def advance(arm: str) -> None:
    """Count one more fit, of the arm called `arm`."""
    global _told
    bar = _bar
    if bar is None:
        return
    bar.update(bar.task_ids[0], advance=1, description=arm)
    if bar.disable and monotonic() - _told >= EVERY:
        _told = monotonic()
        logger.info("Training %s: %s.", arm, _done(bar.tasks[0]))


def stop() -> None:
    """Close the line, if there is one; it stays to be seen where something was trained."""
    global _bar
    if _bar is not None:
        _bar.live.transient = not _bar.tasks[0].completed
        _bar.stop()
        _bar = None


def _done(task: Task) -> str:
    """Return how many fits are done, how fast that was by all that the run took, and what is left.

    (Rich's own estimate begins anew whenever the total changes, as it does here all the time.)
    """
    if task.total is None:
        return f"{task.elapsed or 0:.0f} s"
    done = f"{task.completed:,.0f} of {task.total:,.0f} fits"
    if not task.elapsed or not task.completed:
        return done
    speed = task.completed / task.elapsed
    left = timedelta(seconds=round(max(0, task.total - task.completed) / speed))
    return f"{done}, {speed:,.1f}/s, {left} left" if left else f"{done}, {speed:,.1f}/s"
