"""A small project's configuration, in which a test changes one thing."""

import copy
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONF = Path(__file__).parent / "conf"
KINDS = ("problems", "techniques")


@cache
def _files() -> dict[str, dict[str, Any]]:
    paths = (CONF / "base").glob("*.yml")
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths}


def parameters() -> dict[str, Any]:
    """Return all parameters of the small project."""
    files = {name: blocks for name, blocks in _files().items() if name != "globals"}
    return copy.deepcopy(
        {name: block for blocks in files.values() for name, block in blocks.items()}
    )


def written() -> list[Mapping[str, Any]]:
    """Return the blocks of its problems, and those of its techniques, as written."""
    return [_files()[kind] for kind in KINDS]


def put(block: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a block with a value at a dotted path, as `--params` would put it."""
    changed = copy.deepcopy(block)
    *parents, last = path.split(".")
    inner: Any = changed
    for part in parents:
        inner[part] = inner.get(part) or {}
        inner = inner[part]
    inner[last] = value
    return changed
