"""What a result depends on besides its inputs: our own code, and the versions of the libraries."""

import ast
import hashlib
import json
import platform
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

PACKAGES = ("regpipe", "kedro", "keras", "tensorflow", "numpy", "pandas", "scikit-learn", "scipy")
SOURCE = Path(__file__).parent


@cache
def versions() -> dict[str, str]:
    """Return the version of each package that a number may depend on."""
    return {package: version(package) for package in PACKAGES}


@cache
def code_digest(*parts: str) -> str:
    """Return a digest of what some of our modules do, comments and docstrings aside.

    Args:
        parts: files and folders of the package, such as `engine` or `seeds.py`; all if none.
    """
    found: set[Path] = set()
    for path in (SOURCE / part for part in parts or (".",)):
        found.update(path.rglob("*.py") if path.is_dir() else [path])
    files = sorted(file.relative_to(SOURCE) for file in found)
    return digest([platform.python_version_tuple()[:2], *((str(f), _code(f)) for f in files)])


def digest(content: Any) -> str:
    """Return a digest of anything that JSON can hold, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _code(file: Path) -> str:
    tree = ast.parse((SOURCE / file).read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = node.body[ast.get_docstring(node) is not None :]
    return ast.dump(tree)
