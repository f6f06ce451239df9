"""What values of a column may be meant otherwise: numbers for gaps, and codes."""

from collections.abc import Iterator, Sequence

import pandas as pd

from regpipe.tables.kinds import is_numeric, is_whole
from regpipe.tables.wording import count_rows, listed, option_for

SIGNALS = (0, -1, -9, -99, -999, -9999, 99, 999, 9999, 99999)  # numbers that people put for gaps
FEWEST = 10  # other values, of which a number can stand apart
CODES = range(3, 13)  # how many different ones are few
TURNS = 0.02  # the share of the target's variation that no rise and no fall explains


def notes_on_gaps(table: pd.DataFrame, names: Sequence[str]) -> Iterator[str]:
    """Yield which columns are mostly gaps, and which numbers may stand for gaps."""
    if mostly := [name for name in names if table[name].isna().mean() > 0.5]:
        yield (
            f"More gaps than values: {listed(mostly)}. That one is missing may say something, and "
            f"is learnt from; if it says nothing: {option_for('--drop', mostly)}."
        )
    for signal in SIGNALS:
        if apart := [name for name in names if _stands_apart(table[name], signal)]:
            rest = table.drop(columns=apart)
            elsewhere = ((rest == signal) | (rest.astype(str) == str(signal))).any(axis=None)
            remedy = "make those fields empty in the file" if elsewhere else f"--na {signal}"
            n = count_rows(int((table[apart] == signal).any(axis=1).sum()))
            yield (
                f"{signal} in {n}, far away from all other values: {listed(apart)}. If it stands "
                f"for a gap: {remedy}."
            )


def notes_on_codes(
    table: pd.DataFrame, target: str, names: Sequence[str], *, classifies: bool
) -> Iterator[str]:
    """Yield which columns hold few whole numbers with which the target neither rises nor falls.

    Args:
        table: the rows.
        target: the column to predict.
        names: of the columns that predict.
        classifies: whether the target is a class.
    """
    y = pd.get_dummies(table[target]) if classifies else table[[target]].rank()
    y = y.astype(float) - y.mean()
    few = [name for name in names if is_whole(table[name]) and table[name].nunique() in CODES]
    if codes := [name for name in few if _turns(table[name], y) > TURNS]:
        yield (
            f"Few different numbers, with which '{target}' neither rises nor falls: "
            f"{listed(codes)}. If they are codes, as 1 for red and 2 for blue, and no amounts: "
            f"{option_for('--category', codes)}."
        )


def _stands_apart(column: pd.Series, signal: int) -> bool:
    """Whether a number comes again in a column of numbers, farther away than others spread."""
    if not is_numeric(column) or pd.api.types.is_bool_dtype(column):
        return False
    if signal not in (column.min(), column.max()):
        return False
    others = column[column.notna() & (column != signal)].astype(float)
    if (column == signal).sum() < 2 or others.nunique() < FEWEST:
        return False
    return bool((others - signal).abs().min() >= others.std())


def _turns(column: pd.Series, y: pd.DataFrame) -> float:
    """Return the share of the target's variation that a column's values tell, but no rise or fall.

    Args:
        column: of few different numbers.
        y: a column for a number or for each class, each with mean 0.
    """
    from sklearn.isotonic import isotonic_regression

    groups = y.groupby(column)
    means, sizes = groups.mean(), groups.size().to_numpy(float)
    missed = 0.0
    for _, mean in means.items():
        values = mean.to_numpy(float)
        curves = [
            isotonic_regression(values, sample_weight=sizes, increasing=up) for up in (True, False)
        ]
        missed += min(float((sizes * (values - curve) ** 2).sum()) for curve in curves)
    by_chance = 3 * (len(means) - 1) / len(y)  # of values without any meaning, amply
    return missed / float((y.to_numpy() ** 2).sum()) - by_chance
