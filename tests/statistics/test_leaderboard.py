import copy
import math
from typing import Any

import numpy as np
import pytest

from regpipe.statistics.answer import Answer
from regpipe.statistics.difference import mean_difference
from regpipe.statistics.leaderboard import leaderboard
from tests import answers


def answer(name: str, gain: float | None, p: float | None, **changes: Any) -> Answer:
    sign = -1 if changes.get("metric") == "mse" else 1
    difference = {
        "mean": gain and sign * gain, "ci_low": -0.1, "ci_high": 0.1, "effect": 1.0,
        **changes.pop("difference", {}), "p_value": p,
    }  # fmt: skip
    metric = changes.setdefault("metric", "accuracy")
    told = {key: changes.pop(key) for key in ("by_repeat", "plan") if key in changes}
    verdict = changes.pop("verdict", "undecided" if p is None or p > 0.05 else "helps")
    whole = answers.answer(
        technique=name, title=name.upper(), **changes,
        fresh={
            "difference": {metric: answers.difference(**difference)},
            "verdict": verdict, **told,
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


def random(seed: int, n: int = 30) -> list[float]:
    return list(np.random.default_rng(seed).normal(0, 0.02, n))


def test_the_correction_counts_the_techniques_of_the_same_problem() -> None:
    table = leaderboard(
        [answer("a", 0.4, 0.03, by_repeat=random(1)), answer("b", 0.9, 0.001, by_repeat=random(2)),
         answer("c", 0.5, 0.04, problem="circles", by_repeat=random(3))]
    ).set_index("technique")  # fmt: skip
    p_joint = table["p_joint"].to_dict()
    assert p_joint == pytest.approx({"a": 0.03, "b": 0.002, "c": 0.04}, abs=6e-4)
    assert set(table["verdict_joint"]) == {"helps"}
    others = [answer(f"x{i}", 0.0, 0.9, by_repeat=random(10 + i)) for i in range(3)]
    row = leaderboard([answer("a", 0.4, 0.03, by_repeat=random(1)), *others]).iloc[0]
    assert row["p_joint"] == pytest.approx(0.115, abs=0.01)
    assert (row["verdict"], row["verdict_joint"]) == ("helps", "undecided")


def test_what_is_lost_and_hardly_matters_makes_no_difference() -> None:
    trifle = answer("a", 0.001, 0.04, verdict="helps, too little to matter", by_repeat=random(1))
    row = leaderboard([trifle, answer("b", 0.0, 0.9, by_repeat=random(2))]).iloc[0]
    assert row["verdict_joint"] == "no difference that matters"


def test_one_alone_keeps_its_interval_and_more_have_wider_ones() -> None:
    by_repeat = random(1)
    found = mean_difference(np.array(by_repeat), 0.01, 0.95)
    alone = answer("a", found.mean, found.p_value, by_repeat=by_repeat)
    ends = ["joint_low", "joint_high"]
    assert list(leaderboard([alone])[ends].iloc[0]) == pytest.approx([found.low, found.high])
    crowd = [answer(f"x{i}", -1.0, 0.9, by_repeat=random(10 + i)) for i in range(9)]
    row = leaderboard([alone, *crowd]).set_index("technique").loc["a"]
    of_ten = mean_difference(np.array(by_repeat), 0.01, 1 - 0.051 / 10)
    assert list(row[ends]) == pytest.approx([of_ten.low, of_ten.high], rel=0.02)
    assert leaderboard([answer("c", None, None)])[ends].isna().all(axis=None)


def test_an_interim_analysis_has_wider_ones_still() -> None:
    by_repeat = random(1, 20)
    found = mean_difference(np.array(by_repeat), 0.01, 0.95)
    told = {"difference": {"overlap": 0.0, "pairs": 20}, "by_repeat": by_repeat}
    at_once, early = (
        leaderboard([answer("a", found.mean, 0.5, **copy.deepcopy(told), plan=plan)]).iloc[0]
        for plan in ({"remembered": False}, {"remembered": False, "analyses": [20, 40, 100]})
    )
    assert early["joint_high"] - early["joint_low"] > 1.3 * (found.high - found.low)
    assert at_once["joint_high"] - at_once["joint_low"] == pytest.approx(found.high - found.low)
