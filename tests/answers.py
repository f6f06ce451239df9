"""Answers as `summary.json` holds them: one that is whole, and what a test changes about it."""

import copy
from typing import Any

from regpipe.language import Protocol, Statistics
from regpipe.statistics.answer import Answer
from tests.conftest import PROBLEMS, TECHNIQUES

ROLES = ("baseline", "technique")


def sides(mean: float, sd: float = 0.01) -> dict[str, Any]:
    """Return how far a score spreads, the same for train and test."""
    return {side: {"mean": mean, "sd": sd, "min": mean, "max": mean} for side in ("train", "test")}


def difference(**changes: Any) -> dict[str, Any]:
    """Return a difference: 1.2 points, from 0.4 to 2.0."""
    return {
        **{"pairs": 30, "mean": 0.012, "sd": 0.02, "lowest": -0.02, "highest": 0.05},
        **{"ci_low": 0.004, "ci_high": 0.02, "effect": 0.6, "p_value": 0.004},
        **{
            "p_better": 0.7,
            "p_better_low": 0.5,
            "p_better_high": 0.8,
            "wins": 21,
            "ties": 2,
            "p_wins": 0.01,
        },
        **{"verdict": "helps", "repeats_needed": None, "overlap": 0.0},
        **changes,
    }


def published(**numbers: Any) -> dict[str, Any]:
    """Return what was published, without what isn't said."""
    empty = dict.fromkeys(("train", "test", "epochs", "best_epoch", "baseline"))
    return {**empty, "source": "a tutorial", **numbers}


def answer(**changes: Any) -> dict[str, Any]:
    """Return an answer about weight_l2 on moons, with changes at any depth.

    Another name has the same block, unless the changes say another.
    """
    epochs = {role: {"mean": 4000.0, "min": 4000, "max": 4000} for role in ROLES}
    part = {
        **{"repeats": 30, "diverged": dict.fromkeys(ROLES, 0)},
        **{"baseline": sides(0.914), "technique": sides(0.943)},
        **{"epochs": epochs, "best_epoch": epochs, "seconds": dict.fromkeys(ROLES, 0.1)},
    }
    names = {"technique": "weight_l2", "problem": "moons", **changes}
    blocks = {
        names["technique"]: TECHNIQUES["weight_l2"].model_dump(mode="json"),
        names["problem"]: PROBLEMS["moons"].model_dump(mode="json"),
        "protocol": Protocol().model_dump(mode="json"),
        "statistics": Statistics().model_dump(mode="json"),
        "engine": "compiled",
    }
    whole = {
        **{"technique": "weight_l2", "title": "L2 weight penalty", "problem": "moons"},
        **{"metric": "accuracy", "leak": False},
        "fixed": {
            **{**part, "published": None, "reproduced": None, "missed": [], "also_baseline": []},
            **dict.fromkeys(("stand_in", "not_comparable", "baseline_not_comparable")),
        },
        "fresh": {
            **{**part, "rows": "new draws", "verdict": "helps", "repeats_needed": None},
            **{"guess": None, "by_repeat": [0.032, -0.008] * 15, "plan": {"remembered": False}},
            "difference": {"accuracy": difference(), "loss": difference(mean=-0.2)},
        },
        "run": {
            "parameters": blocks,
            "seeds": {},
            "versions": {"regpipe": "0.1.0"},
            "machine": {},
            "seconds": 3.0,
        },
    }
    merged = copy.deepcopy(_merged(whole, changes))
    fresh = merged["fresh"]
    fresh.setdefault("size", fresh["difference"][merged["metric"]]["mean"])
    return merged


def made(told: dict[str, Any]) -> Answer:
    """Return the answer that a file says."""
    return Answer.model_validate(told)


def _merged(whole: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _merged(whole[key], value)
        for key, value in changes.items()
        if isinstance(value, dict) and isinstance(whole.get(key), dict)
    }
    return {**whole, **changes, **both}
