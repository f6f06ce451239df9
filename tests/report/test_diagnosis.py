"""A paragraph says what was diagnosed, and not more."""

from typing import Any

import numpy as np
import pytest

from regpipe.report.diagnosis import finding, paragraph
from regpipe.statistics.overlap import ONE_SAMPLE
from tests.statistics.test_diagnosis import WIGGLE, diagnosed, fits


def told(*args: Any, problem: str = "moons", **given: Any) -> str:
    return paragraph(diagnosed(fits(*args, **given), problem))


def test_it_says_scores_rows_luck_and_what_regularization_can_give() -> None:
    assert told() == (
        "Over 8 repeats, the network as it is has accuracy 0.950 on the rows trained on and 0.760 "
        "(95% interval 0.756 to 0.764) on others: it overfits by 19.0 points. A constant guess, "
        "which uses no column, has 0.500 on those others. Twice the rows would make it better by "
        "about 1.0 points. Of the luck in a score (a standard deviation of 0.5 points), 100% is up "
        "to which rows, and 0% (95% interval 0% to 0%) to the seed, so averaging seeds can hardly "
        "make it smaller. Regularization can give at most about what it overfits by, 19.0 points; "
        "in practice a part of it."
    )


def test_where_the_scale_begins_is_told_where_it_is_known() -> None:
    assert "guess" not in told(guess=np.nan)
    errors = told((0.3, 0.2, 0.15), train=0.05, metric="mse", problem="codes", guess=1.02)
    assert "A constant guess, which uses no column, has 1020.00 on those others." in errors


def test_seeds_that_matter_are_averaged_away() -> None:
    text = told(of_seed=0.02)
    assert "none was seen to be up to which rows: it is the seed's (95% interval " in text
    assert "100%), which averaging seeds takes away." in text and "hardly" not in text


def test_what_is_not_told_from_0_is_shown_with_its_interval() -> None:
    text = told((0.7, 0.76, 0.75))
    assert "What twice the rows would give can't be told: the gain of all rows" in text
    assert "is -1.0 points (95% interval -1.1 to -0.9)." in text
    few = paragraph(diagnosed(fits(), splits=ONE_SAMPLE))
    assert "is +2.0 points of too few repeats." in few and few.count("interval") == 1


def test_an_error_has_its_unit_and_its_gain_is_what_it_falls_by() -> None:
    table = {"train": 0.05, "metric": "mse", "of_rows": WIGGLE / 10}
    text = told((0.3, 0.2, 0.15), **table, problem="codes")
    assert "has squared error 50.00 (in thousandths) on the rows trained on and 150.00" in text
    assert "overfits by 100.00 thousandths" in text
    assert "better by about 25.00 thousandths" in text


@pytest.mark.parametrize(
    ("train", "score", "expected"),
    [
        (0.7, 0.76, "either it underfits"),
        (0.999, 0.996, "as good as can be, on both."),
        (np.nan, 0.7, "Nothing can be told of the network as it is: test accuracy isn't defined"),
    ],
)
def test_without_a_gap_there_is_nothing_to_regularize(
    train: float, score: float, expected: str
) -> None:
    text = told((score, score, score), train=train, of_rows=WIGGLE / 10)
    assert expected in text and "at most" not in text and "overfits by" not in text


def test_fits_that_diverged_are_told() -> None:
    table = fits()
    assert "diverged" not in paragraph(diagnosed(table))
    table.loc[0, "outcome"] = "diverged"
    assert "1 fit diverged" in paragraph(diagnosed(table))


def test_the_finding_goes_on_from_the_network() -> None:
    assert finding(diagnosed(fits())) == "overfits by 19.0 points"
    flat = fits((0.7, 0.7, 0.7), train=0.6)
    assert finding(diagnosed(flat)) == "does not overfit, by its accuracy"
