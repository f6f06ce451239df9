"""What is said of a screen's other models."""

import math

import pandas as pd

from regpipe.report.study import Screening
from regpipe.report.views.screening import NETWORK, given_up, omission, worth


def said(*verdicts: str, guess: float = 0.66) -> str:
    rows = [{"model": f"Model{i}", "mean": 0.9, "verdict": v} for i, v in enumerate(verdicts)]
    table = pd.DataFrame([*rows, {"model": NETWORK, "mean": 0.8}])
    table = table.assign(metric="accuracy", repeats=20, guess=guess)
    return worth(Screening(pd.DataFrame(), table, {}))


def test_models_are_counted_by_what_they_are_against_the_network() -> None:
    assert said("helps", "hurts", "hurts").endswith(
        "a test accuracy of 0.800 over 20 repeats. Of 3 models of scikit-learn on the same splits, "
        "1 is better than it, 2 are worse than it (each judged by itself); the best is Model0, "
        "with 0.900. A constant guess, which ignores all columns, has 0.660."
    )
    assert said("helps", guess=math.nan).endswith("the best is Model0, with 0.900.")
    assert "1 can't be told (each" in said("too few")
    assert "2 can't be told (each" in said("too few", "too few")


def test_a_score_that_is_not_defined_is_no_dash() -> None:
    rows = [{"model": name, "mean": math.nan, "verdict": "too few"} for name in ("Ridge", NETWORK)]
    table = pd.DataFrame(rows).assign(metric="r2", repeats=10)
    assert worth(Screening(pd.DataFrame(), table, {})) == (
        "The test R² isn't defined in each of 10 repeats, and so has no mean, neither of the "
        "network nor of 1 model of scikit-learn."
    )


def test_what_was_not_tried_has_its_reason() -> None:
    left_out = {"TabM": "it comes with `pip install x`. Expected no more"}
    empty = pd.DataFrame()
    said = omission(Screening(empty, empty, left_out))
    assert said == "Not tried: TabM (it comes with pip install x)."


def test_recipes_that_were_given_up_are_counted() -> None:
    tuning = pd.DataFrame({"repeats": [10, 20, 15], "planned": [20, 20, 20]})
    assert given_up(tuning) == (
        "2 were given up after 10 to 15 of 20 repeats, since they could hardly win any more."
    )
    assert given_up(tuning.head(1)).startswith("1 was given up after 10 of 20 repeats, since it c")
    assert given_up(tuning[1:2]) == ""
    assert given_up(tuning[::2]).startswith("All 2 were given up")
