"""Each measure by hand on a few fits, each verdict, and what can't be told."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.language import Measure, Mechanism, Statistics
from regpipe.statistics.mechanisms import (
    CANT_TELL,
    COLUMNS,
    TRIFLING,
    Fits,
    fate,
    measured,
    of_curves,
    tabulate_mechanisms,
    with_texts,
)
from regpipe.statistics.overlap import INDEPENDENT, ONE_SAMPLE, Splits
from regpipe.statistics.plan import ALONE, Plan
from tests.conftest import arm_called

N = 6  # fresh repeats
NOISE = np.array([0.02, -0.01, 0.0, 0.01, -0.02, 0.0])


def runs(norm: float, **columns: Any) -> pd.DataFrame:
    """A run table: two fits of the fixed draw, whose numbers count nowhere, and N fresh ones."""
    table = pd.DataFrame(
        {
            "protocol": ["fixed"] * 2 + ["fresh"] * N, "repeat": [0, 1, *range(N)],
            "data_seed": range(2 + N), "fit_seed": range(2 + N), "settings": "same",
            "epochs": [9, 9, 5, 6, 7, 5, 6, 7],
            "norm_hidden": [999.0, 999.0, *(norm + NOISE)], "norm_output": 4.0,
            "activation_hidden": 0.3, "zeros_hidden": 0.25, "zeros_relu": 0.5,
            "test_accuracy": [0.0, 0.0, *(0.8 + NOISE)], "test_accuracy_halves": 0.0,
        }
    )  # fmt: skip
    return table.assign(**columns)


def fits(name: str, table: pd.DataFrame, **changes: Any) -> Fits:
    whole = {"history": None, "splits": INDEPENDENT, "plan": ALONE, "departure": None, **changes}
    return Fits(arm_called(name), table, **whole)


def judged(with_it: Fits, other: Fits, **claim: Any) -> dict[str, Any]:
    """Judge one claim, that the norm of weight_l2's hidden layer is smaller if it is no other."""
    whole = {"statement": "s", "source": "a", "arm": "weight_l2", "measure": "norm_hidden"}
    block = Mechanism(**whole | {"direction": None if "near" in claim else "smaller"} | claim)
    arms = {"weight_l2": with_it, "moons": other, "weight_l1": other}
    table = tabulate_mechanisms({"mine": block}, arms, Statistics())
    assert list(table.columns) == list(COLUMNS)
    return table.to_dict("records")[0]


def test_measures_of_the_run_table_by_hand() -> None:
    both = fits("weight_l2", runs(3.0))
    for name, value in (
        ("norm_hidden", [3.02, 2.99, 3.0, 3.01, 2.98, 3.0]),
        ("norm", [math.hypot(n, 4) for n in (3.02, 2.99, 3.0, 3.01, 2.98, 3.0)]),
        ("zeros_hidden", 0.25),
        ("zeros", 0.5),  # what the last layer is given
        ("activation", 0.3),
        ("epochs", [5, 6, 7, 5, 6, 7]),
        ("test_accuracy", [0.82, 0.79, 0.8, 0.81, 0.78, 0.8]),
    ):
        found = measured(both, Measure.named(name))["value"]
        assert list(found) == pytest.approx(value if isinstance(value, list) else [value] * N)


def curves() -> pd.DataFrame:
    """The first repeat is best at epoch 2, the second at its end; one wasn't validated at first."""
    return pd.DataFrame(
        {
            "protocol": "fresh",
            "repeat": [0, 0, 0, 1, 1, 1],
            "epoch": [1, 2, 3, 3, 2, 1],  # in any order
            "val_loss": [0.5, 0.2, 0.6, 0.3, 0.4, math.nan],
            "val_accuracy": [0.7, 0.9, 0.8, 0.6, 0.6, math.nan],
        }
    )


def test_measures_of_curves_by_hand() -> None:
    of_loss = of_curves(curves(), "val_loss")
    assert of_loss["best_epoch"].to_dict() == {0: 2, 1: 3}
    assert of_loss["worsening"].to_dict() == pytest.approx({0: 0.4, 1: 0.0})
    of_accuracy = of_curves(curves(), "val_accuracy")  # of which more is better
    assert of_accuracy["best_epoch"].to_dict() == {0: 2, 1: 2}  # the first of equals
    assert of_accuracy["worsening"].to_dict() == pytest.approx({0: 0.1, 1: 0.0})
    fixed = curves().assign(protocol="fixed", val_loss=-9.0)
    both = fits("weight_l2", runs(3.0), history=pd.concat([fixed, curves()]))
    values = measured(both, Measure.named("worsening_val_loss"))["value"]
    assert list(values[:2]) == pytest.approx([0.4, 0.0]) and values[2:].isna().all()


@pytest.mark.parametrize(
    ("direction", "low", "high", "verdict"),
    [
        ("smaller", -9, -2, "holds"),
        ("smaller", -0.9, -0.1, TRIFLING),
        ("smaller", -9, -0.1, "holds"),
        ("smaller", -0.9, 0.9, "does not hold"),  # no difference that matters
        ("smaller", 0.1, 9, "does not hold"),
        ("smaller", -9, 0.1, "undecided"),
        ("larger", 2, 9, "holds"),
        ("larger", 0.1, 0.9, TRIFLING),
        ("larger", -9, -0.1, "does not hold"),
        ("larger", -0.1, 9, "undecided"),
        ("no difference", -0.9, 0.9, "holds"),
        ("no difference", 0.1, 0.9, "holds"),
        ("no difference", 1, 9, "does not hold"),
        ("no difference", -9, -1, "does not hold"),
        ("no difference", 0.1, 9, "undecided"),
        ("not larger", -9, 0.9, "holds"),
        ("not larger", 0.1, 9, "does not hold"),
        ("not larger", -9, 1.1, "undecided"),
        (None, -0.9, 0.9, "holds"),  # near a number
        (None, 1.1, 9, "does not hold"),
    ],
)
def test_each_verdict(direction: str | None, low: float, high: float, verdict: str) -> None:
    """The smallest difference of interest is 1."""
    assert fate(direction, low, high, 1.0) == verdict


def test_a_claim_is_judged_by_pairs_and_by_a_share_of_what_it_is_beside() -> None:
    row = judged(fits("weight_l2", runs(3.0)), fits("moons", runs(4.0)))
    assert (row["arm"], row["beside"], row["problem"]) == ("weight_l2", "moons", "moons")
    assert (row["arm_mean"], row["beside_mean"]) == pytest.approx((3.0, 4.0))
    assert row["difference"] == pytest.approx(-1.0)  # the noise of a pair is the same
    assert row["smallest_difference"] == pytest.approx(0.05 * 4.0)
    assert (row["repeats"], row["verdict"], row["why"]) == (N, "holds", "")
    swapped = judged(fits("weight_l2", runs(4.0)), fits("moons", runs(3.0)))
    assert swapped["verdict"] == "does not hold"
    other = judged(
        fits("weight_l2", runs(3.0)), fits("weight_l1", runs(3.0)),
        beside="weight_l1", direction="no difference",
    )  # fmt: skip
    assert (other["beside"], other["verdict"]) == ("weight_l1", "holds")


def test_scores_and_shares_have_their_own_smallest_difference() -> None:
    own, bare = fits("weight_l2", runs(3.0, zeros_relu=0.505)), fits("moons", runs(4.0))
    row = judged(own, bare, measure="test_accuracy", direction="no difference")
    assert (row["smallest_difference"], row["verdict"]) == (0.01, "holds")
    row = judged(own, bare, measure="zeros", direction="larger")
    assert row["smallest_difference"] == 0.01 and row["difference"] == pytest.approx(0.005)
    assert row["verdict"] == TRIFLING


def scored(accuracy: list[float], settings: str, loss: float = 0.5) -> pd.DataFrame:
    """A run table of fresh repeats with these accuracies."""
    return runs(3.0, test_accuracy=[0.0, 0.0, *accuracy], test_loss=loss, settings=settings)


def test_gains_are_over_the_baseline_of_each_problem() -> None:
    """The mean gains are 0.05 of few rows and 0.02 of more."""
    few, more = 0.7 + NOISE, 0.9 - NOISE
    arms = {
        "circles": fits("circles", scored([*few], "few")),
        "dropout": fits("dropout", scored([*(few + 0.05 + NOISE / 10)], "few", loss=0.3)),
        "circles_100": fits("circles_100", scored([*more], "more")[:-1]),
        "dropout_100": fits("dropout_100", scored([*(more + 0.02)], "more", loss=0.6)[:-1]),
    }
    block = {"arm": "dropout_100", "beside": "dropout", "measure": "gain_accuracy"}
    claim = {"statement": "s", "source": "a", "direction": "smaller", **block}

    def row(**changes: Any) -> dict[str, Any]:
        claims = {"mine": Mechanism(**claim | changes)}
        return tabulate_mechanisms(claims, arms, Statistics()).to_dict("records")[0]

    found = row()
    assert (found["repeats"], found["beside"], found["problem"]) == (
        N - 1,
        "dropout",
        "circles_100",
    )
    assert (found["arm_mean"], found["beside_mean"]) == pytest.approx((0.02, 0.05))
    assert found["difference"] == pytest.approx(-0.03) and found["ci_low"] > -0.035
    assert (found["smallest_difference"], found["verdict"]) == (0.01, "holds")
    of_loss = row(measure="gain_loss")  # of which less is better
    assert (of_loss["arm_mean"], of_loss["beside_mean"]) == pytest.approx((-0.1, 0.2))
    arms["circles"] = replace(arms["circles"], departure="other rows")
    assert (row()["verdict"], row()["why"]) == (CANT_TELL, "other rows")


def test_a_mean_is_near_a_number_or_it_isnt() -> None:
    own, bare = fits("weight_l2", runs(3.0)), fits("moons", runs(4.0))
    near = {"arm": "moons", "near": 4.5, "within": 1.0}
    row = judged(own, bare, **near)
    assert (row["beside"], row["direction"], row["verdict"]) == ("", "near", "holds")
    assert math.isnan(row["beside_mean"]) and row["difference"] == pytest.approx(-0.5)
    assert judged(own, bare, **near | {"within": 0.2})["verdict"] == "does not hold"
    assert judged(own, bare, **near | {"within": 0.5})["verdict"] == "undecided"


def test_techniques_that_stopped_at_different_repeats_share_the_first() -> None:
    longer = runs(4.0)
    shorter = runs(3.0)[:-1]
    for arms in ((shorter, longer), (longer, shorter)):
        own, other = (fits(n, t) for n, t in zip(("weight_l2", "weight_l1"), arms, strict=True))
        row = judged(own, other, beside="weight_l1")
        assert row["repeats"] == N - 1


def test_what_was_stopped_as_decided_has_a_wider_interval() -> None:
    table = runs(3.0, norm_hidden=[9, 9, 3, 4, 3, 5, 3, 4])
    plans = (ALONE, Plan((N, 2 * N), remembered=False), Plan((N, 2 * N), asked=1))
    owns = [fits("weight_l2", table, plan=plan) for plan in plans]
    bare, near = fits("moons", runs(4.0)), {"near": 4.0, "within": 1.0}
    for claim in ({}, near):
        alone, stopped, again = (judged(own, bare, **claim)["ci_low"] for own in owns)
        assert again < stopped < alone
    other = fits("moons", table)  # which trains on, whatever is decided
    assert judged(owns[1], other, **near, arm="moons")["ci_low"] == alone
    besides = {"weight_l2": owns[1], "moons": other}
    claim = Mechanism(
        **{"statement": "s", "source": "a", "arm": "moons", "beside": "weight_l2"},
        **{"measure": "norm_hidden", "direction": "smaller"},
    )
    row = tabulate_mechanisms({"mine": claim}, besides, Statistics()).iloc[0]
    assert row["repeats"] == N


@pytest.mark.parametrize(
    ("measure", "overlap"), [("norm_hidden", 200 / 1597), ("epochs", 1597 / 200)]
)
def test_splits_share_their_training_rows_in_what_only_those_decide(
    measure: str, overlap: float
) -> None:
    changes = {"norm_hidden": [9, 9, 3, 4, 3, 5, 3, 4], "epochs": [9, 9, 3, 4, 3, 5, 3, 4]}
    half = {}
    for splits in (INDEPENDENT, Splits(train_rows=200, test_rows=1597)):
        own = fits("weight_l2", runs(4.0, **changes), splits=splits)
        bare = fits("moons", runs(4.0), splits=splits)
        row = judged(own, bare, measure=measure)
        half[splits] = row["difference"] - row["ci_low"]
    widening = half[splits] / half[INDEPENDENT]
    assert widening == pytest.approx(math.sqrt(1 + N * overlap))


def test_what_cant_be_told_says_why() -> None:
    bare = fits("moons", runs(4.0))
    lacking = [999.0, 999.0, math.nan, *(3.0 + NOISE[1:])]
    for own, why in (
        (fits("weight_l2", runs(3.0), departure="5 epochs instead of 9"), "5 epochs instead of 9"),
        (fits("weight_l2", runs(3.0, norm_hidden=lacking)), "1 of 6 fits lack it"),
        (fits("weight_l2", runs(3.0)[:6]), "4 repeats are too few"),
        (fits("weight_l2", runs(3.0), splits=ONE_SAMPLE), "of the same rows"),
        (fits("weight_l2", runs(3.0).drop(columns="norm_hidden")), "6 of 6 fits lack it"),
    ):
        row = judged(own, bare)
        assert row["verdict"] == CANT_TELL and why in row["why"]
    row = judged(fits("weight_l2", runs(3.0)), fits("moons", runs(4.0), departure="other rows"))
    assert (row["verdict"], row["why"]) == (CANT_TELL, "other rows")


def test_a_file_keeps_what_is_empty(tmp_path: Path) -> None:
    claim = Mechanism(statement="s", source="a", arm="moons", measure="norm", near=5.0, within=1.0)
    table = tabulate_mechanisms({"mine": claim}, {"moons": fits("moons", runs(3.0))}, Statistics())
    table.to_csv(tmp_path / "mechanisms.csv", index=False)
    again = with_texts(pd.read_csv(tmp_path / "mechanisms.csv"))
    assert list(again["beside"]) == list(again["why"]) == [""]
