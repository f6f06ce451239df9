"""The statements of a module of ours: what each does, which names it binds, and what it uses.

To parse all modules takes half a second, so what a file's content says is remembered where Python
keeps what it compiled.
"""

import ast
import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from regpipe.provenance.digests import content_digest, digest
from regpipe.whole import written_whole

BINDING = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom


PARSING = Lock()  # Python 3.11 can't parse in two threads at a time


class Statement(NamedTuple):
    """A statement at the top of a module; of an import, one for each name.

    Attributes:
        does: a digest of its code, comments and docstrings aside; empty for an import.
        binds: the names by which others find it; none if it's done whenever the module is used.
        uses: the names in it, with an attribute where one is asked for (`plots.forest`).
        imports: the modules, and the names in them, that are imported in it.
    """

    does: str
    binds: list[str]
    uses: list[str]
    imports: list[tuple[str, str]]


class Remembered:
    """What was read before, by digests of content; written by the code that reads it now."""

    def __init__(self) -> None:
        self.place = Path(cache_from_source(__file__)).with_suffix(".json")
        self._by = content_digest(Path(__file__))
        self.read: dict[str, list[Statement]] = {}
        self.new = False
        with suppress(OSError, ValueError, TypeError, KeyError):  # no such file, or a damaged one
            found = json.loads(self.place.read_bytes())
            if found["seal"] == digest([self._by, found["read"]]):
                self.read = {key: list(map(_again, one)) for key, one in found["read"].items()}

    def save(self) -> None:
        """Keep what is new for the next process."""
        if not self.new:
            return
        kept = {"read": self.read, "seal": digest([self._by, self.read])}
        with suppress(OSError), written_whole(self.place) as begun:  # only speed depends on it
            begun.write_text(json.dumps(kept), encoding="utf-8")
        self.new = False


def _again(one: list[Any]) -> Statement:
    *parts, imports = one
    does, binds, uses = parts
    return Statement(does, binds, uses, [(module, name) for module, name in imports])


remembered = cache(Remembered)


@cache
def statements(file: Path) -> list[Statement]:
    """Return the statements at the top of a module."""
    memory, content = remembered(), file.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    if key not in memory.read:
        memory.read[key] = list(_statements(parse(content).body))
        memory.new = True
    return memory.read[key]


def parse(code: bytes) -> ast.Module:
    """Return the syntax tree of some Python."""
    with PARSING:
        return ast.parse(code)


def _statements(body: list[ast.stmt]) -> Iterator[Statement]:
    for one in body:
        if isinstance(one, ast.Import | ast.ImportFrom):
            for bound, place in _imports(one):
                yield Statement("", [bound], [], [place])
        elif isinstance(one, ast.If) and getattr(one.test, "id", "") == "TYPE_CHECKING":
            yield from _statements(one.orelse)
        elif not _is_docstring(one):
            yield _statement(one)


def _statement(one: ast.stmt) -> Statement:
    nodes = list(ast.walk(one))
    for node in nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            node.body = [part for part in node.body if not _is_docstring(part)]
    imported = [p for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for p in _imports(n)]
    attributes = {
        id(node.value): f"{node.value.id}.{node.attr}"
        for node in nodes
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    names = [node for node in nodes if isinstance(node, ast.Name)]
    return Statement(
        digest(ast.dump(one)),
        _bound(one),
        sorted({attributes.get(id(name), name.id) for name in names}),
        sorted({place for _, place in imported}),
    )


def _bound(one: ast.stmt) -> list[str]:
    match one:
        case ast.FunctionDef() | ast.ClassDef():
            return [one.name]
        case ast.Assign() | ast.AnnAssign():
            names = [node for node in ast.walk(one) if isinstance(node, ast.Name)]
            return [name.id for name in names if isinstance(name.ctx, ast.Store)]
    return []  # a loop, a condition, a call


def _imports(one: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each name that is bound by an import, and the module and name that it stands for."""
    for alias in one.names:
        if isinstance(one, ast.ImportFrom):
            yield alias.asname or alias.name, (one.module or "", alias.name)
        else:
            yield alias.asname or alias.name.partition(".")[0], (alias.name, "")


def _is_docstring(one: ast.stmt) -> bool:
    return isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant)
