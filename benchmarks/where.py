"""Where do the CPU seconds of a command go? One node after another, in one thread.

    python benchmarks/where.py pipeline [key=value,...]

Begins with an empty folder of data, and prints a table in Markdown: of each kind of work how often
it was done, and its CPU seconds. A compile is what the first call of a program takes longer than
others.
"""

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.runner.task import Task

from regpipe.backend import tf
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.fit_store import FitStore
from regpipe.kedro_side.runner import IncrementalRunner
from regpipe.measures.measure import Measure

ROOT = Path(__file__).parents[1]
IMPORTED = time.process_time()  # by all that stands above


class Clock:
    """CPU seconds by kind of work; what is measured inside something else isn't its own."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.times: dict[str, int] = defaultdict(int)
        self._inside: list[float] = []

    def count(self, kind: str, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Return what the work returns, and count it."""
        begun = time.process_time()
        self._inside.append(0.0)
        try:
            return work(*args, **kwargs)
        finally:
            took = time.process_time() - begun
            self.seconds[kind] += took - self._inside.pop()
            self.times[kind] += 1
            if self._inside:
                self._inside[-1] += took

    def wrap(self, owner: Any, name: str, kind: str) -> None:
        """Count each call of a method."""
        work = getattr(owner, name)
        setattr(owner, name, lambda *args, **kwargs: self.count(kind, work, *args, **kwargs))


def main(pipeline: str, parameters: str) -> None:
    """Run and print."""
    bootstrap_project(ROOT)
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        clock.count("imports", lambda: tf.constant(0))
        clock.seconds["imports"] += IMPORTED
        compiles = watch(clock)
        asked = dict(pair.split("=") for pair in parameters.split(",") if pair)
        nested: dict[str, Any] = {"data_root": folder, "workers": 1}
        for path, value in asked.items():
            *parents, last = path.split(".")
            inner = nested
            for key in parents:
                inner = inner.setdefault(key, {})
            inner[last] = int(value)
        with KedroSession.create(ROOT, runtime_params=nested) as session:
            session.run(pipeline_names=[pipeline], runner=IncrementalRunner())
    for first, usual in compiles():
        clock.seconds["compiling"] += first - usual
        clock.seconds["fits: the loop"] -= first - usual
        clock.times["compiling"] += 1
    total = time.process_time()
    clock.seconds["the rest: Kedro, its hooks, other imports"] = total - sum(clock.seconds.values())
    print("| what | times | CPU s |\n| --- | ---: | ---: |")
    for kind, seconds in sorted(clock.seconds.items(), key=lambda item: -item[1]):
        print(f"| {kind} | {clock.times[kind] or ''} | {seconds:.1f} |")
    print(f"| all | | {total:.1f} |")


def watch(clock: Clock) -> Callable[[], list[tuple[float, float]]]:
    """Count the parts; return what tells of each program what its first call takes, and usually."""
    calls: dict[int, list[tuple[float, int]]] = defaultdict(list)
    program = CompiledLoop._program

    def timed(self: CompiledLoop, arguments: Any) -> Callable[..., Any]:
        found = clock.count("tracing", program, self, arguments)

        def call(*args: Any) -> Any:
            begun = time.process_time()
            state, numbers = found(*args)
            calls[id(found)].append((time.process_time() - begun, int(args[-1])))
            return state, numbers

        return call

    CompiledLoop._program = timed
    clock.wrap(CompiledLoop, "fit", "fits: the loop")
    clock.wrap(CompiledLoop, "__init__", "building a loop")
    for name in ("load", "save"):
        clock.wrap(FitStore, name, f"the store: {name}")
    for name in ("__init__", "scores", "score", "anatomy"):
        clock.wrap(Measure, name, f"measuring: {name.strip('_')}")
    run = Task.execute
    Task.execute = lambda task: clock.count(f"nodes: {kind_of(task)}", run, task)

    def compiles() -> list[tuple[float, float]]:
        found = []
        for (first, epochs), *others in calls.values():
            rate = sum(s for s, _ in others) / max(sum(n for _, n in others), 1)
            found.append((first, rate * epochs))
        return found

    return compiles


def kind_of(task: Any) -> str:
    """Return what a node does."""
    kinds = ("train", "plot", "report", "evaluate", "model")
    kind = next((kind for kind in kinds if kind in task.node.tags), "other")
    return f"{kind}, {getattr(task.node.func, '__name__', task.node.name)}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "")
