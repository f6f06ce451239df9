"""The statements of a module of ours: what each does, which names it binds, and what it uses."""

import ast
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from regpipe.provenance.digests import digest

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


def statements(file: Path) -> list[Statement]:
    """Return the statements at the top of a module."""
    return list(_statements(parse(file.read_bytes()).body))


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
