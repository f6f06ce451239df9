"""What a problem's network does without any technique, as a person reads it at the end of a run."""

import math

import pandas as pd
from rich import box
from rich.table import Table

from regpipe.language import Problem
from regpipe.language.blocks import SIDES
from regpipe.language.metrics import METRICS
from regpipe.rows.draws import draws_of
from regpipe.statistics.summary import spread


def problem_table(
    name: str, problem: Problem, runs: pd.DataFrame, departure: str | None = None
) -> Table:
    """Return a row for the rows trained on and one for the test rows: the metric of the baseline.

    Args:
        name: of the problem.
        problem: its block.
        runs: the run table of its baseline.
        departure: in what it isn't as published. Then, as on rows that only stand in for those that
            were published, published numbers aren't told beside it.
    """
    metric, draws = METRICS[problem.kind.metric], draws_of(problem)
    parts = {name: runs[runs["protocol"] == name] for name in ("fixed", "fresh")}
    found = [spread(part, problem.kind.metric) for part in parts.values()]
    scaled = f", in {metric.unit.strip()}" if metric.value_scale != 1 else ""
    made = Table(
        box=box.SIMPLE_HEAD,
        title=f"{name}, without a technique: {metric.name}{scaled}",
        title_justify="left",
        padding=0,
    )
    made.add_column("rows")
    published = None if departure or problem.stand_in else problem.published
    if published:
        made.add_column("published")
    seeds, repeats = (len(parts[protocol]) for protocol in ("fixed", "fresh"))
    made.add_column(f"{draws.fixed}, {seeds} seeds")
    made.add_column(f"{repeats} {draws.fresh}")
    for side in SIDES:
        claimed = [metric.value(published.scores.get(side, math.nan))] if published else []
        spreads = (metric.spread(sides[side].mean, sides[side].sd) for sides in found)
        made.add_row(side, *claimed, *spreads)
    return made
