"""How large did the weights become?"""

import math

import pandas as pd

from regpipe.plots.style import (
    ARMS,
    Figure,
    as_is,
    headings,
    legend_below,
    panels,
    spread_out,
    stacked,
    title,
)
from regpipe.rows.draws import DRAWN, Draws

COLUMNS = 4


def weight_norms(
    baseline: pd.DataFrame, technique: pd.DataFrame, name: str, draws: Draws = DRAWN
) -> Figure:
    """Draw the norm of each layer's weights, a point per fit, for both arms and protocols.

    Args:
        baseline: the run table: protocol, repeat and a column `norm_<layer>` for each layer,
            which isn't finite where a fit diverged; there is no mean then.
        technique: the same of the other arm.
        name: the technique's title.
        draws: what the repeats are called.
    """
    layers = [c for c in technique.columns if c.startswith("norm_") and c in baseline.columns]
    columns = min(COLUMNS, len(layers))
    figure, axes = panels(math.ceil(len(layers) / columns), columns, 4.2, 3.4)
    for ax in axes.flat[len(layers) :]:
        ax.remove()
    heads = headings(draws)
    arms = {"baseline": baseline, "technique": technique}
    for ax, layer in zip(axes.flat, layers, strict=False):
        for place, protocol in enumerate(heads):
            for shift, (arm, runs) in zip((-0.18, 0.18), arms.items(), strict=True):
                norms = runs.loc[runs["protocol"] == protocol, layer].to_numpy()
                middle, colour = place + shift, ARMS[arm]
                x = middle + spread_out(len(norms), 0.16)
                label = (as_is(name) if arm == "technique" else arm) if place == 0 else None
                ax.scatter(x, norms, s=14, color=colour, alpha=0.5, linewidths=0, label=label)
                ax.hlines(norms.mean(), middle - 0.13, middle + 0.13, color=colour)
        ax.set_xticks(range(len(heads)), [stacked(p) for p in heads.values()])
        ax.set_ylim(0, 1.06 * ax.get_ylim()[1])  # dots and bars inside of the frame
        ax.grid(axis="y", alpha=0.3)
        ax.set_title(f"layer {layer.removeprefix('norm_')}", fontsize=10)
    for ax in axes[:, 0]:
        ax.set_ylabel("norm of the layer's weights")
    legend_below(figure, axes[0][0].get_legend_handles_labels()[0], 2)
    title(figure, f"{name}: weight norms (bar: mean over repeats)")
    return figure
