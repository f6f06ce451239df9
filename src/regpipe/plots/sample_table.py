"""How does the target go with each feature?"""

import math
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from regpipe.plots.style import (
    SMALL,
    WIDTH,
    Figure,
    as_is,
    legend_below,
    panels,
    title,
    wrapped,
)
from regpipe.rows.samples import feature_names

SHOWN = 12
COLUMNS = 4
SPREAD = 0.3  # of classes, which lie 1 apart
THIN = 0.15  # of the distance of a feature's values, if it has few
FEW = 6  # values, which half of the rows have
SIDES = {
    "train": {"facecolors": "0.35", "linewidths": 0, "alpha": 0.6, "s": 14},
    "test": {"facecolors": "none", "edgecolors": "#009E73", "linewidths": 0.9, "s": 20},
}


def sample_table(
    rows: pd.DataFrame,
    problem: str,
    classes: Sequence[object] | None = None,
    standardised: Collection[str] = (),
) -> Figure:
    """Draw each feature against the target, for the fixed split.

    Rows of a class, and those of a feature of few values, are spread out, so that one doesn't hide
    another.

    Args:
        rows: protocol, repeat, split, the features by any name, target (a number).
        problem: the problem's title.
        classes: what the targets 0, 1, ... stand for, where they are classes.
        standardised: what is in standard deviations: `features`, `target`.
    """
    published = rows[rows["protocol"] == "fixed"]
    features = feature_names(rows)
    shown = features[:SHOWN]
    columns = min(COLUMNS, len(shown))
    figure, axes = panels(
        math.ceil(len(shown) / columns), columns, WIDTH / columns, 2.2, sharey=True
    )
    for ax in axes.flat[len(shown) :]:
        ax.remove()
    for ax, feature in zip(axes.flat, shown, strict=False):
        for split, style in SIDES.items():
            part = published[published["split"] == split]
            label = f"{split}, {len(part)} rows"
            height = part["target"] + _shifts(part, SPREAD if classes else 0.0, 0)
            x = part[feature].to_numpy(float)
            ax.scatter(
                x + _shifts(part, _apart(published[feature]), 1), height, label=label, **style
            )
        ax.set_xlabel(wrapped(feature, 24))
        ax.tick_params(labelsize=SMALL)
    for row in axes:
        row[0].set_ylabel("target")
        if classes:
            row[0].set_yticks(range(len(classes)), [as_is(name) for name in classes])
    note = _note(shown, features, standardised)
    legend_below(figure, axes[0][0].get_legend_handles_labels()[0], 2, note)
    title(figure, f"{problem}: {_finding(published, features, classes)}")
    return figure


def _apart(values: pd.Series) -> float:
    """Return how far rows of the same value are spread: not at all, unless few have most rows."""
    common = values.value_counts().head(FEW)
    if len(common) < 2 or common.sum() < len(values) / 2:
        return 0.0
    return THIN * float(np.diff(np.sort(common.index.to_numpy(float))).min())


def _shifts(part: pd.DataFrame, width: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-width, width, len(part))


def _note(shown: Sequence[str], features: Sequence[str], standardised: Collection[str]) -> str:
    notes = ["The fixed split."]
    if standardised:
        words = {"features": "features that are numbers", "target": "target"}
        what = " and ".join(word for part, word in words.items() if part in standardised)
        notes.append(f"In standard deviations from the mean: {what}.")
    if len(features) > len(shown):
        notes.append(f"These are the first {len(shown)} of {len(features)} features.")
    return " ".join(notes)


def _finding(rows: pd.DataFrame, features: Sequence[str], classes: Sequence[object] | None) -> str:
    """Return how many rows of how many features there are, and what tells most of the target."""
    size = f"{len(rows)} rows of {len(features)} features"
    if classes:
        counts = rows["target"].value_counts(normalize=True)
        rarest = classes[int(counts.index[-1])]
        return f"{size}, {len(classes)} classes; {counts.min():.0%} are {rarest}"
    varied = rows[features].astype(float).loc[:, rows[features].nunique() > 1]
    target = rows["target"].astype(float)
    goes = varied.corrwith(target).dropna() if target.nunique() > 1 else pd.Series(dtype=float)
    if goes.empty:
        return size
    best = str(goes.abs().idxmax())
    return f"{size}; the target goes most with {best} (correlation {goes[best]:.2f})"
