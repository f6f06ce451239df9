"""A small export, of a model of scikit-learn's, which takes no time to make."""

from typing import Any

import numpy as np
import pandas as pd

from regpipe.language import TableRows
from regpipe.tables.about import About
from regpipe.tables.columns import Columns
from regpipe.tables.exported import Predictor
from regpipe.tables.preprocessing import as_inputs, make_preprocessor

KINDS: Any = {"age": "number", "town": "category", "code": "category", "ill": "category"}
COLUMNS = Columns(
    numeric=("age",),
    gaps=(),
    categorical={"town": ("NA", "Oslo", "Rome"), "code": ("007", "010")},
    constant=(),
    classes=("no", "yes"),
)


def rows(n: int = 40) -> pd.DataFrame:
    """Return rows of which `age` tells the class."""
    age = np.linspace(20, 60, n)
    town, code = np.resize(["Oslo", "Rome", "NA"], n), np.resize(["007", "010"], n)
    ill = np.where(age > 40, "yes", "no")
    return pd.DataFrame({"age": age, "town": town, "code": code, "ill": ill})


def about(**changes: Any) -> About:
    """Return what the export is, some of it changed."""
    said: dict[str, Any] = {
        "problem": "mine",
        "model": "LogisticRegression",
        "chosen": {"setting": {"C": 1.0}},
        "task": "binary",
        "target": "ill",
        "columns": COLUMNS,
        "table": TableRows(table="mine", target="ill", columns=KINDS),
        "mean": 0.0,
        "deviation": 1.0,
        "rows": 40,
        "expected": {},
        "versions": {},
    }
    return About(**{**said, **changes})


def predictor(model: Any = None, **changes: Any) -> Predictor:
    """Return a predictor of the rows' class."""
    from sklearn.linear_model import LogisticRegression

    table = rows()
    inputs = as_inputs(table, COLUMNS, "rows")
    preprocessing = make_preprocessor(COLUMNS).fit(inputs)
    x = preprocessing.transform(inputs).astype("float32")
    fitted = model or LogisticRegression().fit(x, (table["ill"] == "yes").to_numpy(int))
    return Predictor(fitted, preprocessing, about(**changes), "# code\n")
