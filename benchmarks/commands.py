"""Whole commands, of the working tree against a commit: CPU seconds, wall, peak memory.

Each runs in a process of its own; the first of each row of commands begins with an empty folder of
data. Trees take turns, so that a machine that drifts does so for both.

    python benchmarks/commands.py [--against COMMIT] [--rounds N] [name ...]
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from sklearn.datasets import load_breast_cancer, load_wine

ROOT = Path(__file__).parents[1]
TABLES = {"wine": load_wine, "cancer": load_breast_cancer}  # 178 x 13, 569 x 30; 70% are trained on
EVERY = 0.2  # seconds between two looks at the memory

# Rows of commands that share a folder of data, by name; what follows finds what was before it.
COMMANDS = {
    "import": ["-c", "import tensorflow"],
    "weight_l2": ["-m", "kedro", "run", "--pipelines=weight_l2"],
    "unchanged": ["-m", "kedro", "run", "--pipelines=weight_l2"],
    "wine_screen": ["-m", "kedro", "run", "--pipelines=wine_screen"],
    "wine_cocktail": ["-m", "kedro", "run", "--pipelines=wine_cocktail"],
    "cancer_screen": ["-m", "kedro", "run", "--pipelines=cancer_screen"],
    "study": ["-m", "kedro", "run"],
}
FOLLOWS = {"unchanged": "weight_l2", "wine_cocktail": "wine_screen"}
USUAL = ["import", "weight_l2", "unchanged", "wine_screen", "wine_cocktail"]


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds of CPU and of wall, MB of its largest process and of all."""

    cpu: float
    wall: float
    largest: float
    together: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", help=f"of {', '.join(COMMANDS)}", default=USUAL)
    parser.add_argument("--against", default="HEAD^", help="a commit (default: the one before)")
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    costs: dict[tuple[str, str], list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="commands-") as folder:
        trees = {name: Path(folder) / name for name in ("before", "now")}
        copy_commit(asked.against, trees["before"])
        copy_working_tree(trees["now"])
        for tree in trees.values():
            add_tables(tree)
        for round_ in range(asked.rounds):
            for name in asked.names:
                for which, tree in trees.items():
                    row = FOLLOWS.get(name, name)
                    data = Path(folder) / f"{which}-{row}-{round_}"
                    cost = run(COMMANDS[name], tree, data)
                    costs.setdefault((name, which), []).append(cost)
                    print(f"{name}, {which}: {cost}", file=sys.stderr, flush=True)
    Console(width=110).print(table(asked.names, costs))


def table(names: list[str], costs: dict[tuple[str, str], list[Cost]]) -> Table:
    """Return medians, "before / now", and the least and the greatest wall time of several."""
    made = Table(box=box.SIMPLE_HEAD, title="Whole commands, before / now (medians)")
    for heading in ("command", "wall, s", "CPU, s", "largest process, MB", "all, MB"):
        made.add_column(heading, justify="left" if heading == "command" else "right")
    for name in names:
        both = [costs[name, which] for which in ("before", "now")]
        cells = [" / ".join(wall(runs) for runs in both)]
        for part in ("cpu", "largest", "together"):
            cells.append(
                " / ".join(
                    f"{statistics.median(getattr(r, part) for r in runs):.4g}" for runs in both
                )
            )
        made.add_row(name, *cells)
    return made


def wall(runs: list[Cost]) -> str:
    """Return the median, with the range of several."""
    seconds = sorted(cost.wall for cost in runs)
    middle = f"{statistics.median(seconds):.1f}"
    return middle if len(seconds) == 1 else f"{middle} [{seconds[0]:.1f}, {seconds[-1]:.1f}]"


def run(arguments: list[str], tree: Path, data: Path) -> Cost:
    """Run a command of a tree to its end, and return what it took."""
    if "run" in arguments:
        arguments = [*arguments, f"--params=data_root={data}"]
    log = data.with_suffix(".log")
    begun, peaks = time.perf_counter(), [0.0, 0.0]
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            while True:
                ended, status, used = os.wait4(process.pid, os.WNOHANG)
                if ended:
                    break
                sizes = list(resident(process.pid))
                peaks = [max(peaks[0], *sizes, 0.0), max(peaks[1], sum(sizes))]
                time.sleep(EVERY)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if status:
        sys.exit(f"{' '.join(arguments)} failed:\n{log.read_text()[-3000:]}")
    seconds = time.perf_counter() - begun
    return Cost(used.ru_utime + used.ru_stime, seconds, *peaks)


def resident(session: int) -> Iterator[float]:
    """Yield the resident MB of each process of a session."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        if int(fields[3]) == session:
            yield int(fields[21]) * os.sysconf("SC_PAGESIZE") / 1e6


def copy_commit(commit: str, tree: Path) -> None:
    """Write the files of a commit."""
    tree.mkdir()
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True)
    subprocess.run(["tar", "x"], cwd=tree, check=True, input=archive.stdout)


def copy_working_tree(tree: Path) -> None:
    """Write the files of the working tree, changed and new ones, too."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def add_tables(tree: Path) -> None:
    """Make a problem of each table."""
    for name, load in TABLES.items():
        path = tree / "data" / "01_raw" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        load(as_frame=True).frame.to_csv(path, index=False)
        asked = ["new-problem", name, "--file", str(path.relative_to(tree)), "--target", "target"]
        run(["-m", "kedro", "regpipe", *asked], tree, tree.with_suffix(".new"))


if __name__ == "__main__":
    main()
