"""How well do the probabilities of an answer's models hold, and what is each column worth?

A temperature is told by rows that were held out when a model was chosen, of all splits and of all
rows of the table together: those of a single one are too few. Some of them are test rows of other
splits, whose model wasn't trained on them; one number has little to learn from that.
"""

import numpy as np
import pandas as pd

from regpipe.rows.arrays import Part
from regpipe.statistics.calibration import Calibration, calibration, temperature
from regpipe.strict import Number, Strict

HELD_OUT: Part = "val"
TESTED: Part = "score"


class Worth(Strict):
    """What the metric loses once a column is shuffled: the mean over the repeats, and their sd.

    Of repeats in whose test rows the column isn't the same throughout; NaN where there is none.
    """

    column: str
    importance: Number
    sd: Number


class Examined(Strict):
    """How well probabilities hold, of classes, and what each column is worth, the most first."""

    calibration: Calibration | None
    columns: list[Worth]

    @property
    def table(self) -> pd.DataFrame:
        """The columns as a table."""
        return pd.DataFrame([one.model_dump() for one in self.columns])


def summarise(predictions: pd.DataFrame, worths: pd.DataFrame) -> Examined:
    """Return what was found; for the tables see `answer.examine`."""
    of_column = worths.groupby("column", sort=False)["importance"].agg(["mean", "std"])
    columns = [
        Worth(column=str(name), importance=mean, sd=sd)
        for name, mean, sd in of_column.sort_values("mean", ascending=False).itertuples()
    ]
    if predictions.empty:
        return Examined(calibration=None, columns=columns)
    held_out = predictions[predictions["part"] == HELD_OUT]
    told = temperature(_shares(held_out), held_out["label"].to_numpy())
    return Examined(calibration=calibration(*on_test_rows(predictions), told), columns=columns)


def on_test_rows(predictions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return what is said of all test rows, and the classes of those rows."""
    rows = predictions[predictions["part"] == TESTED]
    return _shares(rows), rows["label"].to_numpy()


def _shares(predictions: pd.DataFrame) -> np.ndarray:
    """Return the probabilities, of shape (n_rows, n_classes)."""
    return predictions.filter(regex=r"^p\d+$").to_numpy(float)
