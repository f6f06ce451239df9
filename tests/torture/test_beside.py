"""Several commands on one data folder: one has it, the others say who, and change nothing."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.torture.conftest import Line
from tests.torture.forks import Forks
from tests.torture.left import contents, differing
from tests.torture.test_machine import said

pytestmark = pytest.mark.torture
L2 = "weight_l2.network.hidden.kernel_regularizer.l2"


@pytest.mark.parametrize("runs", [2, 4])
@pytest.mark.parametrize("strengths", [[0.001], [0.001, 0.3]])
def test_runs_at_once(
    runs: int, strengths: list[float], forks: Forks, line: Line, tmp_path: Path
) -> None:
    alone = {}
    for strength in strengths:
        root = tmp_path / f"alone{strength}"
        assert forks.run(line("weight_l2", root, **{L2: strength})).code == 0
        alone[strength] = contents(root)
    root = tmp_path / "data"
    for delay in (0.0, 1.0):
        asked = [strengths[k % len(strengths)] for k in range(runs)]
        commands = []
        for strength in asked:
            commands.append(forks.start(line("weight_l2", root, **{L2: strength})))
            time.sleep(delay)
        ends = [command.wait() for command in commands]
        assert any(end.code == 0 for end in ends)
        for end in ends:
            assert end.code == 0 or "is in use by process" in said(end)
    for strength in strengths:  # alone, each is told its own
        assert forks.run(line("weight_l2", root, **{L2: strength})).code == 0
        assert differing(numbers(contents(root)), numbers(alone[strength])) == []


def numbers(left: dict[str, Any]) -> dict[str, Any]:
    """Return what a run computed: not which questions were asked before, nor others' fits."""
    asked = ("look.json", "looks.csv", "summary.json", "made.json", "comparison.csv")
    return {
        name: k for name, k in left.items() if "/fits/" not in name and not name.endswith(asked)
    }


def test_forget_beside_a_run(
    forks: Forks, line: Line, finished: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    root = tmp_path / "data"
    run = forks.start(line("weight_l2", root))
    while not (root / "06_models").is_dir():
        time.sleep(0.05)
    forgot = forks.run(f"kedro regpipe store forget --data-root {root}")
    assert "is in use by process" in said(forgot)
    assert run.wait().code == 0
    assert differing(contents(root), finished[1]) == []
    assert forks.run(f"kedro regpipe store forget --data-root {root}").code == 0
    assert forks.run(line("weight_l2", root)).code == 0
    assert differing(contents(root), finished[1]) == []
