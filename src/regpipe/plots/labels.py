"""Where is there room to name points that crowd?"""

from collections.abc import Sequence

import numpy as np

from regpipe.plots.style import Axes

SIZE = 7.0  # of the letters, in points
LETTER = 0.62 * SIZE  # wide, about
SPOT = 6.0  # a point's width
ANGLES = np.radians([45, 135, -45, -135, 0, 180, 90, -90])
ROOMS = [(r * np.cos(a), r * np.sin(a)) for r in (8, 16, 25, 35) for a in ANGLES]


def label_points(ax: Axes, places: np.ndarray, labels: Sequence[str], colours: list[str]) -> None:
    """Write a label near each point, where it hides least of the points and of other labels.

    The axes must have been laid out before, as by `figure.draw_without_rendering()`.

    Args:
        ax: the panel.
        places: of shape (n_points, 2), in data coordinates; points that aren't finite get no label.
        labels: a label for each point.
        colours: a colour for each label.
    """
    assert ax.figure is not None
    spots = ax.transData.transform(places) * 72 / ax.figure.dpi
    taken = [_box(x, y, SPOT) for x, y in spots if np.isfinite([x, y]).all()]
    for place, (x, y), label, colour in zip(places, spots, labels, colours, strict=True):
        if not label or not np.isfinite([x, y]).all():
            continue
        width = LETTER * len(label)
        rooms = [(dx + np.sign(round(dx)) * width / 2, dy) for dx, dy in ROOMS]
        boxes = [_box(x + dx, y + dy, width, SIZE) for dx, dy in rooms]
        best = int(np.argmin([sum(_overlap(box, other) for other in taken) for box in boxes]))
        taken.append(boxes[best])
        ax.annotate(
            label,
            tuple(place),
            rooms[best],
            textcoords="offset points",
            ha="center",
            va="center_baseline",
            fontsize=SIZE,
            color=colour,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.5, "shrinkB": 2},
        )


def _box(x: float, y: float, width: float, height: float | None = None) -> np.ndarray:
    half = np.array([width, width if height is None else height]) / 2
    return np.array([[x, y] - half, [x, y] + half])


def _overlap(a: np.ndarray, b: np.ndarray) -> float:
    """Return the area that two boxes share."""
    sides = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
    return float(np.prod(np.maximum(sides, 0)))
