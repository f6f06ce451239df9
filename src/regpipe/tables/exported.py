"""A fitted model with its preprocessing, in a folder: from rows as they come to predictions.

The folder holds `model.keras` (plain Keras loads it) or `model.skops` (an estimator of
scikit-learn's kind), `preprocessing.skops` (what makes numbers of the columns), both in a format
that can't run code, `about.json`, and `model.py`, plain code that makes the same model.
"""

import json
import shutil
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language import TableRows
from regpipe.language.tasks import TaskName
from regpipe.measures.base_rates import evened, in_two
from regpipe.measures.estimators import outputs_of
from regpipe.rows import encodings
from regpipe.statistics.calibration import tempered
from regpipe.tables.columns import Columns
from regpipe.tables.kinds import MISSING, OTHER
from regpipe.tables.preprocessing import as_inputs
from regpipe.tables.tidy import tidied
from regpipe.tables.typed import typed
from regpipe.tables.wording import count_rows, listed

NETWORK, ESTIMATOR = "model.keras", "model.skops"
PREPROCESSING, ABOUT, CODE = "preprocessing.skops", "about.json", "model.py"
# Beside what skops trusts by itself: parts of scikit-learn's models, and our own.
TRUSTED = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
    *encodings.TRUSTED,
]
TRAINED_ON = "in the rows trained on"


@dataclass(frozen=True)
class About:
    """What a predictor is.

    Attributes:
        problem: its name.
        model: `network`, or the name of another model among the references.
        chosen: the mixture of a network and of how many it is the mean, or the setting of a model.
        task: binary, multiclass or regression.
        target: the column that is predicted.
        columns: those that predict.
        table: the problem's `rows`, which declare what each column holds.
        mean: of the target, where it was standardised; else 0.
        deviation: likewise; else 1.
        rows: how many it was trained on.
        expected: the metric on new rows, with its interval, and what else was told of the model.
        base_rates: of each class, where the predicted class is the one that is the likeliest in
            proportion to its base rate; None where it is the likeliest. Of two classes, the second
            is said from its complement's share on: rates of 0.7 and 0.3 cut at 0.3.
        temperature: by which logarithms of probabilities are divided, before they sum to 1 again.
        class_weight: of each class, where the network was trained with such weights, else None.
        versions: of the libraries.
    """

    problem: str
    model: str
    chosen: dict[str, Any]
    task: TaskName
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
    temperature: float = 1.0


@dataclass(frozen=True)
class Predictor:
    """A model with its preprocessing.

    Attributes:
        model: a `keras.Model`, or an estimator.
        preprocessing: a fitted transformer of scikit-learn's.
        about: what it is.
        code: plain code that makes the same model.
    """

    model: Any
    preprocessing: Any
    about: About
    code: str

    def predict(
        self, frame: pd.DataFrame, unknown_categories: Literal["other", "refuse"] = "other"
    ) -> pd.DataFrame:
        """Return the model's prediction for each row.

        Args:
            frame: rows with the columns that it was trained on, texts as a file has them or values;
                others are ignored.
            unknown_categories: `other` takes a category that no training row had for `(other)`,
                where there is such a one, else for none of those known, and fills a gap in numbers
                that had none by their median; both with a warning that counts the rows. `refuse`
                raises an error instead.

        Returns:
            `prediction`: a class, or a number. Of classes also `probability of <class>`, for each:
            one like those among the rows trained on, also where classes were weighted, calibrated
            by held-out rows.

        Raises:
            SpecError: a column is missing, or holds something else than it is declared to.
        """
        columns = self.about.columns
        outputs = self._outputs(self._inputs(frame, unknown_categories == "refuse"))
        if columns.classes is None:
            numbers = self.about.mean + self.about.deviation * outputs[:, 0].astype(float)
            return pd.DataFrame({"prediction": numbers}, index=frame.index)
        shares = in_two(outputs)
        rates, weights = (
            None if numbers is None else np.array(numbers)
            for numbers in (self.about.base_rates, self.about.class_weight)
        )
        places = evened(shares, rates).argmax(axis=1)
        classes = pd.Series(columns.classes, dtype=object).iloc[places].to_numpy()
        shares = evened(shares, weights)  # the weights made their classes likelier
        shares = tempered(shares, self.about.temperature)
        by_class = {f"probability of {c}": shares[:, k] for k, c in enumerate(columns.classes)}
        return pd.DataFrame({"prediction": classes, **by_class}, index=frame.index)

    def _inputs(self, frame: pd.DataFrame, refuse: bool = False) -> np.ndarray:
        """Return the numbers that the model is told of rows; what they hold that is new is told."""
        columns, path = self.about.columns, "these rows"
        table = typed(tidied(frame), TableRows(**self.about.table), columns.predict, path)
        new = list(_not_known(table, columns))
        if new and refuse:
            raise SpecError(*(f"{path}: {what}. Expected none such." for what, _ in new))
        for told in (*(f"{what}: {taken}" for what, taken in new), *_rare(table, columns)):
            warnings.warn(f"{told}.", stacklevel=3)
        inputs: np.ndarray = self.preprocessing.transform(as_inputs(table, columns, path))
        return inputs.astype("float32")

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        if self.about.model == "network":
            return self.model.predict(x, verbose=0)
        classes = len(self.about.columns.classes or ())
        return outputs_of(self.model, x, self.about.task, classes)

    def save(self, folder: Path) -> None:
        """Write the folder; one that is there already is replaced as a whole."""
        import skops.io

        begun = folder.with_name(f"{folder.name}.tmp")
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir(parents=True)
        if self.about.model == "network":
            self.model.save(begun / NETWORK)
        else:
            skops.io.dump(self.model, begun / ESTIMATOR)
        skops.io.dump(self.preprocessing, begun / PREPROCESSING)
        about = json.dumps(asdict(self.about), indent=2, ensure_ascii=False, allow_nan=False)
        (begun / ABOUT).write_text(about, encoding="utf-8")
        (begun / CODE).write_text(self.code, encoding="utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        begun.rename(folder)


def load(folder: str | Path, trusted: Sequence[str] = ()) -> Predictor:
    """Return the predictor that an export left in a folder.

    Args:
        folder: where it is.
        trusted: types, by their import paths, that a model of another library consists of; those
            of the models that ship are known.

    Raises:
        FileNotFoundError: a part of it isn't there.
        SpecError: it was made by another version, or consists of types that aren't trusted.
    """
    path = Path(folder)
    about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
    if set(about) != {field.name for field in fields(About)}:
        raise SpecError(f"{path / ABOUT}: another version wrote it. Expected an export made anew.")
    columns = about.pop("columns")
    by_name: Any = {
        key: {name: tuple(values) for name, values in columns.pop(key).items()}
        for key in ("categorical", "dates")
    }
    others: Any = {key: None if names is None else tuple(names) for key, names in columns.items()}
    return Predictor(
        model=_model(path, about["model"], trusted),
        preprocessing=_estimator(path / PREPROCESSING, ()),
        about=About(columns=Columns(**by_name, **others), **about),
        code=(path / CODE).read_text(encoding="utf-8"),
    )


def _model(path: Path, model: str, trusted: Sequence[str]) -> Any:
    if model != "network":
        return _estimator(path / ESTIMATOR, trusted)
    from regpipe.backend import keras

    return keras.models.load_model(path / NETWORK, safe_mode=True)


def _estimator(path: Path, trusted: Sequence[str]) -> Any:
    import skops.io

    known = {*TRUSTED, *trusted}
    if strange := [name for name in skops.io.get_untrusted_types(file=path) if name not in known]:
        raise SpecError(
            f"{path}: it consists of {', '.join(strange)}. Expected types that are known; if you "
            f"trust the file, load it by `regpipe.load(folder, trusted={strange})`."
        )
    return skops.io.load(path, trusted=sorted(known))


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
