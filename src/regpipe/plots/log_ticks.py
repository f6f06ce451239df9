"""What stands at the ticks of a logarithmic axis? Imported where one is drawn, with Matplotlib."""

from matplotlib.axis import Axis
from matplotlib.ticker import LogFormatter


class _Plain(LogFormatter):
    """Writes 2.3 where Matplotlib writes 2.3 x 10^0, at those ticks that it has room for."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:g}" if super().__call__(x, pos) else ""


class _Whole(_Plain):
    """Writes whole numbers alone."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return f"{x:,.0f}" if super().__call__(x, pos) and float(x).is_integer() else ""


def plain_ticks(axis: Axis) -> None:
    """Write numbers without powers of ten."""
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter(_Plain(labelOnlyBase=False))


def whole_ticks(axis: Axis) -> None:
    """Write whole numbers."""
    axis.set_major_formatter("{x:,.0f}")
    axis.set_minor_formatter(_Whole(labelOnlyBase=False))
