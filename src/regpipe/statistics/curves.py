"""Learning curves of fits that end at different epochs: their mean is over all fits, always.

A mean over those that still train would be one of survivors: where the fits that go badly stop
first, it rises without any of them getting better.
"""

import numpy as np
import pandas as pd

POINTS = 400  # along a logarithmic axis; more can't be seen


def curve(
    history: pd.DataFrame, kept: pd.Series, column: str, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the epochs to show, and what each fit has there.

    A fit that has ended counts on with the number that it had at the epoch whose weights it keeps
    (or at the last validation before).

    Args:
        history: of some fits of an arm and a protocol: repeat, epoch (from 1), loss and `column`,
            which is NaN at epochs that weren't validated.
        kept: the epoch whose weights are kept, by repeat.
        column: which of the logged numbers.
        last: the epoch to which ended fits are carried on, at least.

    Returns:
        epochs: of shape (n_epochs,): evenly spread on a logarithmic axis, at each of which every
            fit that still trains was validated.
        numbers: of shape (n_epochs, n_fits), fits in the order of `kept`.
    """
    epochs = _epochs(history, column, last)
    shown = history[history["epoch"].isin(epochs)]
    trained = shown.pivot(index="epoch", columns="repeat", values=column)
    numbers = trained.reindex(index=epochs, columns=kept.index).to_numpy(float)
    ends = history.groupby("repeat")["epoch"].max().reindex(kept.index).to_numpy()
    over = epochs[:, None] > ends
    return epochs, np.where(over, _at_kept(history, kept, column), numbers)


def _at_kept(history: pd.DataFrame, kept: pd.Series, column: str) -> np.ndarray:
    there = history[history[column].notna()]
    there = there[there["epoch"] <= there["repeat"].map(kept)]
    numbers = there.sort_values("epoch").groupby("repeat")[column].last()
    return numbers.reindex(kept.index).to_numpy(float)


def _epochs(history: pd.DataFrame, column: str, last: int) -> np.ndarray:
    """Return the epochs to show.

    Where validation is at every so many epochs, a fit that stops may have one more, alone among
    those that still train. What the others have there isn't known.
    """
    trained, validated = (
        history[key].notna().groupby(history["epoch"]).sum() for key in ("loss", column)
    )
    shared = validated.index[(validated > 0) & (validated == trained)].to_numpy()
    if not shared.size:
        return shared
    wanted = np.geomspace(shared[0], shared[-1], POINTS).round()
    chosen = shared[np.unique(np.searchsorted(shared, wanted))]
    return np.append(chosen, last) if last > history["epoch"].max() else chosen
