"""Each moment at which a process that ends leaves something else behind.

Python tells its audit hooks of each file that is opened, renamed or removed, whatever library asks
for it. Of these, the writes are those that change something below a folder.
"""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

from regpipe.kedro_side.runner.lock import FILE
from regpipe.whole import BEGUN

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events, and which of their arguments are paths that they change.
PATHS = {
    "open": (0,),
    "os.rename": (0, 1),
    "os.remove": (0,),
    "os.mkdir": (0,),
    "os.rmdir": (0,),
    "os.truncate": (0,),
    "os.link": (1,),
    "os.symlink": (1,),
}
SIGNALS = {"kill": signal.SIGKILL, "int": signal.SIGINT, "term": signal.SIGTERM}
TORN = 7  # bytes of a file that are still written

Tell = Callable[[str, Path, Any], None]
_told: dict[str, Tell] = {}  # by folders
_telling = threading.local()
_installed: list[None] = []


@contextmanager
def writes_told(root: Path, tell: Tell) -> Iterator[None]:
    """Tell of each write below a folder, before it is done: its event, its path, its flags."""
    _install(root, tell)
    try:
        yield
    finally:
        del _told[str(root)]


def _install(root: Path, tell: Tell) -> None:
    if not _installed:
        sys.addaudithook(_audit)  # for good
        _installed.append(None)
    _told[str(root)] = tell


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _told or event not in PATHS or getattr(_telling, "now", False):
        return
    if event == "open" and not (arguments[2] or 0) & WRITES:
        return
    _telling.now = True
    try:
        for root, tell in _told.items():
            for place in PATHS[event]:
                path = _path_of(arguments[place])
                if path.startswith(root + os.sep):
                    tell(event, Path(path), arguments[2] if event == "open" else None)
                    break
    finally:
        _telling.now = False


def _path_of(given: Any) -> str:
    if isinstance(given, int):  # an open file
        given = os.readlink(f"/proc/self/fd/{given}")
    return os.path.abspath(os.fsdecode(given))


@dataclass
class Moments:
    """What a folder holds at each moment at which a process that writes into it may be killed.

    Before each write; and in the midst of the one before, of which half is there. What a kill
    leaves behind is what other processes see at that time. Of moments that differ in what was begun
    beside its place alone, which the next run sweeps away first, the last is kept.

    Attributes:
        root: the folder.
        into: where its copies are put.
        writes: the number of writes.
        seen: the number of moments.
    """

    root: Path
    into: Path
    writes: int = 0
    seen: int = 0
    _one: threading.Lock = field(default_factory=threading.Lock)
    _kept: dict[str, tuple[str, Path]] = field(default_factory=dict)
    _begun: tuple[Path, int] | None = None

    @property
    def kept(self) -> dict[str, Path]:
        """The copies, by what happened."""
        return dict(self._kept.values())

    def tell(self, event: str, path: Path, flags: Any) -> None:
        """Keep what there is before a write, and in the midst of the one before.

        Of two threads that write at the same time, the second waits.
        """
        with self._one:
            self._tell(event, path, flags)

    def _tell(self, event: str, path: Path, flags: Any) -> None:
        self.writes += 1
        name = f"{self.writes:04d} {event} {path.relative_to(self.root)}"
        if self._begun:
            written, before = self._begun
            after = written.stat().st_size if written.is_file() else 0
            if after > before + 1:
                self._keep(f"{name}, half of {written.name}", written, (before + after) // 2)
            self._begun = None
        self._keep(name)
        if event == "open":
            new = flags & os.O_TRUNC or not path.is_file()
            self._begun = path, 0 if new else path.stat().st_size

    def _keep(self, name: str, torn: Path | None = None, size: int = 0) -> None:
        self.seen += 1
        copy = self.into / f"{self.seen:04d}"
        while True:  # until no other thread was in the midst of a write that was told before
            try:
                shutil.copytree(self.root, copy, symlinks=True)
                break
            except shutil.Error:
                shutil.rmtree(copy)
        if torn:
            os.truncate(copy / torn.relative_to(self.root), size)
        state = _state(copy)
        if state in self._kept:
            shutil.rmtree(self._kept[state][1])
        self._kept[state] = name, copy


def _state(root: Path) -> str:
    """Return a digest of the files below a folder, those aside that were begun."""
    digest = sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.name != FILE and not BEGUN.fullmatch(path.name):
            digest.update(f"\n{path.relative_to(root)}\n".encode())
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def end_at(root: str, at: int, how: str) -> None:
    """Have this process ended at a write below a folder, the first of which is 1.

    Args:
        root: the folder.
        at: the number of the write.
        how: `kill`: before it, by SIGKILL; `tear`: after a few bytes of it, by SIGXFSZ; `int` and
            `term`: by these signals, before it.
    """
    import resource

    numbers = count(1)
    if how == "tear":
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python would raise OSError

    def tell(event: str, path: Path, flags: Any) -> None:
        if next(numbers) != at:
            return
        if how != "tear":
            os.kill(os.getpid(), SIGNALS[how])
            return
        there = path.is_file() and not (flags or 0) & os.O_TRUNC
        limit = TORN + (path.stat().st_size if there else 0)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    _install(Path(root), tell)
