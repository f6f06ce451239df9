"""A fitted network with its preprocessing, in a folder: from rows as they come to predictions.

The folder holds `model.keras` (plain Keras loads it), `preprocessing.skops` (a scikit-learn
`ColumnTransformer`, in a format that can't run code), `about.json` and `model.py`, the plain Keras
code that builds and trains the same network.
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.measures.base_rates import evened
from regpipe.tables.columns import Columns
from regpipe.tables.kinds import MISSING
from regpipe.tables.preprocessing import as_declared
from regpipe.tables.wording import count_rows

MODEL, PREPROCESSING, ABOUT, CODE = "model.keras", "preprocessing.skops", "about.json", "model.py"
TRUSTED = ["numpy.dtype"]  # beside what skops trusts by itself
A_FEW = 3  # values that a message shows


@dataclass(frozen=True)
class About:
    """What a predictor is.

    Attributes:
        problem: its name.
        technique: what was changed in the problem's network, `baseline` for nothing.
        task: binary, multiclass or regression.
        target: the column that is predicted.
        columns: those that predict.
        mean: of the target, where it was standardised; else 0.
        deviation: likewise; else 1.
        rows: how many it was trained on.
        expected: the metric on test rows that a screen found, with its interval.
        base_rates: of each class, where the predicted class is the one that is the likeliest in
            proportion to its base rate; None where it is the likeliest.
        class_weight: of each class, where the network was trained with such weights, else None.
        versions: of the libraries.
    """

    problem: str
    technique: str
    task: str
    target: str
    columns: Columns
    mean: float
    deviation: float
    rows: int
    expected: dict[str, Any]
    versions: dict[str, str]
    base_rates: list[float] | None = None
    class_weight: list[float] | None = None


@dataclass(frozen=True)
class Predictor:
    """A network with its preprocessing.

    Attributes:
        model: a `keras.Model`.
        preprocessing: a fitted `ColumnTransformer`.
        about: what it is.
        code: plain Keras that builds and trains the same network.
    """

    model: Any
    preprocessing: Any
    about: About
    code: str

    def predict(
        self, frame: pd.DataFrame, unknown_categories: Literal["refuse", "ignore"] = "refuse"
    ) -> pd.DataFrame:
        """Return the network's prediction for each row.

        Args:
            frame: rows with the columns that it was trained on; others are ignored.
            unknown_categories: `ignore` takes a category that no training row had for none of them,
                and fills a gap in numbers that had none by their median.

        Returns:
            `prediction`: a class, or a number. Of classes also `probability of <class>`, for each:
            one like those among the rows trained on, also where classes were weighted.

        Raises:
            SpecError: a column is missing, or holds something else than in the rows trained on.
        """
        columns = self.about.columns
        rows = as_declared(frame, columns, "these rows")
        if unknown_categories == "refuse":
            _refuse_unknown(rows, columns)
        outputs = self.model.predict(
            self.preprocessing.transform(rows).astype("float32"), verbose=0
        )
        if columns.classes is None:
            numbers = self.about.mean + self.about.deviation * outputs[:, 0].astype(float)
            return pd.DataFrame({"prediction": numbers}, index=frame.index)
        shares = (
            np.column_stack([1 - outputs[:, 0], outputs[:, 0]])
            if outputs.shape[1] == 1
            else outputs
        )
        rates, weights = (
            None if numbers is None else np.array(numbers)
            for numbers in (self.about.base_rates, self.about.class_weight)
        )
        places = evened(shares, rates).argmax(axis=1)
        classes = pd.Series(columns.classes, dtype=object).iloc[places].to_numpy()
        shares = evened(shares, weights)  # the weights made their classes likelier
        by_class = {f"probability of {c}": shares[:, k] for k, c in enumerate(columns.classes)}
        return pd.DataFrame({"prediction": classes, **by_class}, index=frame.index)

    def save(self, folder: Path) -> None:
        """Write the folder; one that is there already is replaced as a whole."""
        import skops.io

        begun = folder.with_name(f"{folder.name}.tmp")
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir(parents=True)
        self.model.save(begun / MODEL)
        skops.io.dump(self.preprocessing, begun / PREPROCESSING)
        about = json.dumps(asdict(self.about), indent=2, ensure_ascii=False, allow_nan=False)
        (begun / ABOUT).write_text(about, encoding="utf-8")
        (begun / CODE).write_text(self.code, encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        begun.rename(folder)


def load(folder: str | Path) -> Predictor:
    """Return the predictor that an export left in a folder.

    Raises:
        FileNotFoundError: a part of it isn't there.
    """
    import skops.io

    from regpipe.backend import keras

    path = Path(folder)
    about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
    columns = about.pop("columns")
    categorical = {name: tuple(values) for name, values in columns.pop("categorical").items()}
    others: Any = {key: None if names is None else tuple(names) for key, names in columns.items()}
    return Predictor(
        model=keras.models.load_model(path / MODEL, safe_mode=True),
        preprocessing=skops.io.load(path / PREPROCESSING, trusted=TRUSTED),
        about=About(columns=Columns(categorical=categorical, **others), **about),
        code=(path / CODE).read_text(encoding="utf-8"),
    )


def _refuse_unknown(rows: pd.DataFrame, columns: Columns) -> None:
    """Raise SpecError for categories and gaps that no row had that was trained on."""
    complete = [name for name in columns.numeric if name not in columns.gaps]
    faults = [
        f"column '{name}' is missing in {count_rows(n)}, and never was in the rows trained on. "
        "Expected it in all. (Or unknown_categories='ignore', which fills in the median.)"
        for name in complete
        if (n := int(rows[name].isna().sum()))
    ]
    for name, categories in columns.categorical.items():
        strange = rows.loc[~rows[name].isin(categories), name]
        if strange.empty:
            continue
        if set(strange) == {MISSING}:
            faults.append(
                f"column '{name}' is missing in {count_rows(len(strange))}, and never was in the "
                "rows trained on. Expected it in all. (Or unknown_categories='ignore'.)"
            )
            continue
        shown = ", ".join(f"'{value}'" for value in strange.unique()[:A_FEW])
        faults.append(
            f"column '{name}' is {shown} in {len(strange):,} rows, and was never so in the rows "
            f"trained on. Expected one of: {', '.join(categories)}. (Or "
            "unknown_categories='ignore'.)"
        )
    if faults:
        raise SpecError(*faults)
