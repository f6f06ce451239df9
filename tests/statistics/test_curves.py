"""Are learning curves the mean of all fits, also of those that have stopped?"""

import numpy as np
import pandas as pd

from regpipe.statistics.curves import POINTS, curve


def history(*fits: list[float], every: int = 1) -> pd.DataFrame:
    """Return fits with these losses at epochs 1, 2, ..., validated `every` so many."""
    rows = [
        {"repeat": repeat, "epoch": epoch, "loss": loss, "val_loss": loss}
        for repeat, losses in enumerate(fits)
        for epoch, loss in enumerate(losses, start=1)
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(val_loss=frame["val_loss"].where(frame["epoch"] % every == 0))


def kept(*epochs: int) -> pd.Series:
    return pd.Series(epochs)


def test_a_stopped_fit_counts_on_with_what_it_keeps() -> None:
    """The first stops at epoch 3 and keeps epoch 2, the second trains on to epoch 5."""
    fits = history([5.0, 2.0, 4.0], [1.0, 1.0, 1.0, 1.0, 1.0])
    epochs, numbers = curve(fits, kept(2, 5), "val_loss", last=5)
    np.testing.assert_array_equal(epochs, [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(numbers[:, 0], [5, 2, 4, 2, 2])
    np.testing.assert_array_equal(numbers[:, 1], 1)


def test_the_mean_is_not_that_of_the_survivors() -> None:
    """Bad fits stop first; none gets better, and so the mean stays where it is."""
    fits = history([3.0] * 2, [2.0] * 5, [1.0] * 9)
    _, numbers = curve(fits, kept(2, 5, 9), "loss", last=9)
    np.testing.assert_allclose(numbers.mean(axis=1), 2.0)


def test_all_fits_go_on_to_the_end_of_the_other_arm() -> None:
    epochs, numbers = curve(history([3.0, 2.0], [2.0, 1.0]), kept(1, 2), "loss", last=40)
    np.testing.assert_array_equal(epochs, [1, 2, 40])
    np.testing.assert_array_equal(numbers[-1], [3, 1])


def test_what_is_kept_is_the_number_at_the_last_validation_before() -> None:
    fits = history([9.0, 4.0, 8.0, 6.0, 7.0], [1.0] * 8, every=2)
    epochs, numbers = curve(fits, kept(5, 8), "val_loss", last=8)
    np.testing.assert_array_equal(epochs, [2, 4, 6, 8])
    np.testing.assert_array_equal(numbers[:, 0], [4, 6, 6, 6])


def test_an_epoch_at_which_one_fit_alone_was_validated_is_left_out() -> None:
    fits = history([1.0] * 3, [2.0] * 4, every=2)
    fits.loc[(fits["repeat"] == 0) & (fits["epoch"] == 3), "val_loss"] = 7.0
    epochs, numbers = curve(fits, kept(3, 4), "val_loss", last=4)
    np.testing.assert_array_equal(epochs, [2, 4])
    np.testing.assert_array_equal(numbers, [[1, 2], [7, 2]])


def test_every_epoch_of_a_short_training_and_some_of_a_long_one_are_shown() -> None:
    assert len(curve(history([1.0] * 50), kept(50), "loss", last=50)[0]) == 50
    epochs, _ = curve(history([1.0] * 20_000), kept(20_000), "loss", last=20_000)
    assert POINTS / 2 < len(epochs) <= POINTS and epochs[0] == 1 and epochs[-1] == 20_000


def test_what_was_never_validated_has_no_curve() -> None:
    fits = history([1.0] * 5).assign(val_loss=np.nan)
    epochs, numbers = curve(fits, kept(5), "val_loss", last=5)
    assert not len(epochs) and numbers.shape == (0, 1)


def test_where_no_fit_is_left_there_is_no_curve() -> None:
    none = history([1.0] * 5).iloc[:0]
    epochs, numbers = curve(none, pd.Series([], dtype=int), "loss", last=0)
    assert not len(epochs) and numbers.shape == (0, 0)
