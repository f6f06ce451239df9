"""A fitted network with its preprocessing, in a folder: from rows as they come to predictions.

The folder holds `model.keras` (plain Keras loads it), `preprocessing.skops` (a scikit-learn
`ColumnTransformer`, in a format that can't run code), `about.json` and `model.py`, the plain Keras
code that builds and trains the same network.
"""

import json
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.measures.base_rates import evened
from regpipe.tables.columns import Columns
from regpipe.tables.kinds import MISSING, OTHER
from regpipe.tables.preprocessing import as_inputs
from regpipe.tables.tidy import tidied
from regpipe.tables.typed import typed
from regpipe.tables.wording import count_rows, listed

MODEL, PREPROCESSING, ABOUT, CODE = "model.keras", "preprocessing.skops", "about.json", "model.py"
TRUSTED = ["numpy.dtype"]  # beside what skops trusts by itself
TRAINED_ON = "in the rows trained on"


@dataclass(frozen=True)
class About:
    """What a predictor is.

    Attributes:
        problem: its name.
        technique: what was changed in the problem's network, `baseline` for nothing.
        task: binary, multiclass or regression.
        target: the column that is predicted.
        columns: those that predict.
        table: the problem's `rows`, which declare what each column holds.
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
    table: dict[str, Any]
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
        self, frame: pd.DataFrame, unknown_categories: Literal["other", "refuse"] = "other"
    ) -> pd.DataFrame:
        """Return the network's prediction for each row.

        Args:
            frame: rows with the columns that it was trained on, texts as a file has them or values;
                others are ignored.
            unknown_categories: `other` takes a category that no training row had for `(other)`,
                where there is such a one, else for none of those known, and fills a gap in numbers
                that had none by their median; both with a warning that counts the rows. `refuse`
                raises an error instead.

        Returns:
            `prediction`: a class, or a number. Of classes also `probability of <class>`, for each:
            one like those among the rows trained on, also where classes were weighted.

        Raises:
            SpecError: a column is missing, or holds something else than it is declared to.
        """
        columns, path = self.about.columns, "these rows"
        table = typed(tidied(frame), TableRows(**self.about.table), columns.predict, path)
        new = list(_not_known(table, columns))
        if new and unknown_categories == "refuse":
            raise SpecError(*(f"{path}: {what}. Expected none such." for what, _ in new))
        for told in (*(f"{what}: {taken}" for what, taken in new), *_rare(table, columns)):
            warnings.warn(f"{told}.", stacklevel=2)
        rows = as_inputs(table, columns, path)
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
    by_name: Any = {
        key: {name: tuple(values) for name, values in columns.pop(key).items()}
        for key in ("categorical", "dates")
    }
    others: Any = {key: None if names is None else tuple(names) for key, names in columns.items()}
    return Predictor(
        model=keras.models.load_model(path / MODEL, safe_mode=True),
        preprocessing=skops.io.load(path / PREPROCESSING, trusted=TRUSTED),
        about=About(columns=Columns(**by_name, **others), **about),
        code=(path / CODE).read_text(encoding="utf-8"),
    )


def _not_known(table: pd.DataFrame, columns: Columns) -> Iterator[tuple[str, str]]:
    """Yield what no row had that was trained on, a category or a gap, and what it is taken for."""
    for name in (*columns.numeric, *columns.dates):
        if name not in columns.gaps and (n := int(table[name].isna().sum())):
            what = f"column '{name}' is missing in {count_rows(n)}, and never was {TRAINED_ON}"
            yield what, "the median stands in"
    for name, texts in _beside(table, columns):
        if OTHER not in columns.categorical[name]:
            what = f"column '{name}' is {_shown(texts)}, and never was so {TRAINED_ON}"
            yield what, "taken for none of those known"


def _rare(table: pd.DataFrame, columns: Columns) -> Iterator[str]:
    """Yield which categories are none of the frequent ones."""
    for name, texts in _beside(table, columns):
        if OTHER in columns.categorical[name]:
            what = f"column '{name}' is {_shown(texts)}, none of its frequent values"
            yield f"{what}: taken for {OTHER}"


def _shown(texts: pd.Series) -> str:
    return f"{listed(texts.unique())} in {count_rows(len(texts))}"


def _beside(table: pd.DataFrame, columns: Columns) -> Iterator[tuple[str, pd.Series]]:
    """Yield the texts of each column that are none of its categories, if there are any."""
    for name, categories in columns.categorical.items():
        texts = table[name].fillna(MISSING)
        strange = texts[~texts.isin(categories)]
        if len(strange):
            yield name, strange
