"""What a mixture gives against its rivals, and what its recipes are worth."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from regpipe.language import Statistics
from regpipe.statistics.cocktail import compare_mixtures, tabulate_worths
from regpipe.statistics.overlap import INDEPENDENT
from regpipe.statistics.plan import ALONE
from tests.conftest import PROBLEMS

N = 6


def runs(accuracy: Any, **columns: Any) -> pd.DataFrame:
    keys = {"protocol": "fresh", "repeat": range(N), "data_seed": range(N), "fit_seed": range(N)}
    return pd.DataFrame({**keys, "test_accuracy": accuracy, **columns})


NOISE = np.array([0.0, 0.01, -0.01, 0.005, -0.005, 0.0])
MIXTURES = pd.concat([runs(0.9 + NOISE, without=None), runs(0.88, without="dropout")])
SINGLES = pd.concat(
    [
        runs(0.89 - NOISE, technique="dropout", validation_accuracy=0.8, validation_loss=0.5),
        # Better on test rows, and not chosen: validation rows choose.
        runs(0.99, technique="mixup", validation_accuracy=0.7, validation_loss=0.1),
    ]
)


def test_it_is_compared_with_the_baseline_and_with_the_single_that_validation_chooses() -> None:
    found = compare_mixtures(
        MIXTURES, runs(0.85), SINGLES, PROBLEMS["moons"], Statistics(), INDEPENDENT, ALONE
    )
    by = found.set_index("against")
    assert by.loc["baseline", "mean"] == pytest.approx(0.05)
    assert by.loc["baseline", "verdict"] == "helps"
    assert by.loc["single", "test_other"] == pytest.approx(0.89)
    assert by.loc["single", "mean"] == pytest.approx(0.01)


def test_single_techniques_of_fewer_repeats_are_compared_over_those() -> None:
    some = SINGLES[SINGLES["repeat"] < 5]
    found = compare_mixtures(
        MIXTURES, runs(0.85), some, PROBLEMS["moons"], Statistics(), INDEPENDENT, ALONE
    ).set_index("against")
    assert found["pairs"].to_dict() == {"baseline": N, "single": 5}


def test_a_baseline_with_fewer_repeats_is_refused() -> None:
    with pytest.raises(ValueError, match="Of 6 repeats of the cocktail, the baseline has 4"):
        few = runs(0.85).head(4)
        compare_mixtures(
            MIXTURES, few, SINGLES, PROBLEMS["moons"], Statistics(), INDEPENDENT, ALONE
        )


def test_an_ingredient_is_worth_what_the_mixture_loses_without_it() -> None:
    found = tabulate_worths(MIXTURES, PROBLEMS["moons"], Statistics(), INDEPENDENT)
    row = found.iloc[0]
    assert (row["ingredient"], row["times"], row["of"]) == ("dropout", N, N)
    assert row["worth"] == pytest.approx(0.02)
    assert row["ci_low"] < 0.02 < row["ci_high"]


def test_an_ingredient_of_few_mixtures_or_of_equal_worth_is_not_sure() -> None:
    same = pd.concat([runs(0.9, without=None), runs(0.88, without="dropout")])
    row = tabulate_worths(same, PROBLEMS["moons"], Statistics(), INDEPENDENT).iloc[0]
    assert 0 < row["ci_low"] < 0.02 < row["ci_high"]
    few = same[same["repeat"] < 4]
    row = tabulate_worths(few, PROBLEMS["moons"], Statistics(), INDEPENDENT).iloc[0]
    assert row["worth"] == pytest.approx(0.02) and np.isnan(row["ci_low"])


def test_of_an_error_less_is_better() -> None:
    mixtures = MIXTURES.rename(columns=lambda name: name.replace("accuracy", "mse"))
    found = tabulate_worths(mixtures, PROBLEMS["codes"], Statistics(), INDEPENDENT)
    assert found.loc[0, "worth"] == pytest.approx(-0.02)


def test_mixtures_of_nothing_have_no_ingredients() -> None:
    none = MIXTURES[MIXTURES["without"].isna()]
    assert tabulate_worths(none, PROBLEMS["moons"], Statistics(), INDEPENDENT).empty
