"""The versions of the libraries on which numbers depend."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version

PACKAGES = (
    *("regpipe", "kedro", "keras", "tensorflow"),
    *("numpy", "optuna", "pandas", "scikit-learn", "scipy"),
)
# What is installed under another name than the one by which it is imported.
INSTALLED_AS = {"sklearn": "scikit-learn", "yaml": "pyyaml", "PIL": "pillow"}


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
