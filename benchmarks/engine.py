"""The compiled engine against `keras.Model.fit` and a plain PyTorch loop: one table, from one run.

All train the same network on the same rows, with validation at every epoch; times are per epoch.
The engine's are those of whole fits, the median of several. `fit` and PyTorch would take minutes:
they are timed over fewer epochs, after a warm-up that is left out. PyTorch is timed where it is
installed (`pip install regpipe[torch]`) and has the layers as they are.

    python benchmarks/engine.py [name ...]
"""

import importlib
import importlib.util
import statistics
import sys
import time
from dataclasses import replace

if importlib.util.find_spec("torch"):
    import torch._dynamo  # noqa: F401  # before TensorFlow, else its Triton crashes

from arms import CASES, Case, prepare
from rich import box
from rich.console import Console
from rich.table import Table

from regpipe.candidates.arm import Arm
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.keras_loop import KerasLoop
from regpipe.rows.arrays import Rows

ENGINE_FITS = 5
WARM_UP = 20  # epochs: `fit` compiles its own functions in its first ones
HEADINGS = ("kind", "arm", "engine", "model.fit", "PyTorch", "times faster", "meant", "compile, s")
PYTORCH = importlib.import_module("pytorch") if importlib.util.find_spec("torch") else None


def main(names: list[str]) -> None:
    """Print the table of the named arms."""
    table = Table(box=box.SIMPLE_HEAD, title="Milliseconds per epoch, with validation")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading in ("kind", "arm") else "right")
    for case in CASES:
        if not names or case.name in names:
            print(f"timing {case.name} ...", file=sys.stderr)
            table.add_row(*row(case))
    Console(width=110).print(table)  # also where the output is a file


def row(case: Case) -> list[str]:
    """Time an arm."""
    arm, architecture, rows = prepare(case.name)
    loop, begun = CompiledLoop(arm, architecture), time.perf_counter()
    loop.fit(rows, 0)
    first = time.perf_counter() - begun
    fits = [loop.fit(rows, seed) for seed in range(ENGINE_FITS)]
    engine = statistics.median(fit.seconds / fit.epochs for fit in fits)
    compiling = first - fits[0].seconds
    keras = per_epoch(lambda epochs: keras_seconds(arm, architecture, rows, epochs), case.epochs)
    torch = "-"
    if PYTORCH and PYTORCH.seconds(arm, rows, 1) is not None:
        torch = f"{1000 * per_epoch(lambda n: PYTORCH.seconds(arm, rows, n), case.epochs):.3f}"
    times = [f"{1000 * engine:.4f}", f"{1000 * keras:.1f}", torch, f"{keras / engine:,.0f}"]
    return [case.kind, case.name, *times, f"{case.goal:,.0f}", f"{compiling:.2f}"]


def per_epoch(seconds, epochs: int) -> float:
    """Return the seconds of one epoch, a warm-up left out."""
    few, many = seconds(WARM_UP), seconds(WARM_UP + epochs)
    return (many - few) / epochs


def keras_seconds(arm: Arm, architecture: dict, rows: Rows, epochs: int) -> float:
    """Return how long `model.fit` takes."""
    training = arm.training.model_copy(update={"epochs": epochs})
    return KerasLoop(replace(arm, training=training), architecture).fit(rows, 0).seconds


if __name__ == "__main__":
    main(sys.argv[1:])
