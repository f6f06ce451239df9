"""Does the picture of a diagnosis show what was diagnosed?"""

from typing import Any

import numpy as np
import pytest

from regpipe import plots
from tests.statistics.test_diagnosis import WIGGLE, diagnosed, fits


def drawn(problem: str = "moons", **given: Any) -> Any:
    table = fits(**given)
    return plots.diagnosis(table, diagnosed(table, problem), "Moons: the network overfits")


def line_of(ax: Any, label: str) -> Any:
    return next(line for line in ax.lines if line.get_label() == label)


def test_scores_by_rows_go_on_to_twice_as_many() -> None:
    figure = drawn()
    rows = figure.axes[0]
    test = line_of(rows, "other rows")
    np.testing.assert_allclose(test.get_data(), [[10, 20, 40], [0.7, 0.74, 0.76]])
    np.testing.assert_allclose(line_of(rows, "rows trained on").get_ydata(), 0.95)
    ahead = line_of(rows, "twice the rows, about")
    np.testing.assert_allclose(ahead.get_data(), [[40, 80], [0.76, 0.77]])
    assert [label.get_text() for label in rows.get_xticklabels()] == ["10", "20", "40", "80"]
    assert len(rows.lines) >= 2 * 8 + 3  # thin ones for each repeat
    assert figure.get_suptitle() == "Moons: the network overfits"


def test_what_is_not_told_is_not_drawn() -> None:
    labels = [line.get_label() for line in drawn(test=(0.7, 0.76, 0.75)).axes[0].lines]
    assert "other rows" in labels and "twice the rows, about" not in labels


def test_both_seeds_of_each_repeat_are_drawn_with_their_gap() -> None:
    repeats = drawn(of_seed=0.02).axes[1]
    assert [len(line.get_xdata()) for line in repeats.lines] == [16, 16]
    (gaps,) = repeats.collections
    assert len(gaps.get_segments()) == 16
    ends = np.array([segment[:, 1] for segment in gaps.get_segments()])
    np.testing.assert_allclose(ends[:, 1], 0.95)
    assert [label.get_text() for label in repeats.get_xticklabels()] == list("12345678")


def test_the_shares_of_the_luck_fill_a_bar() -> None:
    luck = drawn(of_seed=0.004).axes[2]
    heights = [bar.get_height() for bar in luck.patches]
    assert sum(heights) == pytest.approx(1) and min(heights) > 0
    assert "sd" in luck.get_title()
    none = drawn(of_rows=np.zeros(8)).axes[2]
    assert not none.texts and "none" in none.get_title()


def test_an_error_is_drawn_in_thousandths_by_its_logarithm_and_falls() -> None:
    table = {"train": 0.05, "metric": "mse", "of_rows": WIGGLE / 10}
    rows = drawn("codes", test=(0.3, 0.2, 0.15), **table).axes[0]
    assert rows.get_yscale() == "log" and "thousandths, less is better" in rows.get_ylabel()
    np.testing.assert_allclose(line_of(rows, "twice the rows, about").get_ydata(), [150, 125])


def test_a_score_far_below_is_cut_off() -> None:
    table = {"train": 0.9, "metric": "r2"}
    rows = drawn("diabetes", test=(-30.0, 0.2, 0.4), **table).axes[0]
    assert rows.get_ylim()[0] == -1 and rows.get_ylim()[1] < 2
