"""What a result depends on besides its inputs: our own code, and the versions of the libraries."""

import ast
import hashlib
import json
import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from importlib.util import cache_from_source
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
    files = (file for file in sorted(found) if _is_ours(file))
    contents = {str(file.relative_to(SOURCE)): file.read_bytes() for file in files}
    return digest([platform.python_version_tuple()[:2], _codes(contents)])


def parse(code: bytes) -> ast.Module:
    """Return the syntax tree of some Python."""
    with PARSING:
        return ast.parse(code)


def digest(content: Any) -> str:
    """Return a digest of anything that JSON can hold, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _is_ours(file: Path) -> bool:
    """Whether a file is part of the package, not what Python or an editor left in its folder."""
    parts = file.relative_to(SOURCE).parts
    return file.is_file() and not any(part == "__pycache__" or part[0] == "." for part in parts)


def _codes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return a digest of what each file does, given its content.

    To parse all takes half a second, so what some content does is remembered where Python keeps
    what it compiled. What isn't as it was written there, or was by other code, is forgotten.
    """
    place = Path(cache_from_source(str(SOURCE / Path(__file__).name))).with_suffix(".json")
    remembered = _remembered(place)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    codes = {
        hashes[name]: remembered.get(hashes[name]) or _code(content)
        for name, content in files.items()
        if name.endswith(".py")
    }
    if not codes.items() <= remembered.items():
        begun = place.with_suffix(f".{os.getpid()}.tmp")
        with suppress(OSError):  # no more than speed depends on it
            place.parent.mkdir(parents=True, exist_ok=True)
            begun.write_text(json.dumps({"codes": codes, "seal": _seal(codes)}))
            begun.replace(place)
    return {name: codes.get(hashed, hashed) for name, hashed in hashes.items()}


def _remembered(place: Path) -> dict[str, str]:
    with suppress(OSError, ValueError, TypeError, KeyError):  # no such file, or a damaged one
        found = json.loads(place.read_bytes())
        if found["seal"] == _seal(found["codes"]):
            return found["codes"]
    return {}


def _seal(codes: Any) -> str:
    return digest([codes, hashlib.sha256(Path(__file__).read_bytes()).hexdigest()])


def _code(content: bytes) -> str:
    tree = parse(content)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = node.body[ast.get_docstring(node) is not None :]
    return digest(ast.dump(tree))
