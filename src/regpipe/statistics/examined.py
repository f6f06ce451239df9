"""How well do the probabilities of an answer's models hold, and what is each column worth?

A temperature is told by rows that were held out when the model was chosen: each repeat's is that of
its own, and is applied to its test rows; the one to use is that of all rows of the table.
"""

import numpy as np
import pandas as pd

from regpipe.rows.arrays import Part
from regpipe.statistics.calibration import Calibration, calibration, temperature, tempered
from regpipe.statistics.winners import WHOLE
from regpipe.strict import Number, Strict

HELD_OUT: Part = "val"
TESTED: Part = "score"


class Worth(Strict):
    """What the metric loses once a column is shuffled: the mean over the repeats, and their sd."""

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
    whole = predictions[predictions["protocol"] == WHOLE]
    to_use = temperature(_shares(whole), whole["label"].to_numpy())
    return Examined(calibration=calibration(*tested(predictions), to_use), columns=columns)


def tested(predictions: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what is said of all test rows, the same tempered, and the classes of those rows."""
    before, after, labels = [], [], []
    for _, part in predictions[predictions["protocol"] != WHOLE].groupby("repeat"):
        held_out, on = (part[part["part"] == name] for name in (HELD_OUT, TESTED))
        told = temperature(_shares(held_out), held_out["label"].to_numpy())
        before.append(_shares(on))
        after.append(tempered(before[-1], told))
        labels.append(on["label"].to_numpy())
    return np.concatenate(before), np.concatenate(after), np.concatenate(labels)


def _shares(predictions: pd.DataFrame) -> np.ndarray:
    """Return the probabilities, of shape (n_rows, n_classes)."""
    return predictions.filter(regex=r"^p\d+$").to_numpy(float)
