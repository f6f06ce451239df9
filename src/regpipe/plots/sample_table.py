"""What does each feature say about the target?"""

import math

import pandas as pd
from matplotlib.figure import Figure

from regpipe.plots.style import panels, title
from regpipe.problems.samples import feature_names

SHOWN = 12
COLUMNS = 4
SIDES = {
    "train": {"facecolors": "0.35", "linewidths": 0, "alpha": 0.6, "s": 14},
    "test": {"facecolors": "none", "edgecolors": "#009E73", "linewidths": 0.9, "s": 20},
}


def sample_table(rows: pd.DataFrame, problem: str) -> Figure:
    """Draw each feature against the target, for the fixed split.

    Args:
        rows: protocol, repeat, split, the features by any name, target (a number).
        problem: the problem's title.
    """
    published = rows[rows["protocol"] == "fixed"]
    features = feature_names(rows)
    shown = features[:SHOWN]
    columns = min(COLUMNS, len(shown))
    figure, axes = panels(math.ceil(len(shown) / columns), columns, 2.8, 2.5, sharey=True)
    for ax in axes.flat[len(shown) :]:
        ax.remove()
    for ax, feature in zip(axes.flat, shown, strict=False):
        for split, looks in SIDES.items():
            part = published[published["split"] == split]
            label = f"{split}, {len(part)} rows"
            ax.scatter(part[feature], part["target"], label=label, **looks)
        ax.set_xlabel(feature)
    for row in axes:
        row[0].set_ylabel("target")
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    left_out = f" (the first {SHOWN} of {len(features)} features)" if len(features) > SHOWN else ""
    title(figure, f"{problem}: features and target, the fixed split{left_out}")
    return figure
