"""Columns that know too much: the target in other words, or what is known only once it is."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from regpipe.tables.kinds import is_numeric
from regpipe.tables.wording import listed, option_for

MOST_ROWS = 2000  # that are looked at
FOLDS = 3
ALL = 0.98  # of the errors that guessing makes: what a column spares that tells the target
NEARLY = 0.8  # what one spares that nearly tells it, where all others leave twice its errors
EXACT = 1e-3  # of the target's standard deviation: what a sum may be wrong by
KNOWN = "known before the target is? If not, every score is an illusion"


def notes_on_leaks(
    table: pd.DataFrame, target: str, names: Sequence[str], *, classifies: bool
) -> Iterator[str]:
    """Yield which columns tell the target as no column should.

    Args:
        table: the rows, none without a target.
        target: the column to predict.
        names: of the columns that predict, without names of the rows.
        classifies: whether the target is a class.
    """
    # What is smooth in time is told by any date, between others.
    names = [name for name in names if not pd.api.types.is_datetime64_any_dtype(table[name])]
    some = _some_rows(table, target, classifies=classifies)
    parts: list[str] = []
    if not classifies:
        parts, how = _parts(some, target, [name for name in names if is_numeric(some[name])])
        if parts:
            yield (
                f"'{target}' is {how} of {listed(parts)}. Are they {KNOWN}: "
                f"{option_for('--drop', parts)}."
            )
    alone, nearly = _tellers(some, target, [n for n in names if n not in parts], classifies)
    if alone:
        yield (
            f"One column alone tells '{target}', (nearly) without a fault: {listed(alone)}. Is it "
            f"more than the target in other words, and {KNOWN}: {option_for('--drop', alone)}."
        )
    if nearly:
        yield (
            f"One column alone tells more of '{target}' than all others together: "
            f"{listed(nearly)}. Is it {KNOWN}: {option_for('--drop', nearly)}."
        )


def _some_rows(table: pd.DataFrame, target: str, *, classifies: bool) -> pd.DataFrame:
    """Return a random part of the rows, with as many of each class as there are, up to a share."""
    mixed = table.sample(frac=1, random_state=0)
    if classifies:
        classes = mixed.groupby(target, sort=False)
        return mixed[classes.cumcount() < MOST_ROWS / classes.ngroups]
    return mixed.head(MOST_ROWS)


def _tellers(
    rows: pd.DataFrame, target: str, names: Sequence[str], classifies: bool
) -> tuple[list[str], list[str]]:
    """Return the columns that alone tell the target, and those that nearly do."""
    from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    # By their ranks, a few extreme targets don't decide.
    y = pd.factorize(rows[target])[0] if classifies else rows[target].rank().to_numpy()
    settings: dict[str, Any] = {"min_samples_leaf": 2, "random_state": 0}
    tree = (DecisionTreeClassifier if classifies else DecisionTreeRegressor)(**settings)
    forest = (ExtraTreesClassifier if classifies else ExtraTreesRegressor)(
        30, max_features=0.3, **settings
    )
    inputs = pd.DataFrame({name: _places(rows[name]) for name in names})
    scores = {name: _spared(tree, inputs[[name]], y, classifies) for name in names}
    alone = [name for name in names if scores[name] >= ALL]
    nearly: list[str] = []
    others = sorted((name for name in names if name not in alone), key=lambda n: -scores[n])
    while len(others) > 1 and scores[others[0]] >= NEARLY:
        best, *others = others
        if 1 - scores[best] > (1 - _spared(forest, inputs[others], y, classifies)) / 2:
            break
        nearly.append(best)
    return alone, nearly


def _spared(model: Any, inputs: pd.DataFrame, y: np.ndarray, classifies: bool) -> float:
    """Return the share of the errors of guessing that a model doesn't make on held-out rows."""
    from sklearn.model_selection import KFold

    x, predicted = inputs.to_numpy(), np.empty(len(y))
    for train, test in KFold(FOLDS, shuffle=True, random_state=0).split(x):
        predicted[test] = model.fit(x[train], y[train]).predict(x[test])
    if classifies:
        return float(1 - np.mean(predicted != y) / (1 - np.bincount(y).max() / len(y)))
    return float(1 - np.mean((predicted - y) ** 2) / np.var(y))


def _places(column: pd.Series) -> np.ndarray:
    """Return ranks of numbers, and a number for each text: a tree can tell them apart by these."""
    if is_numeric(column):
        return column.rank().to_numpy(float, na_value=np.nan)
    return pd.factorize(column)[0].astype(float)


def _parts(rows: pd.DataFrame, target: str, names: Sequence[str]) -> tuple[list[str], str]:
    """Return the columns that the target is the sum or the product of, if any, and which it is."""
    whole = [name for name in names if rows[name].isna().mean() < 0.1]
    numbers = rows[[target, *whole]].dropna().head(MOST_ROWS // 2).astype(float)
    if parts := _sum_of(numbers):
        plain = np.allclose(numbers[parts].sum(axis=1), numbers[target])
        return parts, "the sum" if plain else "a weighted sum"
    positive = numbers.loc[:, (numbers > 0).all()]
    if target in positive and (parts := _sum_of(positive.transform(np.log))):
        return parts, "a product (or quotient)"
    return [], ""


def _sum_of(numbers: pd.DataFrame) -> list[str]:
    """Return the columns, two or more, whose weighted sum the first column is."""
    y, *inputs = (numbers / numbers.std().replace(0, 1)).to_numpy().T
    x = np.column_stack([*inputs, np.ones(len(y))])
    half = len(y) // 2
    if half <= x.shape[1] or not _wrong_by(x[:half], y[:half], x[half:], y[half:]) < EXACT:
        return []
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    kept = list(range(x.shape[1]))
    large = [*np.flatnonzero(np.abs(weights) > EXACT), kept[-1]]
    if _wrong_by(x[:, large], y, x[:, large], y) < EXACT:  # it mostly is, and saves time
        kept = large
    for place in sorted(kept, key=lambda place: abs(weights[place])):
        fewer = [k for k in kept if k != place]
        if _wrong_by(x[:, fewer], y, x[:, fewer], y) < EXACT:
            kept = fewer
    parts = [str(numbers.columns[place + 1]) for place in kept if place < len(inputs)]
    return parts if len(parts) > 1 else []


def _wrong_by(x: np.ndarray, y: np.ndarray, new_x: np.ndarray, new_y: np.ndarray) -> float:
    """Return the root of the mean square of what a least-squares fit misses new rows by."""
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    return float(np.sqrt(np.mean((new_x @ weights - new_y) ** 2)))
