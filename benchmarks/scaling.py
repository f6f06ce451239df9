"""How seconds and memory grow with the number of fits, of rows, and with the width of a network.

Prints a table of each, in Markdown, and draws docs/images/scaling.png.

    python benchmarks/scaling.py
"""

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
from arms import prepare, random_rows
from engine import keras_seconds
from matplotlib.figure import Figure

from regpipe.candidates.arm import Arm
from regpipe.engine.compiled import CompiledLoop
from regpipe.engine.job import Job
from regpipe.engine.loops import Loops
from regpipe.engine.network import build_architecture
from regpipe.language.layers import Layer
from regpipe.pipelines.training import cores
from regpipe.plots.style import BASELINE, TECHNIQUE, WIDTH, legend_below, panels, title
from regpipe.rows.arrays import Rows

FITS = (10, 50, 100, 300, 1000, 2000, 3000)
ROWS = (100, 1_000, 10_000, 100_000)
WIDTHS = (50, 150, 500, 1_500, 5_000)
EPOCHS = {"rows": 10, "width": 500}
KERAS_EPOCHS = {"rows": 3, "width": 30}
LINES = {"regpipe's engine": "o", "model.fit of Keras": "s"}
COLOURS = dict(zip(LINES, (TECHNIQUE, BASELINE), strict=True))
SLOPE = "proportional: ten times as many take ten times as long"
PICTURE = Path(__file__).parents[1] / "docs" / "images" / "scaling.png"


def main() -> None:
    """Measure, print and draw."""
    tables = {
        "fits": pd.DataFrame(by_fits()),
        "rows": pd.DataFrame(by_rows()),
        "width": pd.DataFrame(by_width()),
    }
    for table in tables.values():
        print(markdown(table), end="\n\n")
    draw(tables).savefig(PICTURE, dpi=110, bbox_inches="tight")


def by_fits() -> Iterator[dict[str, float]]:
    """Yield seconds and resident memory after so many fits of `weight_l2` by all cores."""
    arm, architecture, rows = prepare("weight_l2")
    jobs = [Job(arm, architecture, rows, seed) for seed in range(max(FITS))]
    begun = time.perf_counter()
    for done, _ in enumerate(Loops("compiled", threads=cores()).fit_all(jobs), start=1):
        if done in FITS:
            seconds = time.perf_counter() - begun
            yield {"fits": done, "seconds": seconds, "resident MiB": resident()}
            print(f"{done} fits", file=sys.stderr)


def by_rows() -> Iterator[dict[str, float]]:
    """Yield seconds per epoch of a network of 2 x 128 units, for tables of 30 columns."""
    arm, architecture, _ = prepare("table")
    for n_rows in ROWS:
        yield {"rows": n_rows, **per_epoch(arm, architecture, random_rows(n_rows, 30), "rows")}


def by_width() -> Iterator[dict[str, float]]:
    """Yield seconds per epoch of the network of `moons`, for hidden layers of another width."""
    base, _, rows = prepare("moons")
    for width in WIDTHS:
        hidden = base.layers["hidden"]
        wide = Layer(hidden.kind, {**hidden.arguments, "units": width})
        arm = replace(base, layers={**base.layers, "hidden": wide})
        yield {"width": width, **per_epoch(arm, build_architecture(arm, (2,)), rows, "width")}


def per_epoch(arm: Arm, architecture: dict, rows: Rows, what: str) -> dict[str, float]:
    """Return milliseconds per epoch of the engine and of `model.fit`, once both are warm."""
    timed = replace(arm, training=arm.training.model_copy(update={"epochs": EPOCHS[what]}))
    loop = CompiledLoop(timed, architecture)
    fits = [loop.fit(rows, seed) for seed in range(3)]
    engine = statistics.median(fit.seconds / fit.epochs for fit in fits[1:])
    few, many = (
        keras_seconds(arm, architecture, rows, epochs) for epochs in (2, 2 + KERAS_EPOCHS[what])
    )
    print(f"{what}: {rows.x_train.shape}", file=sys.stderr)
    return {
        "engine, ms per epoch": 1000 * engine,
        "model.fit, ms per epoch": 1000 * (many - few) / KERAS_EPOCHS[what],
    }


def resident() -> float:
    """Return the resident memory of this process in MiB (Linux)."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def markdown(table: pd.DataFrame) -> str:
    """Return a table in Markdown."""
    lines = [f"| {' | '.join(table.columns)} |", "| ---: " * len(table.columns) + "|"]
    for row in table.itertuples(index=False):
        lines.append("| " + " | ".join(number(value) for value in row) + " |")
    return "\n".join(lines)


def number(value: float) -> str:
    """Return a number with three digits, or all of a whole one."""
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:.3g}"


def draw(tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw each table on logarithmic axes, with a line of what is proportional."""
    figure, axes = panels(1, 3, WIDTH / 3, 3.4)
    for ax, (what, table) in zip(axes[0], tables.items(), strict=True):
        columns = ["seconds"] if what == "fits" else list(table.columns[1:])
        for column, (arm, marker) in zip(columns, LINES.items(), strict=False):
            style = {"color": COLOURS[arm], "marker": marker}
            ax.loglog(table[what], table[column], label=arm, **style)
        last = table.iloc[-1]
        ends = table[what].iloc[[0, -1]]
        ax.loglog(ends, ends / last[what] * last[columns[0]], ":", color="0.4", label=SLOPE)
        ax.set_xlabel({"fits": "fits", "rows": "rows trained on", "width": "hidden units"}[what])
        ax.set_ylabel("seconds in all" if what == "fits" else "milliseconds per epoch")
        ax.grid(alpha=0.3)
    legend_below(figure, axes[0][1].get_legend_handles_labels()[0], 3)
    title(figure, _finding(tables))
    return figure


def _finding(tables: dict[str, pd.DataFrame]) -> str:
    """Return what a fit costs, and by what factor the engine is faster."""
    few, many = tables["fits"].iloc[[len(tables["fits"]) // 2, -1]].to_dict("records")
    each = (many["seconds"] - few["seconds"]) / (many["fits"] - few["fits"])
    per_epoch = pd.concat(tables[what].iloc[:, 1:3] for what in ("rows", "width"))
    times = per_epoch.iloc[:, 1] / per_epoch.iloc[:, 0]
    return (
        f"A further fit takes {each:.2g} s; per epoch, regpipe's engine is {times.min():,.0f} to "
        f"{float(f'{times.max():.2g}'):,.0f} times as fast as model.fit"
    )


if __name__ == "__main__":
    main()
