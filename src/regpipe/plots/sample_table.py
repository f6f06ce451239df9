"""How does the target go with each feature?"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from regpipe.plots.style import Figure, as_is, legend_below, panels, title
from regpipe.rows.samples import feature_names

SHOWN = 12
COLUMNS = 4
SPREAD = 0.3  # of classes, which lie 1 apart
SIDES = {
    "train": {"facecolors": "0.35", "linewidths": 0, "alpha": 0.6, "s": 14},
    "test": {"facecolors": "none", "edgecolors": "#009E73", "linewidths": 0.9, "s": 20},
}


def sample_table(
    rows: pd.DataFrame, problem: str, classes: Sequence[object] | None = None
) -> Figure:
    """Draw each feature against the target, for the fixed split.

    Args:
        rows: protocol, repeat, split, the features by any name, target (a number).
        problem: the problem's title.
        classes: what the targets 0, 1, ... stand for, where they are classes; their rows are spread
            out, so that one doesn't hide another.
    """
    published = rows[rows["protocol"] == "fixed"]
    features = feature_names(rows)
    shown = features[:SHOWN]
    columns = min(COLUMNS, len(shown))
    figure, axes = panels(math.ceil(len(shown) / columns), columns, 2.8, 2.5, sharey=True)
    for ax in axes.flat[len(shown) :]:
        ax.remove()
    for ax, feature in zip(axes.flat, shown, strict=False):
        for split, style in SIDES.items():
            part = published[published["split"] == split]
            label = f"{split}, {len(part)} rows"
            shifts = np.random.default_rng(0).uniform(-SPREAD, SPREAD, len(part)) if classes else 0
            height = part["target"] + shifts
            ax.scatter(part[feature], height, label=label, **style)
        ax.set_xlabel(as_is(feature))
    for row in axes:
        row[0].set_ylabel("target")
        if classes:
            row[0].set_yticks(range(len(classes)), [as_is(name) for name in classes])
    legend_below(figure, axes[0][0].get_legend_handles_labels()[0], 2)
    left_out = f" (the first {SHOWN} of {len(features)} features)" if len(features) > SHOWN else ""
    title(figure, f"{problem}: features and target, the fixed split{left_out}")
    return figure
