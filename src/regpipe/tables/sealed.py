"""A folder whose files belong together: a list of their digests tells whether they still do.

The list is the one that `sha256sum --check SHA256SUMS` reads. It tells of damage and of files of
different exports; whoever changes a file on purpose can write another list, too.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from regpipe.errors import SpecError
from regpipe.provenance.digests import content_digest

SEAL = "SHA256SUMS"
LINE = re.compile("([0-9a-f]{64})  ([^/\\\\\n]+)\n")
NOT_OURS = ("__pycache__",)  # what Python leaves; likewise hidden files, as file browsers do


def seal(folder: Path) -> None:
    """Write the digests of all files of a folder beside them."""
    lines = [f"{content_digest(file)}  {file.name}\n" for file in sorted(_files(folder))]
    (folder / SEAL).write_text("".join(lines), encoding="utf-8")


def check_seal(folder: Path, anew: str) -> None:
    """Raise SpecError unless a folder holds the files that it was sealed with, and no others.

    Args:
        folder: where they are.
        anew: how they are made anew, a sentence.
    """
    if not folder.is_dir():
        raise SpecError(f"{folder}: there is no such folder. {anew}")
    if not (folder / SEAL).is_file():
        raise SpecError(f"{folder}: it has no {SEAL}, so nothing tells whether it is whole. {anew}")
    try:
        text = (folder / SEAL).read_text(encoding="ascii")
    except UnicodeDecodeError:
        text = ""
    digests = {name: digest for digest, name in LINE.findall(text)}
    if not digests or "".join(f"{d}  {name}\n" for name, d in digests.items()) != text:
        raise SpecError(f"{folder / SEAL}: this is no list of digests. {anew}")
    there = {file.name: file for file in _files(folder)}
    for name, digest in digests.items():
        if name not in there or not there[name].is_file():
            raise SpecError(f"{folder / name}: this file is missing. {anew}")
        if content_digest(there[name]) != digest:
            raise SpecError(f"{folder / name}: it isn't as it was written. {anew}")
    check_no_others(folder, digests)


def check_no_others(folder: Path, names: Iterable[str]) -> None:
    """Raise SpecError if a folder holds anything but its seal and files of these names."""
    others = sorted({file.name for file in _files(folder)} - set(names))
    if others:
        raise SpecError(
            f"{folder / others[0]}: this is no part of the export. Move it to another folder."
        )


def _files(folder: Path) -> list[Path]:
    """Return what is in a folder, but for the seal and what isn't ours."""
    return [
        path
        for path in folder.iterdir()
        if path.name != SEAL and path.name not in NOT_OURS and not path.name.startswith(".")
    ]
