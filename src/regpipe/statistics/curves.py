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
    places = kept.index.get_indexer(pd.Index(history["repeat"]))
    loss, numbers = (_by_epoch(history, places, len(kept), key) for key in ("loss", column))
    epochs = _epochs(~np.isnan(loss), ~np.isnan(numbers), last)
    if not len(epochs):  # as where all fits diverged
        return epochs, np.empty((0, len(kept)))
    ends = np.zeros(len(kept))
    np.maximum.at(ends, places, history["epoch"])
    shown = numbers[np.minimum(epochs, len(numbers)) - 1]
    over = epochs[:, None] > ends
    return epochs, np.where(over, _at_kept(numbers, kept.to_numpy()), shown)


def _by_epoch(history: pd.DataFrame, places: np.ndarray, n_fits: int, column: str) -> np.ndarray:
    """Return a column as it was at each epoch of each fit, NaN where there is nothing."""
    epochs = history["epoch"].to_numpy()
    numbers = np.full((epochs.max(initial=0), n_fits), np.nan)
    numbers[epochs - 1, places] = history[column]
    return numbers


def _at_kept(numbers: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return what each fit had at the epoch that it keeps, or at the last validation before."""
    there = ~np.isnan(numbers) & (np.arange(len(numbers))[:, None] < kept)
    latest = len(numbers) - 1 - there[::-1].argmax(axis=0)
    return np.where(there.any(axis=0), numbers[latest, np.arange(len(kept))], np.nan)


def _epochs(trained: np.ndarray, validated: np.ndarray, last: int) -> np.ndarray:
    """Return the epochs to show.

    Where validation is at every so many epochs, a fit that stops may have one more, alone among
    those that still train. What the others have there isn't known.
    """
    scored = validated.sum(axis=1)
    shared = np.flatnonzero((scored > 0) & (scored == trained.sum(axis=1))) + 1
    if not shared.size:
        return shared
    wanted = np.geomspace(shared[0], shared[-1], POINTS).round()
    chosen = shared[np.unique(np.searchsorted(shared, wanted))]
    return np.append(chosen, last) if last > len(trained) else chosen
