"""What do the rows look like?"""

from typing import Any

import pandas as pd

from regpipe.plots.style import WIDTH, Axes, Figure, legend_below, panels, scatter_classes, title
from regpipe.rows.draws import DRAWN, Draws

FEATURES = ["x1", "x2"]
SCORE_SHOWN = 1000


def samples(rows: pd.DataFrame, problem: str, draws: Draws = DRAWN) -> Figure:
    """Draw the published rows and two others, by class.

    Args:
        rows: protocol, repeat, split (train, test, maybe score), x1, x2, target (a class, 0 to 9).
        problem: the problem's title.
        draws: what the repeats are called.
    """
    figure, axes = panels(1, 3, WIDTH / 3, 3.6, sharex=True, sharey=True)
    figure.set_layout_engine("compressed")  # as the panels' shape is that of the rows
    shown = [("fixed", 0, f"the {draws.fixed}")]
    shown += [("fresh", k, f"{draws.one} {k}") for k in (0, 1)]
    for ax, (protocol, repeat, name) in zip(axes[0], shown, strict=True):
        draw = rows[(rows["protocol"] == protocol) & (rows["repeat"] == repeat)]
        parts = dict(list(draw.groupby("split")))
        train, test = parts["train"], parts["test"]
        if "score" in parts:
            score = parts["score"].head(SCORE_SHOWN)
            _scatter(ax, score, s=4, alpha=0.25, linewidths=0, label="_")
        _scatter(ax, test, s=22, facecolors="none", linewidths=0.9, label="test, class {}")
        _scatter(ax, train, s=34, linewidths=0, label="train, class {}")
        ax.set_title(f"{name}:\n{len(train)} train,\n{len(test)} test", fontsize=10)
        ax.set_xlabel("x1")
        ax.set_aspect("equal", adjustable="box")
    axes[0][0].set_ylabel("x2")
    handles, _ = axes[0][0].get_legend_handles_labels()
    scored = (rows["split"] == "score").any()
    small = f"Small dots: new rows that score a {draws.one}." if scored else ""
    legend_below(figure, handles, min(len(handles), 4), small)
    title(figure, _finding(problem, train, test, draws))
    figure.draw_without_rendering()  # room for titles is right once the panels have their shape
    return figure


def _finding(problem: str, train: pd.DataFrame, test: pd.DataFrame, draws: Draws) -> str:
    """Return how many rows there are, and whether repeats have others."""
    others = "other rows each time" if draws is DRAWN else f"{draws.several} of the same rows"
    return f"{problem}: {len(train)} rows to train on, {len(test)} to test, {others}"


def _scatter(ax: Axes, part: pd.DataFrame, **options: Any) -> None:
    x, y = (part[name].to_numpy() for name in FEATURES)
    scatter_classes(ax, x, y, part["target"].to_numpy(), **options)
