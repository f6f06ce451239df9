"""Does the picture of an answer show what was found?"""

from typing import Any

import numpy as np
import pytest

from regpipe import plots
from regpipe.report.views.answer import finding
from regpipe.report.views.answer_rows import labels
from tests.report.test_answer import answer, worth


def drawn(*given: Any, **changes: Any) -> Any:
    found = answer(*given, **changes)
    return plots.answer(found, labels(found), finding(found))


def means(ax: Any) -> list[float]:
    """Return the means that are drawn, from the top."""
    return [float(bar.lines[0].get_xdata()[0]) for bar in ax.containers][::-1]


def test_the_five_models_are_drawn_from_the_top_with_intervals() -> None:
    figure = drawn()
    models = figure.axes[0]
    np.testing.assert_allclose(means(models), [0.83, 0.83, 0.823, 0.79, 0.78])
    names = [label.get_text().splitlines()[0] for label in models.get_yticklabels()][::-1]
    assert names[0] == "the answer, as chosen in each split: 0.830"
    assert names[2] == "the best other model: 0.823"
    (bars,) = models.containers[-1].lines[2]
    np.testing.assert_allclose(bars.get_segments()[0][:, 0], [0.75, 0.91])
    assert "test accuracy, more is better" in models.get_xlabel()
    assert figure.get_suptitle().replace("\n", " ") == finding(answer())


def test_regularizers_are_drawn_by_what_they_are_worth_eight_at_most() -> None:
    parts = tuple(worth("dropout", 0.02 - 0.001 * k, -0.01, 0.05) for k in range(11))
    some, many = drawn(worths=parts[:3]).axes[1], drawn(worths=parts).axes[1]
    np.testing.assert_allclose(means(some), [2, 1.9, 1.8])
    assert len(means(many)) == 8 and "8 of 11" in many.get_title()
    assert "of 3" not in some.get_title() and "points of accuracy" in some.get_xlabel()
    assert len(drawn(worths=()).axes) == 1


def test_without_intervals_there_are_means() -> None:
    models = drawn("network", "too few").axes[0]
    np.testing.assert_allclose(means(models), [0.83, 0.83, 0.823, 0.79, 0.78])
    assert all(not bar.lines[2] for bar in models.containers)
    assert "without intervals" in models.get_title()


@pytest.mark.parametrize(("metric", "mean"), [("mse", 830), ("log_loss", 0.83)])
def test_an_error_is_drawn_in_its_unit(metric: str, mean: float) -> None:
    models = drawn(metric=metric).axes[0]
    assert means(models)[0] == pytest.approx(mean) and "less is better" in models.get_xlabel()
    of_worths = drawn(metric=metric, worths=(worth("dropout", 0.02, -0.01, 0.05),)).axes[1]
    assert of_worths.get_xlabel().startswith("without it minus with it,\n")


def test_a_score_far_below_is_cut_off() -> None:
    assert drawn(metric="r2", bare=(30.0, "helps")).axes[0].get_xlim()[0] == -1
    assert drawn(metric="r2").axes[0].get_xlim()[0] > 0
