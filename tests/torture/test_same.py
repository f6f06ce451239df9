"""The same numbers, whoever runs it, how and where: files are equal bit for bit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.command_lines import PROJECT
from tests.torture.left import contents, differing
from tests.torture.small import params, write_conf

pytestmark = pytest.mark.torture
# Which pipeline is run of each kind of network, and what its files are called.
NETWORKS = {
    "dense": ("weight_l2", ("moons", "weight_l2/")),
    "CNN": ("weight_l2_cnn", ("digits", "weight_l2_cnn/")),
    "LSTM": ("weight_l2_lstm", ("waves", "weight_l2_lstm/")),
    "own table": ("mine", ("mine",)),
}
# Kedro's own runners record nothing, and tell no fit for which dataset it is trained. (The weights
# and histories of all fits are in other files, too.)
RECORDS = ("made.json", "06_models/fits/")


@dataclass(frozen=True)
class Way:
    """A way to run the same."""

    what: str
    words: Sequence[str] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "."
    program: str = "kedro"
    recorded: bool = True


WAYS = [
    Way("again, in another folder"),
    *(Way(f"workers: {n}", parameters={"workers": n}) for n in (2, 3, 4)),
    *(Way(f"--runner={name}", [f"--runner={name}"], recorded=False)
      for name in ("SequentialRunner", "ThreadRunner", "ParallelRunner")),
    Way("--async", ["--async"]),
    *(Way(f"PYTHONHASHSEED={seed}", environment={"PYTHONHASHSEED": seed})
      for seed in ("0", "1", "random")),
    *(Way(f"OMP_NUM_THREADS={n}", environment={"OMP_NUM_THREADS": n}) for n in "124"),
    *(Way(f"TF_NUM_INTRAOP_THREADS={n}", environment={"TF_NUM_INTRAOP_THREADS": n})
      for n in "24"),
    Way("TF_ENABLE_ONEDNN_OPTS=1", environment={"TF_ENABLE_ONEDNN_OPTS": "1"}),
    Way("from a subfolder", folder="tests/torture"),
    Way("packaged: python -m regpipe", program="regpipe"),
    Way("--env=other", ["--env=other"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small configuration, with a table of one's own and another environment."""
    import pandas as pd
    import yaml
    from sklearn.datasets import load_wine

    folder = write_conf(tmp_path_factory.mktemp("same") / "conf")
    (folder / "other").mkdir()
    table = folder.parent / "wine.csv"
    wine: pd.DataFrame = load_wine(as_frame=True).frame
    wine.to_csv(table, index=False)
    subprocess.run(
        [sys.executable, "-m", "tests.torture.mine", str(table), str(folder / "base")],
        cwd=PROJECT, check=True, env={**os.environ, "PYTHONPATH": _paths()},
    )  # fmt: skip
    assert "mine" in yaml.safe_load((folder / "base" / "problems_mine.yml").read_text())
    return folder


def run(way: Way, conf: Path, root: Path) -> dict[str, Any]:
    """Run all networks in a way, and return what is left."""
    small = {"epochs": 3}
    further = {
        **{name: {"training": small} for name in ("moons", "digits", "waves", "mine")},
        "protocol": {"fixed": {"repeats": 2}, "fresh": {"repeats": 5, "score_rows": 100}},
        **way.parameters,
    }
    pipelines = ",".join(pipeline for pipeline, _ in NETWORKS.values())
    words = [f"--pipelines={pipelines}", f"--conf-source={conf}", *params(root, **further).split()]
    typed = ["kedro", "run"] if way.program == "kedro" else ["regpipe"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.plainly", *typed, *words, *way.words],
        cwd=PROJECT / way.folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": _paths(), **way.environment},
    )  # fmt: skip
    assert done.returncode == 0, f"{way.what}: {done.stderr[-2000:]}"
    return contents(root)


def _paths() -> str:
    return os.pathsep.join([str(PROJECT), str(PROJECT / "src")])


def row_of(way: Way, once: dict[str, Any], now: dict[str, Any]) -> dict[str, list[str]]:
    """Return the files that differ, of each kind of network, and of all of them."""
    found = differing(once, now)
    if not way.recorded:
        found = [name for name in found if not name.startswith(RECORDS)]
    row = {}
    for network, (_, parts) in NETWORKS.items():
        row[network] = [name for name in found if any(part in name for part in parts)]
    named = {name for names in row.values() for name in names}
    return {**row, "fits and records": [name for name in found if name not in named]}


def test_the_same_numbers(conf: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    once = run(Way("once"), conf, tmp_path / "once")
    kinds, found = [*NETWORKS, "fits and records"], {}
    with capsys.disabled():
        print(f"\n{len(once)} files\n\n| {' | '.join(['way', *kinds])} |\n|{' --- |' * 6}")  # noqa: T201
        for number, way in enumerate(WAYS):
            root = tmp_path / str(number)
            row = row_of(way, once, run(way, conf, root))
            shutil.rmtree(root)
            cells = [f"{len(row[kind])} differ" if row[kind] else "equal" for kind in kinds]
            print(f"| {' | '.join([way.what, *cells])} |", flush=True)  # noqa: T201
            if any(row.values()):
                found[way.what] = row
    assert not found
