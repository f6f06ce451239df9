"""One temperature of all that was held out, and what columns are worth over the splits."""

import numpy as np
import pandas as pd
import pytest

from regpipe.statistics.calibration import temperature
from regpipe.statistics.examined import on_test_rows, summarise
from tests.statistics.test_calibration import planted

WORTHS = pd.DataFrame(
    {"column": ["a", "b"] * 2, "repeat": [0, 0, 1, 1], "importance": [0.1, 0.2, 0.1, 0.4]}
)


def predictions(rows: int = 15) -> pd.DataFrame:
    """Return what is said of so many held-out rows of two splits and of all rows, and of others."""
    parts = []
    for protocol, repeat in (("fresh", 0), ("fresh", 1), ("whole", 0)):
        for part in ("val", "score")[: 1 if protocol == "whole" else 2]:
            shares, labels = planted(3.0, rows=rows if part == "val" else 200)
            table = pd.DataFrame(shares, columns=["p0", "p1", "p2"]).assign(label=labels)
            parts.append(table.assign(protocol=protocol, repeat=repeat, part=part))
    return pd.concat(parts, ignore_index=True)


def test_a_temperature_is_told_by_all_that_was_held_out() -> None:
    """Any one split has too few rows to tell it, and so has the whole table."""
    table = predictions()
    held_out = table[table["part"] == "val"]
    shares, labels = held_out[["p0", "p1", "p2"]].to_numpy(), held_out["label"].to_numpy()
    found = summarise(table, WORTHS).calibration
    assert temperature(shares[:15], labels[:15]) == 1
    assert found is not None and found.rows == 400
    assert found.temperature == pytest.approx(temperature(shares, labels)) != 1


def test_it_is_checked_on_test_rows_alone() -> None:
    shares, labels = on_test_rows(predictions())
    assert shares.shape == (400, 3) and len(labels) == 400
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_columns_stand_in_the_order_of_what_they_are_worth() -> None:
    found = summarise(pd.DataFrame(columns=["repeat"]), WORTHS)
    assert found.calibration is None
    assert [(one.column, round(one.importance, 2)) for one in found.columns] == [
        ("b", 0.3),
        ("a", 0.1),
    ]
