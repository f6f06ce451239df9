"""Do the pictures of the whole study show what their tables say?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from regpipe import plots
from regpipe.plots.claims import COLOURS as OF_CLAIMS
from regpipe.plots.forest import COLOURS as OF_VERDICTS

NAN = float("nan")


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def points(ax: Axes) -> dict[float, tuple[float, str]]:
    """The middle of each interval by its height, with its colour."""
    found = {}
    for bar in ax.containers:
        line = bar.lines[0]
        x, y = line.get_xdata()[0], line.get_ydata()[0]
        found[float(y)] = (float(x), to_hex(line.get_color()).upper())
    return found


def board() -> pd.DataFrame:
    """A leaderboard of two problems."""
    return pd.DataFrame(
        [
            ("good", "moons", "accuracy", 0.02, 0.01, 0.03, 2, "helps"),
            ("bad", "moons", "accuracy", -0.03, -0.05, -0.01, 3, "hurts"),
            ("lost", "moons", "accuracy", NAN, NAN, NAN, 4, "undecided"),
            ("code", "codes", "mse", -0.002, -0.003, -0.001, 1, "helps"),
        ],
        columns=[
            "technique", "problem", "metric",
            "difference", "ci_low", "ci_high", "rank", "verdict",
        ],
    )  # fmt: skip


def test_a_forest_has_a_panel_per_problem_and_the_best_on_top() -> None:
    figure = plots.forest(board())
    codes, moons = figure.axes
    assert names(codes) == ["code"] and names(moons) == ["lost", "bad", "good"]
    assert "less is better" in codes.get_xlabel() and "more is better" in moons.get_xlabel()


def test_a_forest_shows_each_mean_in_its_unit_and_the_colour_of_its_verdict() -> None:
    codes, moons = plots.forest(board()).axes
    assert points(codes)[0][0] == pytest.approx(-2.0)  # thousandths
    helps, hurts = (OF_VERDICTS[verdict] for verdict in ("helps", "hurts"))
    assert points(moons)[2] == (pytest.approx(2.0), helps)
    assert points(moons)[1] == (pytest.approx(-3.0), hurts)
    assert np.isnan(points(moons)[0][0])


def test_techniques_of_a_problem_that_are_judged_differently_share_no_axis() -> None:
    table = board().assign(problem="codes")
    accuracy, mse = plots.forest(table).axes
    assert names(mse) == ["code"] and names(accuracy) == ["lost", "bad", "good"]
    assert "accuracy" in accuracy.get_xlabel() and "squared error" in mse.get_xlabel()


def published() -> pd.DataFrame:
    """Claims: two gains, and a number that is none."""
    return pd.DataFrame(
        {
            "arm": ["l2", "l2", "dropout"], "problem": ["moons", "moons", "circles"],
            "published_gain": [0.029, NAN, 0.057], "fixed_gain": [0.03, NAN, 0.02],
            "fresh_gain": [0.008, NAN, -0.001], "ci_low": [0.004, NAN, -0.006],
            "ci_high": [0.012, NAN, 0.004], "holds": ["holds, smaller", "", "does not hold"],
        }
    )  # fmt: skip


def test_claims_show_published_and_fresh_gains_and_nothing_else() -> None:
    (ax,) = plots.claims(published()).axes
    assert names(ax) == ["l2 (moons)", "dropout (circles)"]
    found = points(ax)
    assert found[0] == (pytest.approx(0.8), OF_CLAIMS["holds, smaller"])
    assert found[1] == (pytest.approx(-0.1), OF_CLAIMS["does not hold"])
    diamonds = [line for line in ax.lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in diamonds] == pytest.approx([2.9, 5.7])


def shares() -> pd.DataFrame:
    """Where the noise of two problems comes from."""
    rows = [
        ("moons", "accuracy", "test", "rows drawn", 0.0009, 0.9),
        ("moons", "accuracy", "test", "initial weights", 0.0001, 0.1),
        ("codes", "mse", "test", "rows drawn", 0.0, 0.0),
        ("codes", "mse", "test", "initial weights", 0.0004, 1.0),
    ]
    columns = ["problem", "metric", "rows", "source", "variance", "share"]
    return pd.DataFrame(rows, columns=columns)


def test_the_variance_stacks_shares_to_one_and_tells_the_whole_deviation() -> None:
    (ax,) = plots.variance(shares()).axes
    ends = {}
    for bar in ax.patches:
        ends[bar.get_y()] = max(ends.get(bar.get_y(), 0), bar.get_x() + bar.get_width())
    assert list(ends.values()) == pytest.approx([1, 1])
    told = [text.get_text() for text in ax.texts]
    assert told == ["sd 3.2 points of accuracy", "sd 20.00 thousandths of squared error"]
