"""What a result depends on besides its inputs: our own code, and the versions of the libraries."""

import ast
import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any

PACKAGES = (
    *("regpipe", "kedro", "keras", "tensorflow"),
    *("numpy", "optuna", "pandas", "scikit-learn", "scipy"),
)
SOURCE = Path(__file__).parent
PARSING = Lock()  # Python 3.11 can't parse in two threads at a time


@cache
def versions() -> dict[str, str]:
    """Return the version of each package that a number may depend on."""
    return {package: version(package) for package in PACKAGES}


@cache
def code_digest(*parts: str) -> str:
    """Return a digest of what some of our files do, comments and docstrings of Python aside.

    Templates and styles are part of what makes a page, so every file counts.

    Args:
        parts: files and folders of the package, such as `engine` or `seeds.py`; all if none.
    """
    found: set[Path] = set()
    for path in (SOURCE / part for part in parts or (".",)):
        found.update(path.rglob("*") if path.is_dir() else [path])
    files = sorted(file.relative_to(SOURCE) for file in found if _is_ours(file))
    return digest([platform.python_version_tuple()[:2], *((str(f), _code(f)) for f in files)])


def parse(file: Path) -> ast.Module:
    """Return the syntax tree of a file of Python."""
    with PARSING:
        return ast.parse(file.read_text(encoding="utf-8"))


def digest(content: Any) -> str:
    """Return a digest of anything that JSON can hold, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_ours(file: Path) -> bool:
    """Whether a file is part of the package, not what Python or an editor left in its folder."""
    parts = file.relative_to(SOURCE).parts
    return file.is_file() and not any(part == "__pycache__" or part[0] == "." for part in parts)


def _code(file: Path) -> str:
    if file.suffix != ".py":
        return hashlib.sha256((SOURCE / file).read_bytes()).hexdigest()
    tree = parse(SOURCE / file)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = node.body[ast.get_docstring(node) is not None :]
    return ast.dump(tree)
