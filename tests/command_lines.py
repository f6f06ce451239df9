"""Kedro's commands as people type them, one after another in one process of their own.

Each process imports TensorFlow anew, which takes longer than most commands do.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
CHEAPLY, ALL_FAIL = "cheaply", "all fail"


def make_cheap(change: Callable[[Any, str, Any], None] = setattr, drawn: bool = False) -> None:
    """Compile nothing by XLA, and save small white pictures unless they are to be `drawn`.

    Both take longer than a few epochs.
    """
    from regpipe.kedro_side.datasets import PictureDataset

    def save(dataset: PictureDataset, path: Path, figure: Any) -> None:
        from PIL import Image

        Image.new("RGB", (8, 6), "white").save(path)

    if not drawn:
        from matplotlib.figure import Figure

        change(PictureDataset, "_write", save)
        change(Figure, "draw_without_rendering", lambda figure: None)
    compile_nothing(change)


def compile_nothing(change: Callable[[Any, str, Any], None]) -> None:
    """Compile no graph of the engine by XLA, and have TensorFlow run it as it is."""
    from tensorflow.python.util import tf_stack

    from regpipe.backend import tf
    from regpipe.engine import forward

    change(forward, "_convolves", lambda model: True)
    # Each operation of a graph would keep the stack that it was made in, which is deep in a test.
    stack = tf_stack.extract_stack()
    change(tf_stack, "extract_stack", lambda stacklevel=1: stack)
    # It would rewrite a graph for longer than the graph runs. (This stays so in this process.)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def share_loops(change: Callable[[Any, str, Any], None], made: dict[Any, Any]) -> None:
    """Have runs of this process train by the loops that others have `made`, traced once."""
    from regpipe.engine import loops

    kind = loops.Loops

    def once(*how: Any) -> Any:
        made[how] = made.get(how) or kind(*how)
        return made[how]

    change(loops, "Loops", once)


def type_in(
    folder: Path,
    *commands: str,
    cheaply: bool = True,
    environment: Mapping[str, str] = os.environ,
) -> subprocess.CompletedProcess[str]:
    """Run commands in a project's folder; they end with the first that fails."""
    return _type_in(folder, commands, [CHEAPLY] if cheaply else [], environment)


def refusals(
    folder: Path, *commands: str, environment: Mapping[str, str] = os.environ
) -> list[tuple[str, str]]:
    """Run commands all of which fail; return what each says on the standard output and error."""
    done = _type_in(folder, commands, [ALL_FAIL], environment)
    assert done.returncode == 0, done.stdout + done.stderr
    said = (stream.split("$ kedro ")[1:] for stream in (done.stdout, done.stderr))
    return list(zip(*said, strict=True))


def _type_in(
    folder: Path, commands: Sequence[str], how: list[str], environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    paths = [environment.get("PYTHONPATH", ""), str(PROJECT), str(PROJECT / "src")]
    return subprocess.run(
        [sys.executable, "-m", __name__, *how],
        cwd=folder, input="\n".join(commands), capture_output=True, text=True, check=False,
        env={**environment, "COLUMNS": "200", "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip


def main() -> None:
    """Run the lines of the standard input."""
    from kedro.framework.cli.cli import main as kedro

    all_fail = ALL_FAIL in sys.argv
    if CHEAPLY in sys.argv:
        make_cheap()
    for line in sys.stdin.read().splitlines():
        for stream in (sys.stdout, sys.stderr):
            print("$", line, flush=True, file=stream)  # noqa: T201
        sys.argv = line.split()
        try:
            kedro()
        except SystemExit as end:
            if bool(end.code) != all_fail:
                sys.exit(f"{'went well' if all_fail else 'failed'}: {line}")


if __name__ == "__main__":
    main()
