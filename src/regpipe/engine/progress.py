"""What a run is doing, how many of its fits are done, and how long the rest will take: one line.

The command line opens the line; what trains only says `at` and `advance`, which do nothing where
none is open (in tests and notebooks). Where nobody watches, as in a job's log, there is a line a
minute instead.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

from rich import get_console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

logger = logging.getLogger(__name__)

EVERY = 60  # seconds between two lines of a log
TICK = 1e-6  # seconds, that a fit takes at least

_bar: Progress | None = None
_told = 0.0  # when the last line was


@dataclass
class _Pace:
    """How long fits take, and compiles beside them, each of which is paid once.

    Attributes:
        programs: how many there will be, as far as is known.
        begun: how many of those were begun.
        compiling: since when one is being compiled, with its first fit; None where none is.
        compiles: the seconds that each took so far.
        last: when the last fit was done.
        fits: how many were done while nothing was compiled.
        seconds: that these took.
    """

    programs: int = 0
    begun: int = 0
    compiling: float | None = None
    compiles: list[float] = field(default_factory=list)
    last: float | None = None
    fits: int = 0
    seconds: float = 0.0

    def compile(self) -> None:
        """Begin one."""
        self.begun += 1
        if self.compiling is None:
            self.compiling = monotonic()

    def advance(self) -> None:
        """Count a fit."""
        now = monotonic()
        if self.compiling is not None:
            self.compiles.append(now - self.compiling)
            self.compiling = None
        elif self.last is not None:
            self.fits, self.seconds = self.fits + 1, self.seconds + now - self.last
        self.last = now

    def left(self, fits: float) -> float | None:
        """Return the seconds that so many fits will take, with the compiles ahead of them."""
        if not self.fits:
            return None
        each = sum(self.compiles) / len(self.compiles) if self.compiles else 0.0
        ahead = each * max(0, self.programs - self.begun)
        if self.compiling is not None:
            ahead += max(0.0, each - (monotonic() - self.compiling))
        return fits * self.seconds / self.fits + ahead


_paced = _Pace()


class _Done(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(_done(task))


def start(what: str) -> None:
    """Open the line of a run, and say what it is doing; how many fits it has isn't known yet."""
    global _bar, _told, _paced
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
    _told, _paced = monotonic(), _Pace()


def expect(fits: int, programs: int = 0) -> None:
    """Count so many fits more ahead, or fewer, and programs that are compiled for them."""
    _paced.programs += programs
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
    _paced.compile()
    n, programs = _paced.begun, _paced.programs
    of = f" {n} of {programs}" if n <= programs else ""
    at(f"compiling{of}: {arm}")


def advance(arm: str) -> None:
    """Count one more fit, of the arm called `arm`."""
    global _told
    bar = _bar
    if bar is None:
        return
    _paced.advance()
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
    """Return how many fits are done, how fast they are, and what is left with its compiles.

    (Rich's own estimate begins anew whenever the total changes, as it does here all the time.)
    """
    if task.total is None:
        return f"{task.elapsed or 0:.0f} s"
    done = f"{task.completed:,.0f} of {task.total:,.0f} fits"
    left = _paced.left(max(0, task.total - task.completed))
    if left is None:
        return done
    pace = f"{done}, {_paced.fits / max(_paced.seconds, TICK):,.1f}/s"
    return f"{pace}, {timedelta(seconds=round(left))} left" if round(left) else pace
