"""A fitted model with its preprocessing, in a folder: from rows as they come to predictions.

The folder holds `model.keras` (plain Keras loads it) or `model.skops` (an estimator of
scikit-learn's kind), `preprocessing.skops` (what makes numbers of the columns), both in a format
that can't run code, `about.json`, and `model.py`, plain code that makes the same model. A list of
their digests tells whether they are as they were written, all by one export.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language.reading import parse_json
from regpipe.measures.base_rates import evened, in_two
from regpipe.measures.estimators import outputs_of
from regpipe.rows import encodings
from regpipe.statistics.calibration import tempered
from regpipe.tables.about import NETWORK, About
from regpipe.tables.as_texts import check_codes, lost_words
from regpipe.tables.columns import Columns
from regpipe.tables.kinds import MISSING, OTHER
from regpipe.tables.preprocessing import as_inputs
from regpipe.tables.sealed import check_no_others, check_seal, seal
from regpipe.tables.text_file import unreadable
from regpipe.tables.tidy import tidied
from regpipe.tables.typed import typed
from regpipe.tables.wording import count_rows, listed
from regpipe.whole import written_whole

MODEL, ESTIMATOR = "model.keras", "model.skops"
PREPROCESSING, ABOUT, CODE = "preprocessing.skops", "about.json", "model.py"
ANEW = "Make the export anew: `kedro run --pipelines=<problem>_export`."
# Beside what skops trusts by itself: parts of scikit-learn's models, and our own.
TRUSTED = [
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
    *encodings.TRUSTED,
]
ROWS = "these rows"
Unknown = Literal["other", "refuse"]  # categories
LIKE_TRAINED = "Expected numbers like those trained on."
TRAINED_ON = "in the rows trained on"
ROUNDING = 1e-3


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

    def predict(self, frame: pd.DataFrame, unknown_categories: Unknown = "other") -> pd.DataFrame:
        """Return the model's prediction for each row.

        Args:
            frame: rows with the columns that it was trained on, texts as a file has them or values;
                others are ignored.
            unknown_categories: `other` takes a category that no training row had for `(other)`,
                where there is such a one, else for none of those known, and fills a gap in numbers
                that had none by their median; both with a warning that counts the rows. `refuse`
                raises an error instead.

        Returns:
            A column `prediction`, a class or a number. Of classes also `probability of <class>` for
            each, as among the rows trained on, also where classes were weighted, calibrated by
            held-out rows.

        Raises:
            SpecError: `unknown_categories` is neither, a column is missing, or it holds something
                else than it is declared to.
        """
        columns = self.about.columns
        if unknown_categories not in get_args(Unknown):
            raise SpecError(
                "unknown_categories: expected 'other' or 'refuse', received "
                f"{unknown_categories!r}."
            )
        outputs = self._outputs(self._inputs(frame, unknown_categories == "refuse"))
        if n := int((~np.isfinite(outputs).all(axis=1)).sum()):
            raise SpecError(f"{ROWS}: {count_rows(n)} have no prediction. {LIKE_TRAINED}")
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
        columns = self.about.columns
        if not isinstance(frame, pd.DataFrame):
            raise SpecError(
                f"{ROWS}: expected a pandas DataFrame, received a {type(frame).__name__}."
            )
        tidy = tidied(frame)
        check_codes(tidy, columns, ROWS)
        table = typed(tidy, self.about.table, columns.predict, ROWS)
        new = list(_not_known(table, columns))
        if new and refuse:
            raise SpecError(*(f"{ROWS}: {what}. Expected none such." for what, _ in new))
        told = [*(f"{what}: {taken}." for what, taken in new), *_rare(table, columns)]
        for words in (*told, *lost_words(tidy, columns)):
            warnings.warn(words, stacklevel=3)
        return self._transformed(table, ROWS)

    def _transformed(self, table: pd.DataFrame, path: str) -> np.ndarray:
        inputs = as_inputs(table, self.about.columns, path)
        if not len(inputs):
            return inputs.to_numpy()
        with np.errstate(over="ignore"):
            numbers = self.preprocessing.transform(inputs).astype("float32")
        if n := int((~np.isfinite(numbers).all(axis=1)).sum()):
            raise SpecError(f"{path}: {count_rows(n)} can't be scaled. {LIKE_TRAINED}")
        return numbers

    def _outputs(self, x: np.ndarray) -> np.ndarray:
        if not len(x):  # which scikit-learn refuses
            return np.empty((0, self.about.n_outputs))
        if self.about.model == NETWORK:
            return self.model.predict(x, verbose=0)
        classes = len(self.about.columns.classes or ())
        return outputs_of(self.model, x, self.about.task, classes)

    def check(self) -> None:
        """Raise an error unless the parts go together: a row of the columns gets a prediction."""
        outputs = self._outputs(self._transformed(_a_row(self.about.columns), "a row"))
        expected = self.about.n_outputs
        if outputs.shape != (1, expected):
            raise ValueError(f"It gives {outputs.shape[-1]} numbers. Expected {expected}.")
        if not np.isfinite(outputs).all() or (self.about.columns.classes and not _shares(outputs)):
            raise ValueError(f"It says {outputs[0].tolist()}, which can't be.")

    def save(self, folder: Path) -> None:
        """Write the folder; an export that is there already is replaced as a whole.

        Raises:
            SpecError: something else is in the folder.
        """
        import skops.io

        if folder.is_dir():
            check_no_others(folder, (MODEL, ESTIMATOR, PREPROCESSING, ABOUT, CODE))
        with written_whole(folder) as begun:
            begun.mkdir()
            if self.about.model == NETWORK:
                self.model.save(begun / MODEL)
            else:
                skops.io.dump(self.model, begun / ESTIMATOR)
            skops.io.dump(self.preprocessing, begun / PREPROCESSING)
            (begun / ABOUT).write_text(self.about.model_dump_json(indent=2), encoding="utf-8")
            (begun / CODE).write_text(self.code, encoding="utf-8")
            seal(begun)


def load(folder: str | Path, trusted: Sequence[str] = ()) -> Predictor:
    """Return the predictor that an export left in a folder.

    Args:
        folder: where it is.
        trusted: types, by their import paths, that a model of another library consists of; those
            of the models that ship are known.

    Raises:
        SpecError: a file is missing, or isn't as the export wrote it; or it consists of types that
            aren't trusted.
    """
    path = Path(folder)
    about = about_of(path)
    predictor = Predictor(
        model=_model(path, about, trusted),
        preprocessing=_estimator(path / PREPROCESSING, ()),
        about=about,
        code=(path / CODE).read_text(encoding="utf-8"),
    )
    try:
        predictor.check()
    except Exception as error:  # of any kind: a model may be anything
        raise unreadable(path, error, "its parts don't go together") from error
    return predictor


def about_of(folder: Path) -> About:
    """Return what an export is; its model isn't read.

    Raises:
        SpecError: a file is missing, or isn't as the export wrote it.
    """
    check_seal(folder, ANEW)
    return parse_json(About, (folder / ABOUT).read_bytes(), str(folder / ABOUT))


def _model(path: Path, about: About, trusted: Sequence[str]) -> Any:
    if about.model != NETWORK:
        return _estimator(path / ESTIMATOR, trusted)
    from regpipe.backend import keras

    try:
        return keras.models.load_model(path / MODEL, safe_mode=True)
    except Exception as error:  # of any kind: Keras has many
        raise unreadable(path / MODEL, error) from error


def _estimator(path: Path, trusted: Sequence[str]) -> Any:
    import skops.io

    known = {*TRUSTED, *trusted}
    try:
        types = skops.io.get_untrusted_types(file=path)
    except Exception as error:  # of any kind
        raise unreadable(path, error) from error
    if strange := [name for name in types if name not in known]:
        raise SpecError(
            f"{path}: it consists of {', '.join(strange)}. Expected types that are known; if you "
            f"trust the file, load it by `regpipe.load(folder, trusted={strange})`."
        )
    try:
        return skops.io.load(path, trusted=sorted(known))
    except Exception as error:  # of any kind
        raise unreadable(path, error) from error


def _a_row(columns: Columns) -> pd.DataFrame:
    """Return a row that might have been trained on, of the kinds that `typed` returns."""
    return pd.DataFrame(
        {
            **dict.fromkeys(columns.numeric, [0.0]),
            **dict.fromkeys(columns.dates, pd.to_datetime(["2000-01-01"])),
            **{name: values[:1] for name, values in columns.categorical.items()},
        }
    )


def _shares(outputs: np.ndarray) -> bool:
    """Whether outputs are probabilities, those of all classes together 1."""
    within = (outputs > -ROUNDING).all() and (outputs < 1 + ROUNDING).all()
    whole = outputs.shape[1] == 1 or abs(outputs.sum(axis=1) - 1).max() < ROUNDING
    return bool(within and whole)


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
            yield f"{what}: taken for {OTHER}."


def _shown(texts: pd.Series) -> str:
    return f"{listed(texts.unique())} in {count_rows(len(texts))}"


def _beside(table: pd.DataFrame, columns: Columns) -> Iterator[tuple[str, pd.Series]]:
    """Yield the texts of each column that are none of its categories, if there are any."""
    for name, categories in columns.categorical.items():
        texts = table[name].fillna(MISSING)
        strange = texts[~texts.isin(categories)]
        if len(strange):
            yield name, strange
