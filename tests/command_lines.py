"""Kedro's commands as people type them, one after another in one process of their own.

Each process imports TensorFlow anew, which takes longer than most commands do.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
CHEAPLY = "cheaply"


def make_cheap(change: Callable[[Any, str, Any], None] = setattr) -> None:
    """Draw few pixels, and compile nothing by XLA, which takes longer than a few epochs."""
    from regpipe.engine import compiled
    from regpipe.kedro_side.datasets import PictureDataset

    def save(dataset: PictureDataset, figure: Any) -> None:
        figure.savefig(dataset._filepath, dpi=40)

    change(PictureDataset, "_write", save)
    change(compiled, "_convolves", lambda model: True)


def type_in(folder: Path, *commands: str, cheaply: bool = True) -> subprocess.CompletedProcess[str]:
    """Run commands in a project's folder; they end with the first that fails."""
    paths = os.pathsep.join([str(PROJECT), str(PROJECT / "src")])
    return subprocess.run(
        [sys.executable, "-m", __name__, *([CHEAPLY] if cheaply else [])],
        cwd=folder, input="\n".join(commands), capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "200", "PYTHONPATH": paths},
    )  # fmt: skip


def main() -> None:
    """Run the lines of the standard input."""
    from kedro.framework.cli.cli import main as kedro

    if CHEAPLY in sys.argv:
        make_cheap()
    for line in sys.stdin.read().splitlines():
        print("$", line, flush=True)  # noqa: T201
        sys.argv = line.split()
        try:
            kedro()
        except SystemExit as end:
            if end.code:
                sys.exit(f"failed: {line}")


if __name__ == "__main__":
    main()
