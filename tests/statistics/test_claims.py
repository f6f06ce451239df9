import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regpipe.statistics.claims import TEXTS, from_csv, holds, tabulate_claims

SOURCE = "a tutorial"


def side(mean: float, sd: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "sd": sd, "min": low, "max": high}


def published(**numbers: Any) -> dict[str, Any]:
    empty = dict.fromkeys(("train", "test", "epochs", "best_epoch", "note"))
    return {**empty, "source": SOURCE, **numbers}


def answer(**changes: Any) -> dict[str, Any]:
    """An answer as `summary.json` holds it: +2.9 points claimed, +0.8 found."""
    arms = {
        "baseline": {"train": side(1, 0, 1, 1), "test": side(0.914, 0, 0.914, 0.914)},
        "technique": {"train": side(0.99, 0.01, 0.96, 1), "test": side(0.94, 0.01, 0.93, 0.95)},
    }
    epochs = {"technique": {"mean": 300.0, "min": 200, "max": 400}, "baseline": {}}
    fresh = {"mean": 0.008, "ci_low": 0.002, "ci_high": 0.014}
    told = {
        "technique": "weight_l2",
        "title": "L2",
        "problem": "moons",
        "metric": "accuracy",
        "leak": True,
        "fixed": {
            "repeats": 30,
            **arms,
            "published": published(train=1.0, test=0.943, epochs=219),
            "epochs": epochs,
        },
        "fresh": {"repeats": 40, "difference": {"accuracy": fresh}, "verdict": "helps"},
        "run": {
            "parameters": {
                "moons": {"title": "Two moons", "published": published(test=0.914)},
                "weight_l2": {
                    "grid": {"network.hidden.kernel_regularizer.l2": [0.1, 0.01]},
                    "grid_published": {"source": "another"},
                },
            }
        },
    }
    return {**told, **changes}


def claims(*answers: dict[str, Any], **grids: pd.DataFrame) -> pd.DataFrame:
    return tabulate_claims(answers, grids).set_index(["arm", "number"])


def test_every_published_number_gets_a_row_and_the_baseline_one_only() -> None:
    other = answer(technique="weight_l1", fixed={**answer()["fixed"], "published": None})
    table = claims(answer(), other)
    assert list(table.index) == [
        ("moons", "test accuracy"),
        ("weight_l2", "train accuracy"),
        ("weight_l2", "test accuracy"),
        ("weight_l2", "stopping epoch"),
    ]
    assert list(table["technique"]) == [False, True, True, True]
    assert list(table["leak"]) == [False, True, True, True]


def test_the_baselines_number_is_not_compared_with_that_of_another_metric() -> None:
    block = {"title": "Two moons", "published": published(test=0.914), "metric": None}
    blocks = {"moons": {**block, "task": "binary"}, "weight_l1": {"metric": "loss"}}
    numbers = published(test=0.3)
    other = answer(
        technique="weight_l1",
        metric="loss",
        fixed={**answer()["fixed"], "published": numbers},
        fresh={**answer()["fresh"], "difference": {"loss": {}}},
        run={"parameters": blocks},
    )
    assert list(claims(other).index) == [("weight_l1", "test loss")]
    assert list(claims(other)["holds"]) == [""]  # 0.3 - 0.914 is no gain
    assert list(claims(other, answer()).index)[:2] == [
        ("moons", "test accuracy"), ("weight_l1", "test loss"),
    ]  # fmt: skip


def test_a_number_is_reproduced_where_the_seeds_range_over_it() -> None:
    table = claims(answer())
    assert list(table["reproduced"]) == [True, True, True, True]
    told = answer()
    told["fixed"]["published"] |= {"test": 0.951, "epochs": 401}
    assert list(claims(told)["reproduced"]) == [True, True, False, False]


def test_the_gain_is_over_the_published_baseline_and_stands_at_the_test_score_alone() -> None:
    row = claims(answer()).loc[("weight_l2", "test accuracy")]
    assert row["published_gain"] == pytest.approx(0.029)
    assert row["fixed_gain"] == pytest.approx(0.94 - 0.914)
    assert (row["fresh_gain"], row["draws"], row["verdict"]) == (0.008, 40, "helps")
    assert row["holds"] == "holds, smaller"  # the interval ends below 2.9 points
    others = claims(answer()).drop(index=("weight_l2", "test accuracy"))
    assert others["published_gain"].isna().all() and set(others["holds"]) == {""}


def test_a_file_keeps_what_is_empty(tmp_path: Path) -> None:
    table = tabulate_claims([answer()], {})
    table.to_csv(tmp_path / "claims.csv", index=False)
    again = from_csv(pd.read_csv(tmp_path / "claims.csv"))
    for name in TEXTS:
        assert list(again[name]) == list(table[name])


@pytest.mark.parametrize(
    ("claimed", "verdict", "interval", "expected"),
    [
        (0.03, "helps", (0.01, 0.05), "holds"),
        (0.03, "helps", (0.01, 0.02), "holds, smaller"),
        (0.03, "no difference", (-0.01, 0.01), "does not hold"),
        (0.03, "hurts", (-0.03, -0.01), "does not hold"),
        (0.03, "undecided", (-0.03, 0.05), "undecided"),
        (-0.1, "hurts", (-0.12, -0.05), "holds"),
        (-0.1, "hurts", (-0.05, -0.01), "holds, smaller"),
        (-0.1, "helps", (0.01, 0.05), "does not hold"),
        (-0.1, "undecided", (math.nan, math.nan), "undecided"),
    ],
)
def test_whether_a_claim_holds(
    claimed: float, verdict: str, interval: tuple[float, float], expected: str
) -> None:
    assert holds(claimed, verdict, *interval) == expected


def test_an_arm_that_diverged_reproduces_nothing() -> None:
    told = answer()
    nothing = dict.fromkeys(("mean", "sd", "min", "max"))
    told["fixed"]["technique"] = {"train": nothing, "test": nothing}
    told["fresh"] = {
        "repeats": 40, "verdict": "undecided",
        "difference": {"accuracy": dict.fromkeys(("mean", "ci_low", "ci_high"))},
    }  # fmt: skip
    told["fixed"]["baseline"]["test"] = side(0.9, 0, 0.9, 0.9)
    row = claims(told).loc[("weight_l2", "test accuracy")]
    assert not row["reproduced"] and row["holds"] == "undecided" and pd.isna(row["fresh_gain"])


def test_each_published_point_of_a_grid_has_its_rows() -> None:
    path = "network.hidden.kernel_regularizer.l2"
    point = {"repeats": 10, path: 0.1, "published_train": 0.967, "published_test": 0.829}
    for part, low in (("train", 0.96), ("test", 0.84)):
        point |= {f"{part}_mean": low, f"{part}_sd": 0.0, f"{part}_low": low, f"{part}_high": 0.97}
    finer = {**point, path: 0.2, "published_train": math.nan, "published_test": math.nan}
    table = claims(answer(), weight_l2=pd.DataFrame([point, finer]))
    rows = table[table["at"] != ""]
    assert list(rows["at"]) == ["l2 = 0.1"] * 2 and list(rows["reproduced"]) == [True, False]
    assert set(rows["source"]) == {"another"} and set(rows["seeds"]) == {10}
