"""The compiled engine against `keras.Model.fit`: one table, from one run.

Both train the same arm on the same rows, with validation at every epoch. The engine's time is that
of a whole fit of 4000 epochs, the median of several. `fit`, which would take minutes, is timed over
a few hundred epochs after a warm-up, and scaled to 4000.

    python benchmarks/engine.py [technique ...]
"""

import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import yaml
from rich import box, get_console
from rich.table import Table

from regpipe.arm import apply, baseline
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.reference import KerasLoop
from regpipe.network import build_architecture
from regpipe.problems.samples import draw_samples, input_shape, rows_of, split_samples
from regpipe.spec import FreshProtocol, Problem, Protocol, Technique

KINDS = ("moons", "weight_l2", "unit_norm", "noise_input", "dropout", "noise_hidden", "activity_l1")
KERAS_EPOCHS = 300
ENGINE_FITS = 5

CONF = Path(__file__).parents[1] / "conf" / "base"


def main(names: list[str]) -> None:
    """Print the table of the named techniques (and problems, for their baselines)."""
    table = Table(box=box.SIMPLE_HEAD, title="Seconds for one fit of 4000 epochs, with validation")
    for heading in ("arm", "engine", "compile, once", "model.fit (scaled)", "times faster"):
        table.add_column(heading, justify="left" if heading == "arm" else "right")
    for name in names or KINDS:
        get_console().print(f"timing {name} ...", highlight=False)
        engine, compiling, keras = times(name)
        table.add_row(
            name, f"{engine:.3f}", f"{compiling:.2f}", f"{keras:.1f}", f"{keras / engine:,.0f}"
        )
    get_console().print(table)


def times(name: str) -> tuple[float, float, float]:
    """Return seconds of an engine's fit, of its compile, and of `fit` scaled to as many epochs."""
    problems, techniques = (_blocks(kind) for kind in ("problems", "techniques"))
    home = name if name in problems else techniques[name]["problem"]
    problem = Problem(**problems[home])
    arm = baseline(home, problem)
    if name in techniques:
        arm = apply(name, Technique(**techniques[name]), arm)
    draws = draw_samples(problem, Protocol(fresh=FreshProtocol(repeats=2, score_rows=10)))
    samples = split_samples(draws, problem)
    rows = rows_of(samples, "fixed", arm)[0]
    architecture = build_architecture(arm, input_shape(arm, samples))

    start = time.perf_counter()
    loop = CompiledLoop(arm, architecture, rows)
    compiling = time.perf_counter() - start
    engine = statistics.median(loop.fit(rows, seed).seconds for seed in range(ENGINE_FITS))

    def keras_seconds(epochs: int) -> float:
        training = arm.training.model_copy(update={"epochs": epochs})
        return KerasLoop(replace(arm, training=training), architecture).fit(rows, 0).seconds

    # `fit` compiles its own functions in its first epochs: the difference leaves that out.
    few, many = keras_seconds(20), keras_seconds(20 + KERAS_EPOCHS)
    return engine, compiling, (many - few) / KERAS_EPOCHS * arm.training.epochs


def _blocks(kind: str) -> dict[str, dict]:
    return yaml.safe_load((CONF / f"{kind}.yml").read_text())


if __name__ == "__main__":
    main(sys.argv[1:])
