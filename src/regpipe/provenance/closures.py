"""What a piece of our code does, as a digest of it and of everything that it uses.

A function uses what it names: other functions, classes and constants of its module, those that are
imported, what those name in turn, the files of its package that it reads, and other libraries, each
in its version. Comments and docstrings do nothing. So a change concerns what it can change, and
nothing else.
"""

import platform
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from regpipe.provenance.digests import content_digest, digest
from regpipe.provenance.remembered import Remembered
from regpipe.provenance.statements import Statement, statements
from regpipe.provenance.versions import PACKAGES, version_of

SOURCE = Path(__file__).parents[1]
OWN = __name__.partition(".")[0]

# A module and a name in it; no name for all that is in it. Of other libraries, too.
Place = tuple[str, str]
READ_DATA = {("jinja2", "PackageLoader"), ("importlib.resources", "files")}
READS_SOURCE = ("inspect", "getsource")
SAYS_VERSIONS = ("regpipe.provenance.versions", "versions")


class Found(NamedTuple):
    """What is at a place: the digests of its statements, and the places that they use."""

    does: set[str]
    uses: set[Place]


@cache
def code_digest(path: str, among: tuple[str, ...] | None = None) -> str:
    """Return a digest of what something does, 64 hexadecimal digits.

    Args:
        path: where it is found: a module and a name in it, such as `regpipe.seeds.derive`, or a
            module, of which everything counts.
        among: the libraries whose versions count, if it uses them; None for all.
    """
    does, used = remembered().get(path, lambda: _traced(path))
    counted = [name for name in used if among is None or name in among]
    libraries = [[name, version_of(name)] for name in counted]
    return digest([platform.python_version_tuple()[:2], does, libraries])


@cache
def remembered() -> Remembered:
    """Return what is remembered of places in our code, as long as no file of it changes."""
    tree = [[str(file.relative_to(SOURCE)), content_digest(file)] for file in _files(SOURCE)]
    return Remembered(Path(__file__), digest(sorted(tree)))


def _traced(path: str) -> tuple[str, list[str]]:
    """Return a digest of what our code at a path does, and the libraries that it uses."""
    places = closure(path)
    does = {(module, one) for module, name in places for one in _at((module, name)).does}
    files = {(str(file.relative_to(SOURCE)), content_digest(file)) for file in _read(places)}
    used = {module.partition(".")[0] for module, _ in places if not _file(module)}
    used |= {*PACKAGES} if SAYS_VERSIONS in places else set()
    return digest([sorted(does), sorted(files)]), sorted(used - sys.stdlib_module_names)


def closure(path: str) -> set[Place]:
    """Return the place to which a dotted path leads, and all that are used from there on."""
    seen, left = set[Place](), {_place(path)}
    while left:
        seen |= left
        left = {used for place in left for used in _at(place).uses} - seen
    return seen


def _place(path: str) -> Place:
    if _file(path):
        return path, ""
    module, _, name = path.rpartition(".")
    while not _file(module):  # a method, or a function in a function
        module, _, name = module.rpartition(".")
    return module, name


@cache
def _at(place: Place) -> Found:
    module, name = place
    file = _file(module)
    if not file:
        return Found(set(), set())
    if name and _file(f"{module}.{name}"):
        return Found(set(), {(f"{module}.{name}", "")})
    found = _bound(file).get(name)  # None of `__name__`, and where no name is asked for
    # What binds no name is done in any case: a call, a loop.
    counted = [*found, *_bound(file).get("", [])] if found else _statements(file)
    uses = {used for one in counted for used in _used(one, module, file)}
    return Found({one.does for one in counted}, uses)


@cache
def _modules() -> dict[str, Path]:
    """Return the file of each module of ours, by its name."""
    found = {}
    for file in SOURCE.rglob("*.py"):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        found[".".join([OWN, *parts]).removesuffix(".__init__")] = file
    return found


def _file(module: str) -> Path | None:
    """Return the file of a module of ours; None of anything else."""
    return _modules().get(module)


_statements = cache(statements)


@cache
def _bound(file: Path) -> dict[str, list[Statement]]:
    """Return the statements by which each name of a module is bound; under "" those without."""
    found: dict[str, list[Statement]] = {}
    for one in _statements(file):
        for name in one.binds or [""]:
            found.setdefault(name, []).append(one)
    return found


def _used(one: Statement, module: str, file: Path) -> Iterator[Place]:
    """Yield what a statement of a module uses."""
    yield from one.imports
    for used in one.uses:
        name, _, attribute = used.partition(".")
        if name == "__path__":  # whatever lies beside it
            others = (other for other in file.parent.glob("*.py") if other != file)
            yield from ((f"{module}.{other.stem}", "") for other in others)
        elif name in _bound(file):
            of_module = _imported_module(_bound(file)[name][0])
            yield (of_module, attribute) if of_module and attribute else (module, name)
        elif attribute and (name, "") in one.imports:
            yield name, attribute


def _imported_module(one: Statement) -> str | None:
    """Return the module, or the thing of another library, to which an import binds a name."""
    if one.does:
        return None
    module, name = one.imports[0]
    whole = f"{module}.{name}" if name else module
    return whole if _file(whole) or not _file(module) else None


def _read(places: set[Place]) -> set[Path]:
    """Return the files in which every letter counts: those that the code at some places reads."""
    files = {file for module, _ in places if (file := _file(module))}
    readers = {place for place in places if _at(place).uses & READ_DATA}
    folders = {file.parent for module, _ in readers if (file := _file(module))}
    data = {file for folder in folders for file in _files(folder) if file.suffix != ".py"}
    return data | files if READS_SOURCE in places else data


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of a package, but what Python, or an editor, left."""
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        hidden = any(part == "__pycache__" or part[0] == "." for part in parts)
        if file.is_file() and not hidden:
            yield file
