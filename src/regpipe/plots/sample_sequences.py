"""What do the sequences of each class look like?"""

import numpy as np
import pandas as pd

from regpipe.plots.style import BASELINE, CLASSES, WIDTH, Axes, Figure, explain, panels, title
from regpipe.rows.draws import DRAWN, Draws
from regpipe.rows.samples import feature_names

SHOWN = 4  # of each class


def sample_sequences(rows: pd.DataFrame, problem: str, draws: Draws = DRAWN) -> Figure:
    """Draw the first training sequences of each class, as published and at the first repeat.

    Args:
        rows: protocol, repeat, split, x1, x2, ... (a value per time step), target (a class, 0 to
            9).
        problem: the problem's title.
        draws: what the repeats are called.
    """
    shown_draws = {"fixed": f"the {draws.fixed}", "fresh": f"a {draws.one}"}
    steps = feature_names(rows)
    classes = np.unique(rows["target"]).astype(int)
    height = 2.2 if len(classes) <= 4 else 1.3
    figure, axes = panels(
        len(classes), len(shown_draws), WIDTH / 2, height, sharex=True, sharey=True
    )
    for column, (protocol, name) in enumerate(shown_draws.items()):
        draw = rows[(rows["protocol"] == protocol) & (rows["repeat"] == 0)]
        train = draw[draw["split"] == "train"]
        for ax, k in zip(axes[:, column], classes, strict=True):
            shown = train.loc[train["target"] == k, steps].head(SHOWN).to_numpy(float)
            for values, alpha in zip(shown, np.linspace(1, 0.45, SHOWN), strict=False):
                times = np.arange(1, len(steps) + 1)
                ax.plot(times, values, color=CLASSES[k], alpha=alpha, linewidth=1.1)
            ax.grid(alpha=0.3)
        test = (draw["split"] == "test").sum()
        axes[0][column].set_title(f"{name}: {len(train)} train, {test} test", fontsize=10)
        axes[-1][column].set_xlabel("time step")
    for ax, k in zip(axes[:, 0], classes, strict=True):
        ax.set_ylabel(f"class {k}\nvalue")
    rows_of = f"{len(train)} sequences to train on, {test} to test"
    title(figure, f"{problem}: {rows_of}, in {len(classes)} classes of {len(steps)} steps")
    explain(figure, f"The first {SHOWN} of each class that are trained on.")
    return figure


def show_sequences(
    ax: Axes, rows: np.ndarray, shape: tuple[int, ...], limits: tuple[float, float], room: int
) -> None:
    """Draw sequences of shape (steps, features) side by side, between the limits alone.

    There is room for so many, as in `sample_images.show_images`.
    """
    steps, _ = shape
    apart = 1.15 * steps
    for place, values in enumerate(rows):
        times = place * apart + np.arange(steps)
        ax.plot(times, values.reshape(shape), color=BASELINE, linewidth=1.1)
    ax.set(xlim=(-1, apart * room), ylim=limits, xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
