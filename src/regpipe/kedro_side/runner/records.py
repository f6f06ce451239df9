"""Which files a run left behind, and what they were made from."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog

Record = dict[str, Any]
RECORDS = "made"  # the dataset that remembers what was made from what


def config_of(catalog: DataCatalog, name: str) -> dict[str, Any]:
    """Return the catalog's entry of a dataset, without making it: many import a slow library."""
    return catalog.config_resolver.resolve_pattern(name)


def file_of(config: Mapping[str, Any]) -> Path | None:
    """Return where a dataset lies, or None if it isn't kept in a file of this machine."""
    path = config.get("filepath")
    return Path(path) if path and "://" not in str(path) else None


def data_folder(catalog: DataCatalog) -> Path | None:
    """Return the folder that the records are in, or None if it isn't on this machine."""
    file = file_of(config_of(catalog, RECORDS))
    return file.parent if file else None


def record(file: Path, fingerprint: str) -> Record:
    """Return what is to be remembered of a file that was just written."""
    state = file.stat()
    return {
        "fingerprint": fingerprint,
        "size": state.st_size,
        "modified": state.st_mtime_ns,
        "content": file_digest(file),
    }


def intact(file: Path, made: Mapping[str, Any]) -> bool:
    """Whether a file is as it was recorded; one that was merely copied or touched is."""
    try:
        state = file.stat()
        if state.st_size != made["size"] or not isinstance(made["fingerprint"], str):
            return False
        return state.st_mtime_ns == made["modified"] or file_digest(file) == made["content"]
    except (OSError, KeyError, TypeError):  # no file, or no record
        return False


def file_digest(file: Path) -> str:
    """Return a digest of a file's content."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
