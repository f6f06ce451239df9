"""A run that is killed at any moment: the same command completes it, as if nothing had been."""

import shutil
import signal
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.torture.conftest import Line
from tests.torture.faults import Moments, writes_told
from tests.torture.forks import Forks
from tests.torture.left import contents, differing, fits
from tests.torture.small import Small

FEW = {"protocol": {"fixed": {"repeats": 2}, "fresh": {"repeats": 2, "score_rows": 100}}}
# Pipelines, and what is there before: its moments are those of the others.
BEFORE = {
    "weight_l2": [],
    "weight_l2_grid": ["weight_l2"],
    "moons_screen": ["weight_l2"],
    "moons_cocktail": ["weight_l2", "moons_screen"],
}


def test_a_fit_an_artifact_or_the_records_were_begun(small: Small, tmp_path: Path) -> None:
    """In short, of a baseline by itself."""
    root = tmp_path / "data"
    root.mkdir()
    moments = Moments(root, tmp_path / "moments")
    with writes_told(root, moments.tell):
        small.run("moons", root=root, **FEW)
    whole = contents(root)
    shutil.rmtree(root)
    for part in ("06_models/fits/", "runs.", "made."):
        what = [name for name in moments.kept if part in name][0]
        assert _faults("moons", moments.kept[what], root, small, whole, **FEW) == [], what


@pytest.mark.torture
@pytest.mark.parametrize("name", BEFORE)
def test_what_was_killed_at_any_write_is_completed(
    name: str, small: Small, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "data"
    root.mkdir()
    for before in BEFORE[name]:
        small.run(before, root=root)
    moments = Moments(root, tmp_path / "moments")
    with writes_told(root, moments.tell):
        small.run(name, root=root)
    whole, trained = contents(root), len(fits(root))
    shutil.rmtree(root)
    faults = {what: _faults(name, copy, root, small, whole) for what, copy in moments.kept.items()}
    found = {what: faults for what, faults in faults.items() if faults}
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{name}: {moments.writes} writes, {moments.seen} moments, "
            f"{len(moments.kept)} states, {len(whole)} files, "
            f"{trained} fits: {len(found)} not completed"
        )
    assert moments.writes > 50 and not found


def _faults(
    name: str, copy: Path, root: Path, small: Small, whole: dict[str, Any], **parameters: Any
) -> list[str]:
    """Return what is wrong after a killed run was completed."""
    copy.rename(root)
    stored = fits(root)
    try:
        small.run(name, root=root, **parameters)
    except Exception as error:
        return [repr(error)]
    finally:
        now, left = fits(root), contents(root)
        shutil.rmtree(root)
    again = [f"trained again: {fit}" for fit, inode in stored.items() if now.get(fit) != inode]
    return differing(left, whole) + again


@pytest.mark.torture
@pytest.mark.parametrize("how", ["kill", "tear"])
def test_a_process_that_was_killed_is_completed(
    how: str,
    forks: Forks,
    line: Line,
    finished: tuple[Path, dict[str, Any]],
    tmp_path: Path,
) -> None:
    """The same by real signals, at every twentieth write: by SIGKILL, or in the midst of it."""
    root = tmp_path / "data"
    by = signal.SIGKILL if how == "kill" else signal.SIGXFSZ
    for at in count(1, 20):
        fault = {"root": str(root), "at": at, "how": how}
        ended = forks.run(line("weight_l2", root), fault=fault).code
        if ended == 0:  # it has fewer writes
            break
        assert ended == -by
        stored = fits(root)
        assert forks.run(line("weight_l2", root)).code == 0, at
        assert differing(contents(root), finished[1]) == [], at
        assert stored.items() <= fits(root).items(), at
        shutil.rmtree(root)
    assert at > 150
