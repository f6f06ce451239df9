import math
from typing import Any

import pytest

from regpipe.statistics.leaderboard import leaderboard


def answer(name: str, effect: float | None, p: float | None, **changes: Any) -> dict[str, Any]:
    told = {
        "mean": effect and effect / 10, "ci_low": 0.0, "ci_high": 0.1, "effect": effect,
        "p_value": p, "p_better": 0.6, "p_better_low": 0.4, "p_better_high": 0.8,
        "wins": 18, "ties": 0,
    }  # fmt: skip
    arms = {"baseline": {"test": {"mean": 0.9}}, "technique": {"test": {"mean": 0.91}}}
    verdict = "undecided" if p is None or p > 0.05 else "helps"
    fresh = {
        **arms, "difference": {"accuracy": told}, "repeats": 30, "verdict": verdict,
        "repeats_needed": None, "epochs": {"technique": {"mean": 4000.0}},
        "seconds": {"technique": 0.1},
    }  # fmt: skip
    parameters = {"statistics": {"confidence": 0.95}, name: {"family": "weight"}}
    return {
        "technique": name, "title": name.upper(), "problem": "moons", "metric": "accuracy",
        "leak": False, "fixed": {**arms, "published": None}, "fresh": fresh,
        "run": {"parameters": parameters}, **changes,
    }  # fmt: skip


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
