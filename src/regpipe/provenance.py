"""What a result depends on besides its inputs and our code: the versions of the libraries."""

import ast
import hashlib
import json
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from threading import Lock
from typing import Any

PACKAGES = (
    *("regpipe", "kedro", "keras", "tensorflow"),
    *("numpy", "optuna", "pandas", "scikit-learn", "scipy"),
)
# What is installed under another name than the one by which it is imported.
INSTALLED_AS = {"sklearn": "scikit-learn", "yaml": "pyyaml", "PIL": "pillow"}
PARSING = Lock()  # Python 3.11 can't parse in two threads at a time


@cache
def versions() -> dict[str, str]:
    """Return the version of each package that a number may depend on."""
    return {package: version(package) for package in PACKAGES}


@cache
def version_of(module: str) -> str | None:
    """Return the version of the package that a module belongs to; None if none is installed.

    >>> version_of("sklearn") == versions()["scikit-learn"], version_of("os")
    (True, None)
    """
    try:
        return version(INSTALLED_AS.get(module, module))
    except PackageNotFoundError:
        return None


def parse(code: bytes) -> ast.Module:
    """Return the syntax tree of some Python."""
    with PARSING:
        return ast.parse(code)


def digest(content: Any) -> str:
    """Return a digest of anything that JSON can hold, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
