import math
from typing import Any

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from regpipe.statistics.answer import Answer
from regpipe.statistics.leaderboard import holm, leaderboard
from tests import answers


def answer(name: str, gain: float | None, p: float | None, **changes: Any) -> Answer:
    sign = -1 if changes.get("metric") == "mse" else 1
    difference = {
        "mean": gain and sign * gain, "ci_low": -0.1, "ci_high": 0.1, "effect": 1.0,
        **changes.pop("difference", {}), "p_value": p,
    }  # fmt: skip
    metric = changes.setdefault("metric", "accuracy")
    whole = answers.answer(
        technique=name, title=name.upper(), **changes,
        fresh={
            "difference": {metric: answers.difference(**difference)},
            "verdict": "undecided" if p is None or p > 0.05 else "helps",
        },
    )  # fmt: skip
    if changes.get("problem") == "codes":
        whole["run"]["parameters"]["codes"]["smallest_difference"] = {"mse": 0.001}
    return answers.made(whole)


def test_a_large_gain_comes_before_a_sure_one() -> None:
    """0.2 points with a deviation of 0.1 are no better than 3.0 with one of 3.5."""
    table = leaderboard(
        [answer("sure", 0.002, 1e-9, difference={"effect": 2.0}),
         answer("large", 0.03, 0.001, difference={"effect": 0.86})]
    )  # fmt: skip
    assert list(table["technique"]) == ["large", "sure"]


def test_of_equal_gains_the_one_with_the_better_worst_comes_first() -> None:
    codes = {"problem": "codes", "metric": "mse"}
    table = leaderboard(
        [answer("a", 0.01, 0.01, difference={"ci_low": -0.02}), answer("b", 0.01, 0.01),
         answer("c", 0.1 + 0.2 - 0.29, 0.01, difference={"ci_low": 0.001}),
         answer("x", 0.0005, 0.5, difference={"ci_high": 0.002}, **codes),
         answer("y", 0.0005, 0.5, difference={"ci_high": 0.001}, **codes)]
    )  # fmt: skip
    assert list(table["technique"]) == ["c", "a", "b", "y", "x"]
    assert list(table["rank"]) == [1, 2, 3, 4, 5]
    assert list(leaderboard([answer("a", 0.01, 0.1), answer("b", 0.01, 0.1)])["rank"]) == [1, 1]


def test_problems_are_compared_in_multiples_of_what_interests_there() -> None:
    table = leaderboard(
        [answer("accurate", 0.02, 0.01),
         answer("code", 0.005, 0.01, problem="codes", metric="mse"),
         answer("worse", -0.005, 0.01, problem="codes", metric="mse")]
    )  # fmt: skip
    assert list(table["technique"]) == ["code", "accurate", "worse"]
    assert list(table["gain"]) == pytest.approx([5, 2, -5])
    assert list(table["rank_on_problem"]) == [1, 1, 2]


def test_the_best_come_first_and_the_diverged_last() -> None:
    table = leaderboard(
        [answer("a", 0.1, 0.6), answer("b", 0.9, 0.001), answer("c", None, None),
         answer("d", 0.5, 0.04, problem="circles")]
    )  # fmt: skip
    assert list(table["technique"]) == ["b", "d", "a", "c"]
    assert list(table["rank"]) == [1, 2, 3, 4]
    assert list(table["rank_on_problem"]) == [1, 1, 2, 3]
    assert math.isnan(table["difference"].iloc[-1])


def test_holm_counts_the_techniques_of_the_same_problem() -> None:
    table = leaderboard(
        [answer("a", 0.4, 0.03), answer("b", 0.9, 0.001), answer("c", 0.5, 0.04, problem="circles")]
    ).set_index("technique")
    assert table["p_holm"].to_dict() == pytest.approx({"a": 0.03, "b": 0.002, "c": 0.04})
    assert set(table["verdict_holm"]) == {"helps"}
    crowd = [answer("a", 0.4, 0.03), *(answer(f"x{i}", 0.0, 0.9) for i in range(3))]
    row = leaderboard(crowd).set_index("technique").loc["a"]
    assert row["p_holm"] == pytest.approx(0.12)
    assert (row["verdict"], row["verdict_holm"]) == ("helps", "undecided")


@pytest.mark.parametrize("n", [1, 2, 30])
def test_holm_is_what_statsmodels_says(n: int) -> None:
    p_values = np.random.default_rng(n).uniform(0, 0.2, n).round(2)  # some of them equal
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


def test_what_diverged_counts_and_stays_unknown() -> None:
    assert holm(np.array([np.nan, 0.01])) == pytest.approx([np.nan, 0.02], nan_ok=True)
