"""Which files a run left behind, and what they were made from."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from pydantic import BaseModel, TypeAdapter, ValidationError

from regpipe.places.files import exists, files_in, read
from regpipe.places.place import BETWEEN, Place, is_storage, place_of
from regpipe.provenance.digests import content_digest, digest
from regpipe.whole import written_whole

logger = logging.getLogger(__name__)

RECORDS = "made"  # the dataset that remembers what was made from what
BESIDE = ("row_scores",)  # what the catalog calls a further file of a dataset


class Record(BaseModel):
    """What is remembered of a dataset.

    Attributes:
        fingerprint: a digest of everything that it was made from.
        content: a digest of its files.
        fits: the keys of the fits that its node asked for; with one output of each node.
    """

    fingerprint: str
    content: str
    fits: list[str] = []


Records = dict[str, Record]
_RECORDS = TypeAdapter(Records)


def config_of(catalog: DataCatalog, name: str) -> dict[str, Any]:
    """Return the catalog's entry of a dataset, without making it: many import a slow library."""
    return catalog.config_resolver.resolve_pattern(name)


def file_of(config: Mapping[str, Any]) -> Place | None:
    """Return where a dataset lies, or None if it isn't kept in a file of this machine or storage.

    Nor is one of which each run adds a version, or one elsewhere with arguments of its own.
    """
    path = str(config.get("filepath") or "")
    if not path or config.get("versioned"):
        return None
    if BETWEEN not in path:
        return Path(path)
    its_own = config.get("credentials") or config.get("fs_args")
    return place_of(path) if is_storage(path) and not its_own else None


def files_of(config: Mapping[str, Any]) -> list[Place]:
    """Return where a dataset's files lie, that of `filepath` first; those beside it may lack."""
    file = file_of(config)
    beside = [place_of(config[key]) for key in BESIDE if key in config]
    return [file, *filter(exists, beside)] if file else []


def data_folder(catalog: DataCatalog) -> Place | None:
    """Return the folder that the records are in, or None if nothing can be added there."""
    file = file_of(config_of(catalog, RECORDS))
    return file.parent if file else None


def read_records(catalog: DataCatalog) -> Records:
    """Return what is remembered; nothing, and one line, where it can't be read.

    Raises:
        Unreachable: it lies elsewhere, and that isn't reached.
    """
    file = file_of(config_of(catalog, RECORDS))
    if file is None:
        return {}
    try:
        return _RECORDS.validate_json(read(file))
    except FileNotFoundError:
        return {}
    except (OSError, ValidationError):
        logger.warning("%s can't be read: everything counts as new.", file)
        return {}


def write_records(catalog: DataCatalog, records: Records) -> None:
    """Write what is to be remembered, as a whole.

    Raises:
        OSError: it can't be written.
        Unreachable: likewise, elsewhere.
    """
    file = file_of(config_of(catalog, RECORDS))
    if file is not None:
        with written_whole(file) as begun:
            begun.write_bytes(_RECORDS.dump_json(records, exclude_defaults=True))


def content_of(files: Sequence[Place]) -> str | None:
    """Return a digest of what files hold; None where one isn't there, or can't be read.

    Raises:
        Unreachable: it lies elsewhere, and that isn't reached.
    """
    try:
        digests = list(map(_content, files))
    except OSError:
        return None
    return digests[0] if len(digests) == 1 else digest(digests)


def _content(file: Place) -> str:
    if isinstance(file, Path):
        return content_digest(file) if file.is_file() else _folder(file)
    with suppress(FileNotFoundError):  # a folder, or nothing: to ask first would take as long
        return content_digest(file)
    return _folder(file)


def _folder(folder: Place) -> str:
    files = files_in(folder)
    if not files:
        raise FileNotFoundError(folder)
    return digest([[_inside(folder, file), content_digest(file)] for file in files])


def _inside(folder: Place, file: Place) -> str:
    return "/".join(file.parts[len(folder.parts) :])
