"""Replayed stopping rules as a person reads them at the end of a run."""

import pandas as pd
from rich import box
from rich.table import Table


def rules_table(rules: pd.DataFrame) -> Table:
    """Return a row per rule: epochs spent and loss above the lowest, for each problem.

    Means over the fresh repeats.
    """
    fresh = rules[rules["protocol"] == "fresh"]
    title = (
        f"Stopping rules on {fresh['repeats'].max()} fresh repeats: epochs spent, and how far the "
        "loss that is kept lies above the lowest"
    )
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", padding=0)
    made.add_column("rule", no_wrap=True)
    for problem in fresh["problem"].unique():
        made.add_column(problem, justify="right")
        made.add_column("", justify="right")
    for rule, part in fresh.groupby("rule", sort=False):
        cells = []
        for _, row in part.iterrows():
            cells += [f"{row['epochs_mean']:,.0f}", f"+{row['excess_mean']:.1f}%"]
        made.add_row(str(rule), *cells)
    return made
