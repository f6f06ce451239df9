import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.language import Problem, Statistics, Technique
from regpipe.statistics.answer import Answer, Epochs, summarise
from regpipe.statistics.overlap import INDEPENDENT
from regpipe.statistics.plan import ALONE
from regpipe.statistics.summary import compare_runs
from tests.conftest import PROBLEMS, TECHNIQUES, arm_called


def runs(losses: list[float], outcomes: list[str]) -> pd.DataFrame:
    n = len(losses)
    return pd.DataFrame(
        {
            "protocol": ["fixed"] * n + ["fresh"] * n,
            "repeat": [*range(n)] * 2,
            "data_seed": range(2 * n),
            "fit_seed": range(2 * n),
            "settings": "same",
            "outcome": outcomes * 2,
            "epochs": [*range(7, 7 + n)] * 2,
            "best_epoch": 5,
            "train_accuracy": 1.0,
            **{f"test_{score}": 0.914 for score in PROBLEMS["moons"].kind.scores},
            "test_loss": losses * 2,
            "seconds": 0.5,
            "guess": 0.5,
        }
    )


def summarised(
    baseline: pd.DataFrame,
    runs: pd.DataFrame,
    problem: Problem = PROBLEMS["moons"],
    technique: Technique = TECHNIQUES["weight_l2"],
    departures: Mapping[str, str | None] = MappingProxyType({}),
) -> Answer:
    compared = compare_runs(baseline, runs, problem, Statistics(), INDEPENDENT, ALONE)
    arm = replace(arm_called("weight_l2"), problem_block=problem, technique_block=technique)
    parameters = {"statistics": {}, "moons": problem.model_dump(mode="json")}
    return summarise(arm, baseline, runs, compared, Statistics(), parameters, departures, ALONE)


def test_a_diverged_fit_is_counted_and_a_missing_score_leaves_valid_json() -> None:
    baseline = runs([0.5, 0.6, 0.7, 0.6, 0.5], ["completed"] * 5)
    broken = runs([0.4, float("nan"), 0.6, 0.7, 0.6], ["completed", "diverged", *["completed"] * 3])
    answer = summarised(baseline, broken)
    assert answer.fresh.diverged == {"baseline": 0, "technique": 1}
    loss, accuracy = (answer.fresh.difference[m] for m in ("loss", "accuracy"))
    assert np.isnan(loss.mean) and (loss.wins, loss.verdict) == (2, "undecided")
    assert (accuracy.mean, accuracy.ties) == (0.0, 5)
    assert answer.fixed.reproduced is False  # 0.914, where 0.943 was published
    assert answer.fixed.missed == ["test"]
    assert answer.fixed.also_baseline == ["train"]
    assert answer.fixed.epochs["technique"] == Epochs(mean=9.0, min=7, max=11)
    assert answer.run.seconds == 10.0
    file = json.dumps(answer.model_dump(), allow_nan=False)
    assert json.loads(file)["fresh"]["difference"]["loss"]["mean"] is None
    assert str(Answer.model_validate_json(file)) == str(answer)  # NaN isn't equal to itself


def test_what_is_hardly_better_than_a_guess_is_known_as_such() -> None:
    """By less than the smallest difference of interest, a point of accuracy."""
    one = runs([0.5] * 5, ["completed"] * 5)
    for guess, over, hardly in ((0.5, 0.414, False), (0.91, 0.004, True), (0.95, -0.036, True)):
        answer = summarised(one, one.assign(guess=guess))
        assert answer.over_guess == pytest.approx(over) and answer.hardly_beats_guess == hardly
    unknown = summarised(one, one.assign(guess=np.nan))  # as of a technique that a code judges
    assert np.isnan(unknown.over_guess) and not unknown.hardly_beats_guess


def test_the_baseline_is_told_over_the_repeats_of_the_technique() -> None:
    """One that was decided early has fewer, and its baseline has them all."""
    losses = [0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9]
    baseline = runs(losses, ["completed"] * 7).assign(test_accuracy=[1 - x for x in losses] * 2)
    early = baseline[baseline["repeat"] < 5]
    answer = summarised(baseline, early)
    for result in (answer.fixed, answer.fresh):
        assert result.repeats == 5
        assert result.baseline["test"] == result.technique["test"]
        assert result.baseline["test"].mean == pytest.approx(0.9)
        assert result.epochs["baseline"].max == 11


@pytest.mark.parametrize(
    ("seeds", "published", "changes", "reproduced"),
    [
        (5, 0.914, {}, True),
        (5, 0.943, {}, False),
        (4, 0.943, {}, None),
        (4, 0.914, {}, True),
        (5, 0.914, {"not_comparable": "5 epochs instead of 9"}, None),
        (5, 0.943, {"not_comparable": "5 epochs instead of 9"}, None),
        (5, 0.914, {"stand_in": "other rows"}, None),
        (5, 0.943, {"stand_in": "other rows"}, None),
    ],
)
def test_reproduced_is_said_where_it_can_be_told(
    seeds: int, published: float, changes: dict[str, Any], reproduced: bool | None
) -> None:
    table = runs([0.5] * seeds, ["completed"] * seeds)
    problem = PROBLEMS["moons"].model_copy(update={"stand_in": changes.get("stand_in")})
    numbers = TECHNIQUES["weight_l2"].published
    assert numbers is not None
    technique = TECHNIQUES["weight_l2"].model_copy(
        update={"published": numbers.model_copy(update={"test": published})}
    )
    departures = {"technique": changes.get("not_comparable")}
    fixed = summarised(table, table, problem, technique, departures).fixed
    assert fixed.reproduced is reproduced
    assert fixed.not_comparable == changes.get("not_comparable")
    assert fixed.stand_in == changes.get("stand_in")
