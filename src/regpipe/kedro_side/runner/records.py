"""Which files a run left behind, and what they were made from."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog

from regpipe.provenance import digest

Record = dict[str, Any]
RECORDS = "made"  # the dataset that remembers what was made from what
BESIDE = ("row_scores",)  # what the catalog calls a further file of a dataset


def config_of(catalog: DataCatalog, name: str) -> dict[str, Any]:
    """Return the catalog's entry of a dataset, without making it: many import a slow library."""
    return catalog.config_resolver.resolve_pattern(name)


def file_of(config: Mapping[str, Any]) -> Path | None:
    """Return where a dataset lies, or None if it isn't kept in a file of this machine."""
    path = config.get("filepath")
    return Path(path) if path and "://" not in str(path) else None


def files_of(config: Mapping[str, Any]) -> list[Path]:
    """Return where a dataset's files lie, that of `filepath` first; those beside it may lack."""
    file = file_of(config)
    beside = [Path(config[key]) for key in BESIDE if key in config]
    return [file, *filter(Path.exists, beside)] if file else []


def data_folder(catalog: DataCatalog) -> Path | None:
    """Return the folder that the records are in, or None if it isn't on this machine."""
    file = file_of(config_of(catalog, RECORDS))
    return file.parent if file else None


def record(files: Sequence[Path], fingerprint: str) -> Record:
    """Return what is to be remembered of a dataset that was just written."""
    size, modified = _state(files)
    content = _content(files)
    return {"fingerprint": fingerprint, "size": size, "modified": modified, "content": content}


def intact(files: Sequence[Path], made: Mapping[str, Any]) -> bool:
    """Whether files are as they were recorded; one that was merely copied or touched is."""
    try:
        size, modified = _state(files)
        if size != made["size"] or not isinstance(made["fingerprint"], str):
            return False
        return modified == made["modified"] or _content(files) == made["content"]
    except (OSError, KeyError, TypeError):  # no file, or no record
        return False


def _state(files: Sequence[Path]) -> tuple[int, int]:
    """Return the size of all files, and when the last of them was written."""
    states = [file.stat() for file in files]
    return sum(state.st_size for state in states), max(state.st_mtime_ns for state in states)


def _content(files: Sequence[Path]) -> str:
    digests = [file_digest(file) for file in files]
    return digests[0] if len(digests) == 1 else digest(digests)


def file_digest(file: Path) -> str:
    """Return a digest of a file's content."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
