"""One run at a time has a data folder; the second is refused, and learns who has it.

The lock is the operating system's (`flock`): it ends with the process that holds it, however that
ends, so that none is left behind. The file it is on names who holds it, and stays; a file without a
lock on it means nothing.
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

logger = logging.getLogger(__name__)

FILE = "lock"
PATIENCE = 0.5  # seconds in which a run that is ending lets go, and one that began writes who it is


class Occupied(Exception):
    """The data folder is taken; the message says where it is, and by whom."""


@dataclass(frozen=True)
class _Hold:
    file: int  # its descriptor
    thread: threading.Thread


_holds: dict[Path, _Hold] = {}


def take(folder: Path, purpose: str) -> bool:
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
    """
    folder = folder.resolve()
    me, before = threading.current_thread(), _holds.get(folder)
    if before and (before.thread is me or not before.thread.is_alive()):
        file = before.file
    elif (opened := _open(folder / FILE)) is None:
        return False
    else:
        file = opened
        try:
            locked = _lock(file, folder)
        except BaseException:
            os.close(file)
            raise
        if not locked:
            os.close(file)
            return False
    _holds[folder] = _Hold(file, me)
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    _write(file, f"process {os.getpid()} on {socket.gethostname()} ({purpose}), since {now}")
    return True


def release(folder: Path) -> None:
    """Let go of a data folder, if this thread has it."""
    folder = folder.resolve()
    hold = _holds.get(folder)
    if hold is None or hold.thread is not threading.current_thread():
        return
    del _holds[folder]
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


def _lock(file: int, folder: Path) -> bool:
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


def _unprotected(folder: Path, why: str) -> bool:
    logger.warning("%s can't be locked (%s). Start one run at a time on it.", folder, why)
    return False


def _write(file: int, text: str) -> None:
    with suppress(OSError):  # a full disk, or a file that may only be read
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, text.encode())
