"""What all pictures share: colours that colour-blind readers tell apart (Okabe and Ito 2008).

Matplotlib is imported where something is drawn; `Axes` and `Figure` of here are for annotations.
"""

import re
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from regpipe.language.metrics import typeset
from regpipe.rows.draws import Draws

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
else:  # names that Kedro can look up when it asks for a node's types
    Axes = Figure = object

BASELINE = "#0072B2"
TECHNIQUE = "#D55E00"
ARMS = {"baseline": BASELINE, "technique": TECHNIQUE}
CLASSES = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9"),
    *("#D55E00", "#000000", "#882255", "#999999", "#F0E442"),
)
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", "*", ">")  # a class is known by its shape, too
WIDTH = 8.6  # inches; a wider picture is shrunk on a page of text, and its letters with it
SMALL = 8.5  # points, of the smallest letters
CHARACTERS = 13  # of a line below a picture that fit into an inch


def headings(draws: Draws) -> dict[str, str]:
    """Return what stands above each protocol's panels."""
    return {
        "fixed": f"{draws.fixed}, many seeds",
        "fresh": f"{draws.fresh}, one per repeat",
    }


def blank(width: float, height: float) -> Figure:
    """Return a figure of that size in inches, with nothing on it."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def panels(rows: int, columns: int, width: float, height: float, **shared: Any) -> Any:
    """Return (figure, axes of shape (rows, columns)); sizes in inches per panel."""
    figure = blank(width * columns, height * rows)
    axes = figure.subplots(rows, columns, squeeze=False, **shared)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
    return figure, axes


def stacked(text: str) -> str:
    """Break a protocol's description into short lines, for a narrow axis."""
    return "\n".join(textwrap.fill(part, 18) for part in text.replace(", ", ",\n").split("\n"))


def as_is(text: object) -> str:
    """Return a person's text for a picture, in which a pair of dollars would hold mathematics."""
    return re.sub(r"(?<!\\)\$", r"\\$", str(text))


def title(figure: Figure, text: str) -> None:
    """Head the figure; a long title takes several lines, so that it doesn't widen the picture."""
    text = typeset(text)
    head = figure.suptitle(as_is(text), fontsize="large", fontweight="bold")
    room, characters = 0.98 * figure.bbox.width, len(text)
    while (width := head.get_window_extent().width) > room and characters > 1:
        characters = min(characters - 1, int(characters * room / width))
        head.set_text(as_is("\n".join(_balanced(text, max(characters, 1)))))


def _balanced(text: str, most: int) -> list[str]:
    """Return lines of so many letters at most, about equally long.

    >>> _balanced("a title that takes two lines", 26)
    ['a title that', 'takes two lines']
    """
    lines = len(textwrap.wrap(text, most))
    tried = (textwrap.wrap(text, width) for width in range(len(text) // lines or 1, most))
    return next((found for found in tried if len(found) == lines), textwrap.wrap(text, most))


def wrapped(text: object, characters: int) -> str:
    """Return a person's text in lines of so many letters at most."""
    return as_is(textwrap.fill(str(text), characters))


def explain(figure: Figure, text: str) -> None:
    """Write below all panels what is drawn, in lines that don't widen the picture."""
    figure.supxlabel(_filled(figure, text), fontsize=SMALL)


def _filled(figure: Figure, text: str) -> str:
    """Break the lines of a text where they would be wider than the picture."""
    most = int(CHARACTERS * figure.get_figwidth())
    return "\n".join(textwrap.fill(line, most) for line in text.splitlines())


def between(low: str, high: str) -> Any:
    """Return the colours from one to the other, with white in the middle."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(f"{low} to {high}", [low, "white", high])


def scatter_classes(ax: Axes, x: Any, y: Any, target: Any, **options: Any) -> None:
    """Draw points by class, 0 to 9, each class with its colour and shape.

    A `{}` in the option `label` stands for the class.
    """
    for k in np.unique(target).astype(int):
        chosen = target == k
        style = {"facecolors": CLASSES[k], "edgecolors": CLASSES[k], **options}
        style["label"] = options.get("label", "class {}").format(k)
        ax.scatter(x[chosen], y[chosen], marker=MARKERS[k], **style)


def spread_out(n: int, width: float) -> np.ndarray:
    """Return n shifts around 0 that keep equal values apart, the same on every run."""
    return width * ((np.arange(n) * 0.618034) % 1 - 0.5)


def draw_interval(
    ax: Axes, place: float, mean: float, low: float, high: float, **options: Any
) -> None:
    """Draw a mean at a height, with its interval where both ends are finite."""
    finite = np.isfinite([low, high]).all()
    ax.errorbar(mean, place, xerr=[[mean - low], [high - mean]] if finite else None, **options)


def legend_below(figure: Figure, handles: Sequence[Any], columns: int, heading: str = "") -> None:
    """Explain what is drawn below all panels; each handle brings its label."""
    figure.legend(
        handles=handles,
        title=_filled(figure, heading) or None,
        loc="outside lower center",
        ncols=columns,
        frameon=False,
        fontsize=9,
        title_fontsize=SMALL,
    )


def note_diverged(figure: Figure, baseline: pd.DataFrame, technique: pd.DataFrame) -> Figure:
    """Write below a picture how many fits of both arms diverged, where any did, and return it.

    Args:
        figure: the picture.
        baseline: its run table: outcome, a row per fit.
        technique: the same of the other arm.
    """
    parts = [
        f"{n} of {arm} {len(runs)} fits diverged"
        for arm, runs in (("the baseline's", baseline), ("the technique's", technique))
        if (n := int((runs["outcome"] == "diverged").sum()))
    ]
    if not parts:
        return figure
    note = f"{' and '.join(parts)}: scored as a constant guess; what isn't finite isn't drawn"
    note = _filled(figure, note)
    if figure.legends:  # stands where the line would
        legend = figure.legends[-1]
        legend.set_title("\n".join(filter(None, [legend.get_title().get_text(), note])))
    else:
        figure.supxlabel("\n".join(filter(None, [figure.get_supxlabel(), note])), fontsize=SMALL)
    return figure
