"""A grid as a person reads it at the end of a run: a row per value, and what choosing one gives."""

import math

import pandas as pd
from rich import box
from rich.table import Table

from regpipe.language.metrics import METRICS, Metric
from regpipe.report.sentence import caveat
from regpipe.statistics.grid import Choice
from regpipe.statistics.summary import Mean

PROTOCOLS = ("fixed", "fresh")


def grid_table(grid: pd.DataFrame, choice: Choice) -> Table:
    """Return a row per point: mean of train and test for both protocols, and how often chosen."""
    unit, paths = METRICS[choice.metric], choice.paths
    made = Table(
        box=box.SIMPLE_HEAD,
        title=f"{choice.technique}_grid: {unit.name}",
        title_justify="left",
        padding=0,
    )
    for path in paths:
        made.add_column(path.rpartition(".")[2])
    for heading in ("fixed train", "fixed test", "fresh train", "fresh test", "chosen"):
        made.add_column(heading, justify="right")
    for _, part in grid.groupby(paths, sort=True):
        rows = part.set_index("protocol")
        cells = [
            unit.value(float(rows[f"{side}_mean"][protocol]))
            for protocol in PROTOCOLS
            for side in ("train", "test")
        ]
        times = f"{rows['chosen']['fresh']} of {rows['repeats']['fresh']}"
        values = [f"{value:g}" for value in part[paths].iloc[0]]
        made.add_row(*values, *cells, times)
    return made


def grid_sentence(choice: Choice) -> str:
    """Return what choosing a value on validation rows gives, and what the test rows would claim."""
    unit, fresh = METRICS[choice.metric], choice.fresh
    leak = (
        " It watches rows that score it while it trains: the numbers of the fixed draw are "
        "flattered whatever chooses."
        if choice.leak
        else ""
    )
    few = caveat(fresh.repeats, "repeats")
    name = f"{choice.title} ({choice.technique}_grid)"
    return (
        f"{name} on {choice.problem}, over {fresh.repeats} fresh repeats: with the value "
        f"that validation rows choose, test {unit.name} is {_told(fresh.honest, unit, choice)}; "
        f"without the technique it is {unit.value(fresh.baseline.mean)}. Choosing by the "
        f"test rows themselves would have claimed {unit.value(fresh.optimistic.mean)}."
        f"{leak}{few}"
    )


def _told(numbers: Mean, unit: Metric, choice: Choice) -> str:
    if math.isnan(numbers.ci_low):
        return unit.value(numbers.mean)
    ends = f"{unit.value(numbers.ci_low)} to {unit.value(numbers.ci_high)}"
    return f"{unit.value(numbers.mean)} ({choice.confidence:.0%} interval {ends})"
