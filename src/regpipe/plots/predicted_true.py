"""How close to the truth are the predictions, and for which rows are they not?"""

import math

import numpy as np
import pandas as pd

from regpipe.plots.style import ARMS, WIDTH, Figure, headings, panels, title, wrapped
from regpipe.rows.draws import DRAWN, Draws

POINTS = 4000  # of a panel; more can't be told apart
MARGIN = 0.25  # of the targets' range; predictions further beyond it are counted, not drawn


def predicted_true(
    baseline: pd.DataFrame,
    technique: pd.DataFrame,
    name: str,
    draws: Draws = DRAWN,
    unit: str = "",
) -> Figure:
    """Draw predictions on test rows against true targets, for both arms and protocols.

    Args:
        baseline: protocol, repeat, true, predicted: the test rows of every fit.
        technique: the same of the other arm.
        name: the technique's title.
        draws: what the repeats are called.
        unit: of the targets.
    """
    figure, axes = panels(2, 2, WIDTH / 2, 3.6, sharex=True, sharey=True)
    low, high = _limits(baseline, technique)
    unit, scores = f" ({unit})" if unit else "", {}
    for column, (protocol, meaning) in enumerate(headings(draws).items()):
        for row, (arm, fits) in enumerate((("baseline", baseline), ("technique", technique))):
            ax = axes[row][column]
            part = fits[fits["protocol"] == protocol]
            drawn = part[part["predicted"].between(low, high)]
            drawn = drawn.sample(min(POINTS, len(drawn)), random_state=0)
            ax.scatter(
                drawn["true"], drawn["predicted"], s=9, color=ARMS[arm], alpha=0.2, linewidths=0
            )
            ax.axline((low, low), slope=1, color="black", linewidth=1)
            outside = len(part) - part["predicted"].between(low, high).sum()
            lines = [meaning] if row == 0 else []
            r2 = _r2_of_repeats(part)
            scores[protocol, arm] = r2
            lines.append(f"R² {r2} (mean of {part['repeat'].nunique()} repeats)")
            lines += [f"{outside} of {len(part)} predictions out of sight"] if outside else []
            ax.set_title("\n".join(lines), fontsize=10)
            if column == 0:
                label = arm if arm == "baseline" else name
                ax.set_ylabel(f"{wrapped(label, 30)}\npredicted{unit}")
    for ax in axes[1]:
        ax.set_xlabel(f"true{unit}")
    axes[0][0].set(xlim=(low, high), ylim=(low, high))
    with_it, bare = (scores["fresh", arm] for arm in ("technique", "baseline"))
    title(figure, f"On {draws.fresh}, R² is {with_it} with {name}, {bare} without it")
    return figure


def _limits(*arms: pd.DataFrame) -> tuple[float, float]:
    """Return the range of all targets, and of the predictions that aren't far from it."""
    true = np.concatenate([fits["true"].to_numpy(float) for fits in arms])
    predicted = np.concatenate([fits["predicted"].to_numpy(float) for fits in arms])
    span = np.ptp(true)
    near = (predicted > true.min() - MARGIN * span) & (predicted < true.max() + MARGIN * span)
    shown = np.concatenate([true, predicted[near]])
    return float(shown.min() - 0.02 * span), float(shown.max() + 0.02 * span)


def _r2_of_repeats(part: pd.DataFrame) -> str:
    """Return the mean of R², as text."""
    each = np.array([_r2(fit) for _, fit in part.groupby("repeat")])
    return "-" if np.isnan(each).any() else f"{each.mean():.3f}"


def _r2(fit: pd.DataFrame) -> float:
    """Return R²; NaN where all targets are the same."""
    true, predicted = (fit[key].to_numpy(float) for key in ("true", "predicted"))
    varied = np.square(true - true.mean()).sum()
    return float(1 - np.square(true - predicted).sum() / varied) if varied else math.nan
