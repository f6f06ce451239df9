"""Digests: of values, and of files."""

import hashlib
import json
from pathlib import Path
from typing import Any

from regpipe.places.files import read
from regpipe.places.place import Place


def digest(content: Any) -> str:
    """Return a digest of anything that JSON can hold, 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def content_digest(file: Place) -> str:
    """Return a digest of all that is in a file."""
    if not isinstance(file, Path):
        return hashlib.sha256(read(file)).hexdigest()
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
