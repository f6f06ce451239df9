"""Does the picture of calibration show what is said, what holds, and of how many rows?"""

from typing import Any

import numpy as np
import pytest

from regpipe import plots
from regpipe.statistics.calibration import calibration, reliability, tempered
from tests.statistics.test_calibration import planted


def drawn(factor: float, at: float, rows: int = 400) -> Any:
    said, labels = planted(factor, rows=rows)
    tables = (reliability(p, labels) for p in (said, tempered(said, at)))
    return plots.reliability(*tables, calibration(said, labels, at), "Mine")


def test_each_panel_has_a_point_per_group_with_its_interval() -> None:
    said, labels = planted(3.0, rows=400)
    for ax, probabilities in zip(drawn(3.0, 3.0).axes, (said, tempered(said, 3.0)), strict=True):
        table = reliability(probabilities, labels)
        (bar,) = ax.containers
        np.testing.assert_allclose(bar.lines[0].get_xdata(), table["said"])
        np.testing.assert_allclose(bar.lines[0].get_ydata(), table["right"])
        ends = np.array([segment[:, 1] for segment in bar.lines[2][0].get_segments()])
        assert (ends[:, 0] <= table["right"]).all() and (ends[:, 1] >= table["right"]).all()
        assert (np.ptp(ends, axis=1) > 0.05).all() and ends.min() >= 0 and ends.max() <= 1


@pytest.mark.parametrize("factor", [3.0, 0.02])
def test_it_shows_all_intervals_and_no_share_beyond_one(factor: float) -> None:
    for ax in drawn(factor, factor, rows=2000).axes:
        for (low, high), ticks in (
            (ax.get_xlim(), ax.get_xticks()),
            (ax.get_ylim(), ax.get_yticks()),
        ):
            assert len(ticks) >= 3 and low <= min(ticks) and max(ticks) == pytest.approx(1)
            assert 1 < high < 1.06
        (bar,) = ax.containers
        ends = np.concatenate(bar.lines[2][0].get_segments())
        assert (ends >= [ax.get_xlim()[0], ax.get_ylim()[0]]).all()


def test_it_says_of_how_many_rows_and_both_scores() -> None:
    figure = drawn(3.0, 3.0)
    assert figure.get_supxlabel() == "400 rows, 40 in each point"
    before, after = (ax.get_title() for ax in figure.axes)
    assert "as said" in before and "tempered" in after
    assert "Brier score 0." in before and "calibration error 0." in after
    assert drawn(3.0, 3.0, rows=405).get_supxlabel() == "405 rows, 40 to 41 in each point"


@pytest.mark.parametrize(
    ("factor", "at", "finding"),
    [
        (3.0, 3.0, "too sure; a temperature takes their calibration error from 0.2"),
        (0.4, 0.4, "too cautious; a temperature takes their calibration error from 0."),
        (1.0, 5.0, "look too sure, but tempered their calibration error goes from 0.0"),
        (1.0, 1.0, "off on average; a temperature changes little"),
    ],
)
def test_the_title_says_what_was_found(factor: float, at: float, finding: str) -> None:
    text = drawn(factor, at, rows=1000).get_suptitle().replace("\n", " ")
    assert text.startswith("Mine: probabilities") and finding in text
