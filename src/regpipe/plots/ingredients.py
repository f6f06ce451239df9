"""What is each ingredient of a cocktail worth?"""

import pandas as pd

from regpipe.language.metrics import METRICS
from regpipe.plots.style import BASELINE, Figure, panels, title


def ingredients(parts: pd.DataFrame, name: str, metric: str) -> Figure:
    """Draw what the mixtures lose without each ingredient, with its interval.

    Args:
        parts: ingredient, times, of, worth, ci_low, ci_high (NaN where there are too few), the
            most useful first; there may be none.
        name: the problem's title.
        metric: by which they are judged.
    """
    told = METRICS[metric]
    figure, axes = panels(1, 1, 7.2, 1.3 + 0.28 * max(len(parts), 1))
    ax = axes[0][0]
    ax.axvline(0, color="0.4", linewidth=1)
    drawn = parts.iloc[::-1]
    for place, row in enumerate(drawn.to_dict("records")):
        worth, low, high = (told.scale * row[key] for key in ("worth", "ci_low", "ci_high"))
        error = None if pd.isna(low) else [[worth - low], [high - worth]]
        ax.errorbar(worth, place, xerr=error, fmt="o", color=BASELINE, markersize=5)
    labels = [f"{row.ingredient} ({row.times} of {row.of})" for row in drawn.itertuples()]
    ax.set_yticks(range(len(labels)), labels, fontsize=9)
    ax.set_ylabel("ingredient (in how many)")
    ax.set_ylim(-0.7, max(len(parts), 1) - 0.3)
    ax.set_xlabel(f"with it minus without it, {told.difference}; right is useful")
    ax.grid(axis="x", alpha=0.3)
    title(figure, f"{name}: what each ingredient of the best mixtures is worth")
    return figure
