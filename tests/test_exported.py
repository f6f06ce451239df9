"""What an exported network says of new rows, without one that was trained."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from regpipe.exported import About, Predictor
from regpipe.pipelines.export.nodes import prepare
from regpipe.spec import Problem

BLOCK: dict[str, Any] = {
    "title": "Mine",
    "task": "regression",
    "rows": {"table": "mine", "target": "y"},
    "split": {"train": 0.5},
    "standardise": ["target"],
    "network": {"output": {"Dense": {"units": 1}}},
    "training": {"loss": "mse", "epochs": 2},
}


def test_large_numbers_are_predicted_to_their_last_digits() -> None:
    """A float32 around 1e9 knows every 64th number only."""
    y = 1e9 + np.arange(40.0)
    table = pd.DataFrame({"x": np.arange(40.0), "y": y})
    whole = prepare(table, Problem(**BLOCK), "mine")
    assert whole.rows.y_train.dtype == "float32" and len(np.unique(whole.rows.y_train)) == 40
    about = About(
        "mine",
        "baseline",
        "regression",
        "y",
        whole.columns,
        whole.mean,
        whole.deviation,
        40,
        {},
        {},
    )
    model = SimpleNamespace(predict=lambda x, verbose: whole.rows.y_train)  # a perfect one
    found = Predictor(model, whole.preprocessing, about, "").predict(table)
    np.testing.assert_allclose(found["prediction"], y, rtol=0, atol=1e-4)
