"""The score of each row that a fit was tested on."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regpipe.language.metrics import METRICS
from regpipe.measures.ledger import entries
from regpipe.rows.arrays import Rows, Units, rows_of
from tests.conftest import arm_called


def test_a_row_that_is_tested_on_has_its_score() -> None:
    units = Units(np.array([4, 1]), of=5)
    found = units.spread(np.array([1.0, 0.0]))
    np.testing.assert_array_equal(found, [np.nan, 0, np.nan, np.nan, 1])


def test_a_group_has_what_its_rows_make_of_the_mean() -> None:
    units = Units(np.array([0, 0, 0, 2]), of=3)
    found = units.spread(np.array([1.0, 1.0, 0.0, 0.0]))
    # 2 groups of 4 rows: a mean of 0.5, and 0.5 more of the first, 0.5 less of the third.
    np.testing.assert_array_equal(found, [0.5 + 0.5 * 2 / 4, np.nan, 0.5 - 0.5 * 2 / 4])


def test_where_repeats_share_no_rows_none_are_kept(moons: Rows) -> None:
    assert moons.units is None and entries({"accuracy": np.ones(70)}, moons) == {}


def frame(**columns: object) -> pd.DataFrame:
    """Two splits of four rows, of which the last two, and then the first two, are tested on."""
    sides = ["train", "train", "test", "test"]
    return pd.DataFrame(
        {
            "protocol": "fresh", "repeat": [0] * 4 + [1] * 4, "data_seed": 1,
            "split": sides + sides[::-1], "x1": 0.5, "x2": 1.0, "target": [0, 1] * 4, **columns,
        }
    )  # fmt: skip


def test_rows_are_known_by_their_place_in_the_table() -> None:
    one, other = rows_of(frame(), "fresh", arm_called("moons"))
    assert one.units and other.units
    np.testing.assert_array_equal(one.units.places, [2, 3])
    np.testing.assert_array_equal(other.units.places, [0, 1])
    assert one.units.of == other.units.of == 4
    found = entries({"accuracy": np.array([1.0, 0.0])}, other)
    np.testing.assert_array_equal(found["test_accuracy_by_row"], [1, 0, np.nan, np.nan])


def test_groups_are_known_by_their_number() -> None:
    (one, _) = rows_of(frame(group=[7, 7, 9, 9] * 2), "fresh", arm_called("moons"))
    assert one.units == replace(one.units, of=2) if one.units else False
    np.testing.assert_array_equal(one.units.places, [1, 1])


@pytest.mark.parametrize(("rare", "known"), [(1, False), (2, True)])
def test_of_a_class_with_a_single_row_to_test_on_nothing_is_known(
    moons: Rows, rare: int, known: bool
) -> None:
    y = np.array([[1.0]] * rare + [[0.0]] * 8)
    n = len(y)
    rows = replace(moons, y_score=y, units=Units(np.arange(n), n))
    names = ("accuracy", "balanced_accuracy", "auc", "f1", "mcc")
    found = entries(dict.fromkeys(names, np.ones(n)), rows)
    finite = [bool(np.isfinite(scores).all()) for scores in found.values()]
    assert finite == [True, known, known, known, known]


def test_the_fixed_split_is_no_sample_of_the_rows() -> None:
    fixed = frame().query("repeat == 0").assign(protocol="fixed")
    assert rows_of(fixed, "fixed", arm_called("moons"))[0].units is None


OF_CLASSES = ("balanced_accuracy", "auc", "f1", "mcc", "log_loss")


@pytest.mark.parametrize(
    ("name", "classes"),
    [*((name, n) for name in OF_CLASSES for n in (2, 3)), ("ece", 2), ("r2", 0), ("rmse", 0)],
)
def test_a_rows_score_tells_what_the_metric_owes_to_it(name: str, classes: int) -> None:
    """By leaving the row out, which moves the metric by about an n-th of its influence."""
    rng, n = np.random.default_rng(4), 400
    if not classes:
        y = rng.normal(size=(n, 1))
        outputs = y + rng.standard_t(4, (n, 1))
    else:
        y = (rng.random((n, 1)) < 0.3).astype(int)
        outputs = np.clip(0.3 * y + 0.2 + 0.4 * rng.random((n, 1)), 0, 1)
    if classes == 3:
        y += rng.random((n, 1)) < 0.4
        outputs = rng.dirichlet([1, 1, 1], n) / 2 + np.eye(3)[y[:, 0]] * rng.random((n, 1))
        outputs /= outputs.sum(axis=1, keepdims=True)
    function = METRICS[name].function
    assert function is not None
    scores = function(y, outputs)
    left = [function(np.delete(y, i, 0), np.delete(outputs, i, 0)).mean() for i in range(n)]
    influence = (n - 1) * (scores.mean() - np.array(left))
    np.testing.assert_allclose(scores - scores.mean(), influence, atol=0.03 * np.ptp(influence))
