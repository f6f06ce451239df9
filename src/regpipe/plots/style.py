"""What all pictures share: colours that colour-blind readers tell apart (Okabe and Ito 2008).

Matplotlib is imported where something is drawn; `Axes` and `Figure` of here are for annotations.
"""

import re
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

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
    """Break a protocol's description into two lines, for a narrow axis."""
    return text.replace(", ", ",\n")


def as_is(text: object) -> str:
    """Return a person's text for a picture, in which a pair of dollars would hold mathematics."""
    return re.sub(r"(?<!\\)\$", r"\\$", str(text))


def title(figure: Figure, text: str) -> None:
    """Head the figure; a long title takes two lines, so that it doesn't widen the picture."""
    characters = int(9.5 * figure.get_figwidth())
    figure.suptitle(textwrap.fill(as_is(text), characters), fontsize="large", fontweight="bold")


def scatter_classes(ax: Axes, x: Any, y: Any, target: Any, **options: Any) -> None:
    """Draw points by class, 0 to 9, each class with its colour and shape.

    A `{}` in the option `label` stands for the class.
    """
    for k in np.unique(target).astype(int):
        chosen = target == k
        looks = {
            "facecolors": CLASSES[k],
            "edgecolors": CLASSES[k],
            "label": f"class {k}",
            **options,
        }
        if "label" in options:
            looks["label"] = options["label"].format(k)
        ax.scatter(x[chosen], y[chosen], marker=MARKERS[k], **looks)
