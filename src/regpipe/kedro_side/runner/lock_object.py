"""An object that says who has a data folder on storage elsewhere, where nothing can be locked.

It is created only where there is none, which the storage itself decides (S3: `If-None-Match`), and
removed at the end. Whoever is killed leaves it. A run of the same user on the same machine takes it
over: their processes meet at a lock of this machine (`stand_in`), which a killed one doesn't leave,
and the mark beside it is in the object. Nobody else does: they are told to remove the object.

What it doesn't protect from:

- somebody removes it while the run that has it goes on: nobody looks again;
- storage that knows no condition, and creates what is there already, as some do that speak S3: two
  runs that begin within the same moment don't see each other;
- whoever writes there without a run of ours, such as `aws s3 cp`.
"""

from pathlib import Path
from uuid import uuid4

from regpipe.places.elsewhere import Unreachable, reaching
from regpipe.places.files import read, remove, stand_in
from regpipe.places.place import Place

FILE = "lock"
MARK = "mark"  # beside the lock of this machine
_put: set[Place] = set()  # the folders that this process has


class Occupied(Exception):
    """The data folder is taken; the message says where it is, and by whom."""


def put(folder: Place, who: str, alone: bool) -> None:
    """Write who has a folder elsewhere.

    Args:
        folder: the data folder.
        who: has it.
        alone: whether no other process of this user on this machine has it.

    Raises:
        Occupied: somebody else has it.
        Unreachable: nothing can be read or written there.
    """
    mark = _mark(folder)
    place, content = folder / FILE, f"{who}\n{mark}\n".encode()
    try:
        there = read(place).decode(errors="replace")
    except FileNotFoundError:
        if _created(place, content):
            _put.add(folder)
            return
        there = "another run"
    holder, _, left = there.partition("\n")
    if not alone or left.strip() != mark:
        raise Occupied(
            f"the data folder {folder} is in use by {holder}. If that run was killed, remove the "
            f"object {place}."
        )
    _write(place, content, "overwrite")
    _put.add(folder)


def take_away(folder: Place) -> None:
    """Remove what says that this process has a folder, if it does.

    Raises:
        Unreachable: it can't be removed.
    """
    if folder in _put:
        _put.remove(folder)
        remove([folder / FILE])


def _created(place: Place, content: bytes) -> bool:
    """Write an object, unless there is one; return whether there was none."""
    try:
        _write(place, content, "create")
    except FileExistsError:
        return False
    except FileNotFoundError as error:  # where there is no bucket
        raise Unreachable(f"{place}: {error}.") from None
    return True


def _write(place: Place, content: bytes, mode: str) -> None:
    assert not isinstance(place, Path)
    with reaching(place):
        place.fs.pipe_file(place.path, content, mode=mode)


def _mark(folder: Place) -> str:
    """Return what marks the objects of this user on this machine, as long as it isn't cleaned."""
    file = stand_in(folder) / MARK
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(uuid4().hex, encoding="ascii")
    return file.read_text(encoding="ascii")
