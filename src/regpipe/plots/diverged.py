"""Which fits of a picture diverged?"""

import textwrap

import pandas as pd

from regpipe.plots.style import Figure

CHARACTERS = 11  # that fit into an inch


def tell_diverged(figure: Figure, baseline: pd.DataFrame, technique: pd.DataFrame) -> Figure:
    """Say below a picture how many fits of both arms diverged, where any did, and return it.

    Args:
        figure: the picture.
        baseline: its run table: outcome, a row per fit.
        technique: the same of the other arm.
    """
    arms = {"the baseline's": baseline, "the technique's": technique}
    parts = []
    for arm, runs in arms.items():
        if n := int((runs["outcome"] == "diverged").sum()):
            parts.append(f"{n} of {arm} {len(runs)} fits diverged")
    if not parts:
        return figure
    said = f"{' and '.join(parts)}: scored as a constant guess; what isn't finite isn't drawn"
    said = textwrap.fill(said, int(CHARACTERS * figure.get_figwidth()))
    if figure.legends:  # stands where the line would
        legend = figure.legends[-1]
        legend.set_title("\n".join(filter(None, [legend.get_title().get_text(), said])))
    else:
        figure.supxlabel("\n".join(filter(None, [figure.get_supxlabel(), said])), fontsize=9)
    return figure
