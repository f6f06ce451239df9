"""One run at a time has a data folder; the second is refused, and learns who has it.

The lock is the operating system's (`flock`): it ends with the process that holds it, however that
ends, so that none is left behind. The file it is on names who holds it, and stays; a file without a
lock on it means nothing. On storage elsewhere there are no such locks: see `lock_object`.
"""

import logging
import os
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import fcntl

from regpipe.kedro_side.runner import lock_object
from regpipe.kedro_side.runner.lock_object import FILE, Occupied
from regpipe.places.elsewhere import Unreachable
from regpipe.places.files import stand_in
from regpipe.places.place import Place

logger = logging.getLogger(__name__)

PATIENCE = 0.5  # seconds in which a run that is ending lets go, and one that began writes who it is


@dataclass(frozen=True)
class _Hold:
    file: int  # its descriptor
    thread: threading.Thread


_holds: dict[Path, _Hold] = {}


def take(folder: Place, purpose: str) -> bool:
    """Have a data folder to oneself until `release`, or until this process ends.

    A thread that has it already keeps it: the run for which it took it was interrupted, and Kedro
    told nobody.

    Args:
        folder: made if it isn't there.
        purpose: what for; others read it.

    Returns:
        Whether it is locked. It isn't where nothing can be written, so that what is there can
        still be read; nor on systems and file systems without `flock`, which is a warning.

    Raises:
        Occupied: another process has it, or another thread of this one.
        Unreachable: it lies elsewhere, and nothing can be written there.
    """
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    who = f"process {os.getpid()} on {socket.gethostname()} ({purpose}), since {now}"
    locked = _take_here(stand_in(folder).resolve(), who, folder)
    if isinstance(folder, Path):
        return locked
    try:
        lock_object.put(folder, who, alone=locked)
    except BaseException:
        _release_here(stand_in(folder).resolve())
        raise
    return True


def release(folder: Place) -> None:
    """Let go of a data folder, if this thread has it."""
    here = stand_in(folder).resolve()
    hold = _holds.get(here)
    if hold is not None and hold.thread is not threading.current_thread():
        return
    if not isinstance(folder, Path):
        try:
            lock_object.take_away(folder)
        except Unreachable as error:
            logger.warning("What says that this run has the folder is left. %s", error)
    _release_here(here)


def _take_here(folder: Path, who: str, shown: Place) -> bool:
    """Lock a folder of this machine, which may stand for the one that is shown."""
    me, before = threading.current_thread(), _holds.get(folder)
    if before and (before.thread is me or not before.thread.is_alive()):
        file = before.file
    elif (opened := _open(folder / FILE)) is None:
        return False
    else:
        file = opened
        try:
            locked = _lock(file, shown)
        except BaseException:
            os.close(file)
            raise
        if not locked:
            os.close(file)
            return False
    _holds[folder] = _Hold(file, me)
    _write(file, who)
    return True


def _release_here(folder: Path) -> None:
    hold = _holds.pop(folder, None)
    if hold is None:  # where nothing can be locked
        return
    _write(hold.file, "")
    if sys.platform != "win32":
        fcntl.flock(hold.file, fcntl.LOCK_UN)  # also for processes that were forked meanwhile
    os.close(hold.file)


def _open(path: Path) -> int | None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    with suppress(OSError):
        return os.open(path, os.O_RDONLY)  # somebody else's: that is enough for a lock
    return None


def _lock(file: int, folder: Place) -> bool:
    """Lock a file; return False where there are no locks."""
    if sys.platform == "win32":
        return _unprotected(folder, "this system knows no flock")
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > ends:
                who = os.pread(file, 500, 0).decode(errors="replace") or "another process"
                raise Occupied(f"the data folder {folder} is in use by {who}.") from None
            time.sleep(0.05)
        except OSError as error:
            return _unprotected(folder, str(error))


def _unprotected(folder: Place, why: str) -> bool:
    logger.warning("%s can't be locked (%s). Start one run at a time on it.", folder, why)
    return False


def _write(file: int, text: str) -> None:
    with suppress(OSError):  # a full disk, or a file that may only be read
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text.encode())
