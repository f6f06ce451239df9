"""Where the noise comes from, as a person reads it at the end of a run."""

import pandas as pd
from rich import box
from rich.table import Table

from regpipe.report.views.variance import variance


def variance_table(shares: pd.DataFrame) -> Table:
    """Return a row per problem and kind of rows: the standard deviation, and each source's share.

    Args:
        shares: as `statistics.variance` gives them.
    """
    title = "How much a single run's score varies, and because of what"
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", padding=0)
    for heading in ("problem", "scored on"):
        made.add_column(heading, no_wrap=True)
    for heading in ("sd", *dict.fromkeys(shares["source"])):
        made.add_column(heading, justify="right")
    for row in variance(shares):
        made.add_row(row.problem, row.rows, row.total, *(share for _, share, _ in row.sources))
    return made
