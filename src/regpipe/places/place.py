"""What a path or an address names: a place of this machine, or one on storage elsewhere."""

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import fsspec

from regpipe.errors import SpecError

if TYPE_CHECKING:
    from upath import UPath

    Place = Path | UPath
else:
    Place = Path  # UPath does the same; its package is imported where a place is elsewhere

BETWEEN = "://"  # a protocol, and the rest of an address
# Storage on which a file is put as a whole or not at all, by protocol, and the packages it takes.
STORAGE = {
    "s3": "'regpipe[s3]'",
    **dict.fromkeys(("gs", "gcs"), "universal-pathlib gcsfs"),
    **dict.fromkeys(("az", "abfs"), "universal-pathlib adlfs"),
}


def is_storage(path: str) -> bool:
    """Whether it is an address on storage that files can stay on.

    >>> is_storage("s3://bucket/folder"), is_storage("https://example.org/table.csv")
    (True, False)
    """
    protocol, between, _ = path.partition(BETWEEN)
    return bool(between) and protocol in STORAGE


def place_of(path: str) -> Place:
    """Return the place that a path names, or an address on storage elsewhere.

    Endpoint and credentials are where that storage's own library looks for them.

    Raises:
        SpecError: files can't stay there, it has no bucket, or a package is missing.
    """
    protocol, between, rest = path.partition(BETWEEN)
    if not between:
        return Path(path)
    if not is_storage(path) or not rest.partition("/")[0]:
        known = ", ".join(f"{name}{BETWEEN}" for name in STORAGE)
        raise SpecError(
            f"expected a folder of this machine, or a bucket and a folder in it after one of "
            f"{known}, received '{path}'"
        )
    try:
        from upath import UPath

        fsspec.get_filesystem_class(protocol)
    except ImportError:
        raise SpecError(
            f"a package for {protocol}{BETWEEN} is missing. Expected: pip install "
            f"{STORAGE[protocol]}"
        ) from None
    # What was listed before is not believed: others write there, too.
    return UPath(f"{protocol}{BETWEEN}{PurePosixPath(rest)}", use_listings_cache=False)
