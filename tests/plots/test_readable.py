"""Can each picture be read where it is shown, a page of text about as wide as a hand is long?"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from regpipe import plots
from regpipe.plots.style import WIDTH, blank, title
from tests.plots import test_answer, test_importance, test_plots, test_reliability

LEAST = 8  # points
TOUCH = 1.0  # pixels that letters' boxes may share
LOST = test_importance.losses(3).assign(column=["a_long_column_of_some_instrument", "b", "c"])
FIGURES = {
    **test_plots.FIGURES,
    "answer of errors": lambda: test_answer.drawn(metric="mse"),
    "importance": lambda: plots.importance(LOST, "Rows of mine", "balanced_accuracy"),
    "importance of the same": lambda: plots.importance(
        LOST.assign(importance=[0.1, 0.02, np.nan]), "Rows of mine", "mse"
    ),
    "reliability": lambda: test_reliability.drawn(3.0, 3.0, rows=2000),
}


def texts(figure: Figure) -> Iterator[tuple[Text, Bbox]]:
    """Yield what is written, and where."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    beyond = {id(text) for axes in figure.axes for text in _beyond(axes)}
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and id(text) not in beyond:
            box = text.get_window_extent(canvas.get_renderer())
            if box.width > 0:
                yield text, box


def _beyond(axes: Axes) -> Iterator[Text]:
    """Yield the labels of ticks that lie beyond the ends of their axis, and aren't drawn."""
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        margin = 1e-9 * (high - low)
        for tick in (*axis.majorTicks, *axis.minorTicks):
            if not low - margin <= tick.get_loc() <= high + margin:
                yield from (tick.label1, tick.label2)


@pytest.mark.parametrize("name", FIGURES)
def test_letters_are_large_enough_inside_and_apart(name: str) -> None:
    figure = FIGURES[name]()
    assert name == "card" or figure.get_figwidth() <= WIDTH  # else it is shrunk
    written = list(texts(figure))
    for text, box in written:
        assert text.get_fontsize() >= LEAST, text.get_text()
        assert box.x0 >= -TOUCH and box.x1 <= figure.bbox.x1 + TOUCH, text.get_text()
        assert box.y0 >= -TOUCH and box.y1 <= figure.bbox.y1 + TOUCH, text.get_text()
    for (one, first), (other, second) in combinations(written, 2):
        shared = Bbox.intersection(first, second)
        apart = shared is None or min(shared.width, shared.height) <= TOUCH
        assert apart, (one.get_text(), other.get_text())


@pytest.mark.parametrize("text", ["a title " * 30, "W" * 200, "costs $a_{$ " * 20, "short"])
def test_a_title_never_widens_a_picture(text: str) -> None:
    figure = blank(4.0, 3.0)
    figure.subplots()
    title(figure, text)
    (head,) = [box for written, box in texts(figure) if written is figure._suptitle]
    assert head.x0 >= 0 and head.x1 <= figure.bbox.x1
    said = figure.get_suptitle().replace("\\$", "$")
    assert said.replace("\n", "").replace(" ", "") == text.replace(" ", "")
