"""Does the picture of importances show the largest ones, and say which that is?"""

import numpy as np
import pandas as pd
import pytest

from regpipe import plots


def losses(n: int) -> pd.DataFrame:
    names = [f"column {k}" for k in range(n)]
    return pd.DataFrame({"column": names, "importance": 0.1 / (1 + np.arange(n)), "sd": 0.01})


def test_the_largest_are_on_top_with_their_spread() -> None:
    figure = plots.importance(losses(20), "Mine", "accuracy")
    (ax,) = figure.axes
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == [f"column {k}" for k in reversed(range(15))]
    bars = [bar.get_width() for bar in ax.patches]
    assert bars == pytest.approx([100 * 0.1 / (1 + k) for k in reversed(range(15))])  # points
    whiskers = ax.containers[1].lines[2][0].get_segments()
    assert [np.ptp(ends[:, 0]) for ends in whiskers] == pytest.approx([2.0] * 15)
    assert "15 most important of 20" in ax.get_ylabel() and "points of accuracy" in ax.get_xlabel()
    assert plots.importance(losses(15), "Mine", "r2").axes[0].get_ylabel() == "column"


def test_the_title_says_what_matters_most() -> None:
    told = plots.importance(losses(3), "Mine", "accuracy").get_suptitle().replace("\n", " ")
    assert told == "Mine: 'column 0' matters most (10.0 points lost when it is shuffled)"
    none = losses(2).assign(importance=[0.0, -0.01])
    assert (
        plots.importance(none, "Mine", "r2").get_suptitle() == "Mine: no column matters to its R²"
    )


def test_a_column_that_tells_nothing_has_a_word_in_place_of_a_bar() -> None:
    figure = plots.importance(losses(3).assign(importance=[0.1, 0.0, np.nan]), "Mine", "accuracy")
    (ax,) = figure.axes
    (word,) = ax.texts
    label = ax.get_yticklabels()[int(word.get_position()[1])].get_text()
    assert label == "column 2" and "can't be told" in word.get_text()


def test_names_are_short_and_no_mathematics() -> None:
    table = losses(2).assign(column=["a_$x$_of_" + "many_words_" * 9, 7])
    figure = plots.importance(table, "Mine", "accuracy")
    figure.canvas.draw()
    long, number = (label.get_text() for label in reversed(figure.axes[0].get_yticklabels()))
    assert len(long) <= 34 and long.endswith("...") and r"\$x\$" in long and number == "7"
