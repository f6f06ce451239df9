"""Is a logarithmic axis whose bare ticks are one line the axis that Matplotlib draws?"""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from regpipe.plots import log_ticks
from regpipe.plots.log_ticks import plain_ticks, whole_ticks
from regpipe.plots.style import panels


def two_panels(lowest: float, highest: float) -> tuple[Figure, np.ndarray]:
    figure, axes = panels(1, 2, 5.4, 3.4, sharex=True, sharey=True)
    for ax, end in zip(axes.flat, (highest, highest / 3), strict=True):
        ax.plot([lowest, end], [end, lowest])
    axes[0][0].set_xscale("log")
    axes[0][0].set_yscale("log")
    return figure, axes


def of_matplotlib(lowest: float, highest: float) -> Figure:
    figure, axes = two_panels(lowest, highest)
    for axis, powers, others in (
        (axes[0][0].xaxis, "{x:,.0f}", log_ticks._Whole(labelOnlyBase=False)),
        (axes[0][0].yaxis, "{x:g}", log_ticks._Plain(labelOnlyBase=False)),
    ):
        axis.set_major_formatter(powers)
        axis.set_minor_formatter(others)
    return figure


def settled(lowest: float, highest: float) -> Figure:
    figure, axes = two_panels(lowest, highest)
    whole_ticks([ax.xaxis for ax in axes.flat])
    plain_ticks([ax.yaxis for ax in axes.flat])
    return figure


def pixels(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@pytest.mark.parametrize(("lowest", "highest"), [(1, 4000), (2.1, 3.4), (0.02, 0.6), (1e-4, 30)])
@pytest.mark.parametrize("colour", ["black", "red"])
def test_the_picture_is_the_same(
    lowest: float, highest: float, colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mpl.rcParams, "ytick.color", colour)
    monkeypatch.setitem(mpl.rcParams, "xtick.minor.size", 4.0)
    of_ours, theirs = settled(lowest, highest), of_matplotlib(lowest, highest)
    np.testing.assert_array_equal(pixels(of_ours), pixels(theirs))


def test_ticks_without_a_number_are_no_ticks() -> None:
    figure = settled(1, 4000)
    numbered = [tick.get_text() for tick in figure.axes[0].get_xticklabels(which="both")]
    assert numbered == ["1", "10", "100", "1,000"]
    assert len(of_matplotlib(1, 4000).axes[0].xaxis.get_minor_ticks()) > 20
