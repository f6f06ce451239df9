"""What a piece of our code does, as a digest of it and of everything that it uses.

A function uses what it names: other functions, classes and constants of its module, those that are
imported, what those name in turn, the files of its package that it reads, and other libraries, each
in its version. Comments and docstrings do nothing. So a change concerns what it can change, and
nothing else.
"""

import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from regpipe.provenance import PACKAGES, digest, version_of
from regpipe.statements import Statement, content_digest, remembered, statements

SOURCE = Path(__file__).parent
OWN = __name__.partition(".")[0]
READS_DATA = {("jinja2", "PackageLoader"), ("importlib.resources", "files")}
READS_SOURCE = ("inspect", "getsource")

Place = tuple[str, str]  # a module and a name in it; no name for all that is in it


@dataclass(frozen=True)
class Closure:
    """What something is made of.

    Attributes:
        does: what its statements do, as digests, each with its module.
        files: those of the package in which every letter counts.
        libraries: the top-level names of the packages that it imports, those of Python aside.
    """

    does: set[tuple[str, str]] = field(default_factory=set)
    files: set[Path] = field(default_factory=set)
    libraries: set[str] = field(default_factory=set)


@cache
def code_digest(path: str, among: tuple[str, ...] | None = None) -> str:
    """Return a digest of what something does, 64 hexadecimal digits.

    Args:
        path: where it is found: a module and a name in it, such as `regpipe.seeds.derive`, or a
            module, of which everything counts.
        among: the libraries whose versions count, if it uses them; None for all.
    """
    found = closure(path)
    remembered().save()
    counted = found.libraries if among is None else found.libraries & {*among}
    files = sorted((str(file.relative_to(SOURCE)), content_digest(file)) for file in found.files)
    libraries = sorted((name, version_of(name)) for name in counted)
    return digest([platform.python_version_tuple()[:2], sorted(found.does), files, libraries])


def closure(path: str) -> Closure:
    """Return what is found under a dotted path, with everything that it uses."""
    found, left, seen = Closure(), [_place(path)], set[Place]()
    while left:
        place = left.pop()
        if place in seen:
            continue
        seen.add(place)
        module, name = place
        file = _file(module)
        if file is None:
            found.libraries.add(module.partition(".")[0])
        elif name and _file(f"{module}.{name}"):
            left.append((f"{module}.{name}", ""))
        else:
            for one in _named(file, name):
                found.does.add((module, one.does))
                left += (used := list(_used(one, module, file)))
                if not READS_DATA.isdisjoint(used):
                    found.files.update(_data(file.parent))
    if ("regpipe.provenance", "versions") in seen:
        found.libraries.update(PACKAGES)
    if READS_SOURCE in seen:
        found.files.update(file for module, _ in seen if (file := _file(module)))
    found.libraries.difference_update(sys.stdlib_module_names)
    return found


def _place(path: str) -> Place:
    if _file(path):
        return path, ""
    module, _, name = path.rpartition(".")
    while not _file(module):  # a method, or a function in a function
        module, _, name = module.rpartition(".")
    return module, name


@cache
def _file(module: str) -> Path | None:
    """Return the file of a module of ours; None of anything else."""
    first, *rest = module.split(".")
    place = SOURCE.joinpath(*rest)
    if first != OWN or "" in rest:
        return None
    files = (place / "__init__.py", place.with_suffix(".py") if rest else place)
    return next(filter(Path.is_file, files), None)


@cache
def _bound(file: Path) -> dict[str, list[Statement]]:
    """Return the statements by which each name of a module is bound."""
    found: dict[str, list[Statement]] = {}
    for one in statements(file):
        for name in one.binds:
            found.setdefault(name, []).append(one)
    return found


def _named(file: Path, name: str) -> list[Statement]:
    """Return the statements by which a name is bound, and those that are done in any case."""
    if name not in _bound(file):  # as `__name__`, or no name at all
        return statements(file)
    return _bound(file)[name] + [one for one in statements(file) if not one.binds]


def _used(one: Statement, module: str, file: Path) -> Iterator[Place]:
    """Yield what a statement of a module uses."""
    yield from one.imports
    for used in one.uses:
        name, _, attribute = used.partition(".")
        if name == "__path__":  # whatever lies beside it
            yield from ((f"{module}.{other.stem}", "") for other in _beside(file))
        elif name in _bound(file):
            of_module = _imported_module(_bound(file)[name][0])
            yield (of_module, attribute) if of_module and attribute else (module, name)


def _imported_module(one: Statement) -> str | None:
    """Return the module that an import binds a name to, or what of another library it does."""
    if one.does:
        return None
    module, name = one.imports[0]
    whole = f"{module}.{name}" if name else module
    return whole if _file(whole) or not _file(module) else None


def _beside(file: Path) -> Iterator[Path]:
    return (other for other in file.parent.glob("*.py") if other != file)


def _data(folder: Path) -> Iterator[Path]:
    """Yield the files of a package that aren't Python, nor what an editor left."""
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        hidden = any(part == "__pycache__" or part[0] == "." for part in parts)
        if file.is_file() and not hidden and file.suffix != ".py":
            yield file
