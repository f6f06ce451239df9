import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regpipe.statistics.claims import FLAGS, TEXTS, from_csv, tabulate_claims
from regpipe.statistics.judging import NOT_COMPARABLE, STAND_IN
from tests import answers
from tests.answers import made, published

SOURCE = "a tutorial"  # of `published`


def side(mean: float, sd: float, low: float, high: float) -> dict[str, float]:
    return {"mean": mean, "sd": sd, "min": low, "max": high}


def answer(**changes: Any) -> dict[str, Any]:
    """An answer as `summary.json` holds it: +2.9 points claimed, +0.8 found."""
    arms = {
        "baseline": {"train": side(1, 0, 1, 1), "test": side(0.914, 0, 0.914, 0.914)},
        "technique": {"train": side(0.99, 0.01, 0.96, 1), "test": side(0.94, 0.01, 0.93, 0.95)},
    }
    epochs = {role: {"mean": 300.0, "min": 200, "max": 400} for role in arms}
    summary = answers.answer(
        leak=True,
        fixed={
            **arms, "published": published(train=1.0, test=0.943, epochs=219), "epochs": epochs,
        },
        fresh={
            "repeats": 40,
            "difference": {
                "accuracy": {"mean": 0.008, "ci_low": 0.002, "ci_high": 0.014},
                "loss": {"mean": -0.2, "ci_low": -0.3, "ci_high": -0.1},
            },
        },
    )  # fmt: skip
    blocks = summary["run"]["parameters"]
    blocks["moons"] |= {"title": "Two moons", "published": published(test=0.914)}
    blocks["weight_l2"] |= {
        "grid": {"network.hidden.kernel_regularizer.l2": [0.1, 0.01]},
        "grid_published": {"train": [], "test": [], "source": "another"},
    }
    for name in {changes.get("technique", "weight_l2")} - set(blocks):
        blocks[name] = blocks["weight_l2"]
    return {**summary, **changes}


def claims(*summaries: dict[str, Any], **grids: pd.DataFrame) -> pd.DataFrame:
    return tabulate_claims(map(made, summaries), grids).set_index(["arm", "number"])


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
    numbers = published(test=0.3)
    other = answer(
        technique="weight_l1", metric="loss", fixed={**answer()["fixed"], "published": numbers}
    )
    assert list(claims(other).index) == [("weight_l1", "test loss")]
    assert list(claims(other)["holds"]) == [""]  # 0.3 - 0.914 is no gain
    assert list(claims(other, answer()).index)[:2] == [
        ("moons", "test accuracy"), ("weight_l1", "test loss"),
    ]  # fmt: skip


def test_a_number_is_reproduced_where_the_seeds_range_over_it() -> None:
    table = claims(answer())
    assert list(table["reproduced"]) == [True, True, True, True]
    summary = answer()
    summary["fixed"]["published"] |= {"test": 0.951, "epochs": 401}
    assert list(claims(summary)["reproduced"]) == [True, True, False, False]


def test_the_gain_is_over_the_published_baseline_and_stands_at_the_test_score_alone() -> None:
    row = claims(answer()).loc[("weight_l2", "test accuracy")]
    assert row["published_gain"] == pytest.approx(0.029)
    assert row["fixed_gain"] == pytest.approx(0.94 - 0.914)
    assert (row["fresh_gain"], row["draws"], row["verdict"]) == (0.008, 40, "helps")
    assert row["holds"] == "holds, smaller"  # the interval ends below 2.9 points
    others = claims(answer()).drop(index=("weight_l2", "test accuracy"))
    assert others["published_gain"].isna().all() and set(others["holds"]) == {""}


def test_a_file_keeps_what_is_empty(tmp_path: Path) -> None:
    table = tabulate_claims([made(answer())], {})
    table.to_csv(tmp_path / "claims.csv", index=False)
    again = from_csv(pd.read_csv(tmp_path / "claims.csv"))
    for name in TEXTS:
        assert list(again[name]) == list(table[name])
    for name in FLAGS:
        assert list(again[name].fillna(False)) == list(table[name].fillna(False))
        assert list(again[name].isna()) == list(table[name].isna())


def test_a_gain_is_over_the_baseline_of_its_own_source() -> None:
    """Two sources may report other scores of the same baseline."""
    own = {"train": 1.0, "test": 0.92}
    summaries = [
        answer(technique=name, fixed={**answer()["fixed"], "published": numbers})
        for name, numbers in (
            ("theirs", published(test=0.943, baseline=own) | {"source": "another"}),
            ("theirs_too", published(test=0.9, baseline=own) | {"source": "another"}),
            ("shared", published(test=0.943)),
        )
    ]
    table = claims(*summaries)
    gains = table["published_gain"].dropna()
    assert list(gains.round(3)) == [0.023, -0.02, 0.029]
    assert list(table["claim"][table["claim"] != ""]) == ["gain", "loss", "gain"]
    baselines = table[~table["technique"].astype(bool)]
    assert list(baselines["published"]) == [0.914, 1.0, 0.92]  # once, not once per technique
    assert list(baselines["source"]) == [SOURCE, "another", "another"]
    unknown = published(test=0.943, baseline={"train": 1.0, "test": None})
    (row,) = claims(answer(fixed={**answer()["fixed"], "published": unknown})).tail(1).itertuples()
    assert row.holds == "" and pd.isna(row.published_gain)


def test_an_error_that_falls_is_a_gain() -> None:
    summary = answer(metric="mse")
    found = answers.difference(mean=-0.03, ci_low=-0.04, ci_high=-0.02)
    summary["fresh"]["difference"]["mse"] = found
    summary["run"]["parameters"]["moons"]["metric"] = "mse"
    summary["run"]["parameters"]["moons"]["task"] = "regression"
    row = claims(summary).loc[("weight_l2", "test mse")]
    assert (row["claim"], row["holds"]) == ("loss", "does not hold")  # 0.914 rose to 0.943
    summary["fixed"]["published"] |= {"test": 0.885}
    row = claims(summary).loc[("weight_l2", "test mse")]
    assert (row["claim"], row["holds"]) == ("gain", "holds")


@pytest.mark.parametrize(
    ("changes", "outcome", "why"),
    [
        ({"stand_in": "other rows"}, STAND_IN, "other rows"),
        ({"not_comparable": "5 epochs instead of 9"}, NOT_COMPARABLE, "5 epochs instead of 9"),
    ],
)
@pytest.mark.parametrize("number", [0.943, 0.5])
def test_what_cant_be_told_is_neither_reproduced_nor_held(
    changes: dict[str, str], outcome: str, why: str, number: float
) -> None:
    summary = answer()
    summary["fixed"] |= changes
    summary["fixed"]["published"] |= {"test": number}
    table = claims(summary)
    row = table.loc[("weight_l2", "test accuracy")]
    assert (row["reproduction"], row["holds"], row["why"]) == (outcome, outcome, why)
    assert pd.isna(row["reproduced"]) and pd.isna(row["also_baseline"])
    assert (row["fresh_loss"], row["loss_low"], row["loss_high"]) == (-0.2, -0.3, -0.1)
    of_problem = table.loc[("moons", "test accuracy")]
    assert of_problem["reproduction"] == (STAND_IN if outcome == STAND_IN else "not contradicted")


def test_a_gain_over_a_baseline_that_departs_is_not_comparable() -> None:
    summary = answer()
    summary["fixed"]["baseline_not_comparable"] = "5 epochs instead of 9"
    row = claims(summary).loc[("weight_l2", "test accuracy")]
    assert (row["reproduction"], row["holds"]) == ("not contradicted", NOT_COMPARABLE)
    assert row["why"] == "5 epochs instead of 9"


def test_whether_the_baseline_ranges_over_a_number_too_is_told() -> None:
    summary = answer()
    summary["fixed"]["baseline"]["test"] = side(0.93, 0.01, 0.91, 0.95)
    table = claims(summary)
    assert table.loc[("weight_l2", "test accuracy"), "also_baseline"]
    assert not claims(answer()).loc[("weight_l2", "test accuracy"), "also_baseline"]
    assert pd.isna(table.loc[("moons", "test accuracy"), "also_baseline"])


def test_few_seeds_contradict_nothing() -> None:
    summary = answer()
    summary["fixed"] |= {"repeats": 4}
    summary["fixed"]["published"] |= {"test": 0.5}
    row = claims(summary).loc[("weight_l2", "test accuracy")]
    assert row["reproduction"] == "too few seeds" and pd.isna(row["reproduced"])


def test_an_arm_that_diverged_reproduces_nothing() -> None:
    summary = answer()
    nothing = dict.fromkeys(("mean", "sd", "min", "max"))
    summary["fixed"]["technique"] = {"train": nothing, "test": nothing}
    unknown = answers.difference(**dict.fromkeys(("mean", "ci_low", "ci_high")))
    summary["fresh"] |= {
        "verdict": "undecided",
        "difference": {"accuracy": unknown, "loss": unknown},
    }
    summary["fixed"]["baseline"]["test"] = side(0.9, 0, 0.9, 0.9)
    row = claims(summary).loc[("weight_l2", "test accuracy")]
    assert not row["reproduced"] and row["holds"] == "undecided" and pd.isna(row["fresh_gain"])


def test_each_published_point_of_a_grid_has_its_rows() -> None:
    path = "network.hidden.kernel_regularizer.l2"
    point = {"repeats": 10, path: 0.1, "published_train": 0.967, "published_test": 0.829}
    point |= {"not_comparable": math.nan}  # empty in the file
    for part, low in (("train", 0.96), ("test", 0.84)):
        point |= {f"{part}_mean": low, f"{part}_sd": 0.0, f"{part}_low": low, f"{part}_high": 0.97}
    finer = {**point, path: 0.2, "published_train": math.nan, "published_test": math.nan}
    table = claims(answer(), weight_l2=pd.DataFrame([point, finer]))
    rows = table[table["at"] != ""]
    assert list(rows["at"]) == ["l2 = 0.1"] * 2 and list(rows["reproduced"]) == [True, False]
    assert set(rows["source"]) == {"another"} and set(rows["seeds"]) == {10}
    departed = pd.DataFrame([{**point, "not_comparable": "5 epochs instead of 9"}])
    rows = claims(answer(), weight_l2=departed).tail(2)
    assert set(rows["reproduction"]) == {NOT_COMPARABLE}
    assert set(rows["why"]) == {"5 epochs instead of 9"} and rows["reproduced"].isna().all()
