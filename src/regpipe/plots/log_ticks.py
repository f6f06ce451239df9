"""What stands at the ticks of a logarithmic axis? Imported where one is drawn, with Matplotlib.

Ticks without a number are one line of marks: Matplotlib measures each tick that it has about fifty
times until a picture is drawn, and most of a logarithmic axis' have none.
"""

from collections.abc import Sequence

import numpy as np
from matplotlib.axis import Axis, XAxis
from matplotlib.lines import Line2D
from matplotlib.ticker import LogFormatter


class _Plain(LogFormatter):
    """Writes 2.3 where Matplotlib writes 2.3 x 10^0, at those ticks that it has room for."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


class _Whole(_Plain):
    """Writes whole numbers alone."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:,.0f}" if super().__call__(x, pos) and float(x).is_integer() else ""


def plain_ticks(alike: Sequence[Axis]) -> None:
    """Write numbers without powers of ten at axes that share their limits, once all is drawn."""
    _settle(alike, "{x:g}", _Plain(labelOnlyBase=False))


def whole_ticks(alike: Sequence[Axis]) -> None:
    """Write whole numbers at axes that share their limits, once all is drawn."""
    _settle(alike, "{x:,.0f}", _Whole(labelOnlyBase=False))


def _settle(alike: Sequence[Axis], powers: str, others: LogFormatter) -> None:
    """Leave the axes the ticks that have a number, and draw the marks of those that have none."""
    axis = alike[0]  # whose locators and formatters are those of all
    axis.set_major_formatter(powers)
    axis.set_minor_formatter(others)
    major, minor = (_inside(axis, axis.get_ticklocs(minor=finer)) for finer in (False, True))
    axis.set_ticks(major, axis.get_major_formatter().format_ticks(list(major)))
    labels = np.array(others.format_ticks(list(minor)))
    axis.set_ticks(minor[labels != ""], list(labels[labels != ""]), minor=True)
    for one in alike:
        _mark(one, minor[labels == ""])


def _inside(axis: Axis, places: np.ndarray) -> np.ndarray:
    low, high = axis.get_view_interval()
    return places[(low <= places) & (places <= high)]


def _mark(axis: Axis, places: np.ndarray) -> None:
    """Draw what Matplotlib draws at ticks without a number."""
    tick, edge = axis.get_minor_ticks(1)[0].tick1line, np.zeros(len(places))
    marks = Line2D(*((places, edge) if isinstance(axis, XAxis) else (edge, places)))
    marks.update_from(tick)
    marks.set(transform=tick.get_transform(), zorder=tick.get_zorder(), clip_on=False)
    marks.set_in_layout(False)  # the numbers reach further
    axis.axes.add_artist(marks)
