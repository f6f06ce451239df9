import numpy as np
import pandas as pd
import pytest

from regpipe.statistics.variance import split_variance, tabulate_variance


def test_planted_variances_are_found() -> None:
    rng = np.random.default_rng(0)
    draws, weights, orders = 2000, 3, 2
    values = (
        rng.normal(0, 3, (draws, 1, 1))
        + rng.normal(0, 2, (draws, weights, 1))
        + rng.normal(0, 1, (draws, weights, orders))
    )
    assert split_variance(values) == pytest.approx({"draw": 9, "weights": 4, "order": 1}, rel=0.1)


def test_they_add_up_to_the_mean_squares_by_hand() -> None:
    """Two draws, two weights, two orders; mean squares 32, 4 and 0.5."""
    values = np.array([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    of_draw, of_weights, of_order = 2 * 2 * 8.0, 2 * 2.0, 0.5
    assert split_variance(values) == pytest.approx(
        {"draw": (of_draw - of_weights) / 4, "weights": (of_weights - of_order) / 2, "order": 0.5}
    )


def test_what_order_moves_more_than_weights_leaves_none_for_those() -> None:
    values = np.array([[[0.0, 1.0], [1.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]])
    assert split_variance(values) == {"draw": 0.0, "weights": 0.0, "order": 0.5}


def test_a_fit_that_diverged_leaves_nothing_to_tell() -> None:
    values = np.zeros((2, 2, 2))
    values[0, 0, 0] = np.nan
    assert np.isnan(list(split_variance(values).values())).all()


def test_each_kind_of_rows_gets_its_shares_whatever_the_order_of_the_table() -> None:
    keys = [(d, w, o) for d in range(3) for w in range(2) for o in range(2)]
    nested = pd.DataFrame(keys, columns=["draw", "weights", "order"]).assign(
        problem="moons",
        test_accuracy=lambda t: 1.0 * t["draw"],
        score_accuracy=lambda t: t["order"],
    )
    found = tabulate_variance(nested.sample(frac=1, random_state=0), "accuracy")
    shares = found.set_index(["rows", "source"])["share"]
    assert shares["test", "rows drawn"] == shares["score", "order and masks"] == 1
    assert found.groupby("rows")["share"].sum().tolist() == [1, 1]
    assert found["sd"].to_numpy() ** 2 == pytest.approx(found["variance"].to_numpy())
