"""Files that were cut off, or whose bits flipped: made again, though their times are kept."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.torture.left import contents, differing
from tests.torture.small import Small

pytestmark = pytest.mark.torture
PIPELINES = {"weight_l2": [], "moons_cocktail": ["weight_l2", "moons_screen"]}


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0b100]) + content[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": _cut,
    "flipped": _flipped,
    "empty": lambda content: b"",
}


def damage(path: Path, how: Callable[[bytes], bytes]) -> None:
    """Change a file, and keep its times."""
    times = path.stat()
    path.write_bytes(how(path.read_bytes()))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("name", PIPELINES)
def test_what_was_damaged_is_made_again(
    name: str, small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root, copy = tmp_path / "data", tmp_path / "copy"
    order = [*PIPELINES[name], name]
    for one in order:
        small.run(one, root=root)
    whole, found, tried = contents(root), {}, 0
    shutil.copytree(root, copy)
    fits = [file for file in whole if file.startswith("06_models/fits/")]
    others = sorted({*whole} - {*fits, "08_reporting/looks.csv"})
    for files in [fits, *([file] for file in others)]:
        for what, how in DAMAGES.items():
            if files[0].endswith("trials.log") or (files[0], what) == ("made.json", "flipped"):
                continue  # the log of a search that is done; the key of a fit that was asked for
            for file in files:
                damage(root / file, how)
            if files is fits:  # which are read by what isn't there
                for made in others:
                    (root / made).unlink()
            tried += 1
            try:  # a fit says who asked for it first
                for names in [[one] for one in order] if files is fits else [order]:
                    small.run(*names, root=root)
                wrong = differing(contents(root), whole)
            except Exception as error:
                wrong = [repr(error)]
            if wrong:
                found[f"{files[0]} {what}"] = wrong
                shutil.rmtree(root)
                shutil.copytree(copy, root)
    with capsys.disabled():
        print(f"\n{name}: {tried} damages of {len(whole)} files, {len(found)} not mended")  # noqa: T201
    assert not found


def test_what_was_told_is_never_made_up(small: Small, tmp_path: Path) -> None:
    """Nothing makes the table of what was told anew: whoever damages it is told."""
    root = tmp_path / "data"
    small.run("weight_l2", root=root)
    damage(root / "08_reporting" / "looks.csv", _cut)
    shutil.rmtree(root / "07_model_output")
    with pytest.raises(Exception, match="can't be read as the table of what was told"):
        small.run("weight_l2", root=root)
