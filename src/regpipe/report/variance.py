"""Where the noise comes from, as a person reads it at the end of a run."""

import pandas as pd
from rich import box
from rich.table import Table

from regpipe.report.units import UNITS

ROWS = {"test": "its own test rows", "score": "new rows"}


def variance_table(shares: pd.DataFrame) -> Table:
    """Return a row per problem and kind of rows: the standard deviation, and each source's share.

    Args:
        shares: as `statistics.variance` gives them.
    """
    title = "How much a single run's score varies, and because of what"
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", padding=0)
    sources = list(dict.fromkeys(shares["source"]))
    for heading in ("problem", "scored on"):
        made.add_column(heading, no_wrap=True)
    for heading in ("sd", *sources):
        made.add_column(heading, justify="right")
    for (problem, rows), part in shares.groupby(["problem", "rows"], sort=False):
        unit = UNITS[part["metric"].iloc[0]]
        deviation = unit.size(part["variance"].sum() ** 0.5) + unit.unit
        by_source = part.set_index("source")["share"]
        cells = [f"{by_source[source]:.0%}" for source in sources]
        made.add_row(str(problem), ROWS[str(rows)], deviation, *cells)
    return made
