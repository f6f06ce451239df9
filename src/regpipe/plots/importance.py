"""Which columns does a model use?"""

import numpy as np
import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import BASELINE, SMALL, Figure, as_is, panels, title

MOST = 15  # columns that are drawn
LETTERS = 32  # of a column's name
UNTOLD = "the same in all rows that are shuffled: can't be told"


def importance(table: pd.DataFrame, name: str, metric: str, over: str = "shuffles") -> Figure:
    """Draw what is lost when a column is shuffled, of the most important ones.

    Args:
        table: column, importance and sd, as `importance.permuted` has them, of one column at least.
        name: the model's title.
        metric: whose loss it is.
        over: what the standard deviation is of.
    """
    unit, drawn = METRICS[metric], table.nlargest(MOST, "importance").iloc[::-1]
    figure, axes = panels(1, 1, 7.2, 1.7 + 0.28 * len(drawn))
    ax = axes[0][0]
    lost, sd = (unit.scale * drawn[key].to_numpy(float) for key in ("importance", "sd"))
    ax.barh(range(len(drawn)), lost, 0.7, color=BASELINE, alpha=0.8)
    ax.errorbar(lost, range(len(drawn)), xerr=sd, fmt="none", color="black", elinewidth=1)
    ax.set_ylim(-0.6, len(drawn) - 0.4)  # a column without a bar has its place, too
    for place in np.flatnonzero(np.isnan(lost)):
        ax.text(0, place, f"  {UNTOLD}", va="center", fontsize=SMALL, color="0.3")
    ax.axvline(0, color="0.4", linewidth=1)
    ax.set_yticks(range(len(drawn)), [_short(column) for column in drawn["column"]], fontsize=9)
    of = f"the {MOST} most important of {len(table)} columns" if len(table) > MOST else "column"
    ax.set_ylabel(of)
    ax.set_xlabel(f"lost when it is shuffled, {unit.difference}\n(whiskers: sd over {over})")
    ax.grid(axis="x", alpha=0.3)
    title(figure, f"{name}: {_finding(table, metric)}")
    return figure


def _finding(table: pd.DataFrame, metric: str) -> str:
    first, unit = table.nlargest(1, "importance").to_dict("records")[0], METRICS[metric]
    if np.isnan(first["importance"]):
        return "of no column can be told how much it matters"
    if not first["importance"] > 0:
        return f"no column matters to its {unit.name}"
    size = f"{unit.size(first['importance'])}{unit.unit or f' {unit.name}'}"
    return f"'{_short(first['column'])}' matters most ({size} lost when it is shuffled)"


def _short(column: object) -> str:
    text = str(column)
    return as_is(text if len(text) <= LETTERS else f"{text[: LETTERS - 3]}...")
