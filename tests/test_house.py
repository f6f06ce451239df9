"""The order of the house: folders stand on floors, and what is imported stands below."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT

PACKAGE = PROJECT / "src" / "regpipe"
# From the ground up; each may import those before it.
FLOORS = (
    *("errors", "strict", "seeds", "places", "whole", "provenance", "backend"),
    *("ingredients", "language", "rows", "candidates", "engine", "statistics", "measures"),
    *("tables", "plots", "report", "pipelines", "kedro_side"),
    *("pipeline_registry", "settings", "cli", "__main__"),
)
KEDRO = {"pipelines", "kedro_side", "pipeline_registry", "settings", "cli", "__main__"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def floor(file: Path) -> str:
    """Return the folder or the module of the root that a file belongs to."""
    first = file.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    """Yield the modules that a file imports, inside functions, too."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module == "regpipe":
            yield from (f"regpipe.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def id_of(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


@pytest.mark.parametrize("file", MODULES, ids=id_of)
def test_imports_point_down(file: Path) -> None:
    here = floor(file)
    if here == "__init__":  # for those who import the package by its name
        return
    for name in imports(file):
        if name.startswith("regpipe."):
            there = name.split(".")[1]
            assert FLOORS.index(there) <= FLOORS.index(here), f"{here} imports {name}"


@pytest.mark.parametrize("file", MODULES, ids=id_of)
def test_libraries_are_imported_where_they_belong(file: Path) -> None:
    found = {name.partition(".")[0] for name in imports(file)}
    if floor(file) not in KEDRO:
        assert not found & {"kedro", "kedro_datasets"}
    # What is private to Keras has no other door; such a use says so by importing it by its name.
    public = {name for name in imports(file) if not name.startswith("keras.src")}
    if file.name != "backend.py":
        assert not {"keras", "tensorflow"} & {name.partition(".")[0] for name in public}
    if floor(file) in {"language", "rows", "statistics", "plots"}:
        assert "regpipe.backend" not in set(imports(file))


def test_the_root_is_small_and_no_folder_looks_like_tests() -> None:
    assert len(list(PACKAGE.glob("*.py"))) <= 10
    folders = {path.name for path in PACKAGE.rglob("*") if path.is_dir()}
    assert not folders & {"spec", "specs", "test", "tests", "utils", "helpers"}
