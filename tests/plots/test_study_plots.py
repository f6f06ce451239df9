"""Do the pictures of the whole study show what their tables say?"""

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from regpipe import plots
from regpipe.plots.claims import COLOURS as OF_CLAIMS
from regpipe.plots.verdicts import COLOURS as OF_VERDICTS
from regpipe.statistics.judging import STAND_IN

NAN = float("nan")
TITLES = {"l2": "L2 penalty", "dropout": "Dropout", "stop": "Early stopping", "deep": "Deeper"}


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def points(ax: Axes) -> dict[float, tuple[float, str]]:
    """The middle of each interval by its height, with its colour."""
    found = {}
    for bar in ax.containers:
        line = bar.lines[0]
        x, y = line.get_xdata()[0], line.get_ydata()[0]
        found[float(y)] = (float(x), to_hex(line.get_color()))
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
    ).assign(smallest_difference=0.01)  # fmt: skip


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
    """Claims: gains, a loss, one about rows that others stand in for, and a number that is none."""
    rows = [
        ("l2", "moons", "gain", 0.029, 0.03, 0.008, 0.004, 0.012, "holds, smaller", False),
        ("l2", "moons", "", NAN, NAN, NAN, NAN, NAN, "", False),
        ("dropout", "circles", "gain", 0.057, 0.02, -0.001, -0.006, 0.004, "does not hold", False),
        ("stop", "moons", "loss", -0.1, -0.09, -0.02, -0.04, -0.01, "holds, smaller", True),
        ("deep", "football", "gain", 0.01, 0.02, 0.011, 0.003, 0.02, STAND_IN, False),
    ]
    columns = [
        *("arm", "problem", "claim", "published_gain", "fixed_gain"),
        *("fresh_gain", "ci_low", "ci_high", "holds", "leak"),
    ]
    table = pd.DataFrame(rows, columns=columns).assign(number="test accuracy", seeds=30)
    return table.assign(title=table["arm"].map(TITLES))


def test_claims_have_a_panel_each_for_gains_losses_and_what_cant_be_told() -> None:
    figure = plots.claims(published())
    gains, losses, open_ = figure.axes
    assert names(gains) == ["L2 penalty (moons)", "Dropout (circles)"]
    assert names(losses) == ["Early stopping (moons, leak)"] and names(open_) == [
        "Deeper (football)"
    ]
    found = points(gains)
    assert found[0] == (pytest.approx(0.8), OF_CLAIMS["holds, smaller"].lower())
    assert found[1] == (pytest.approx(-0.1), OF_CLAIMS["does not hold"].lower())
    assert points(losses)[0] == (pytest.approx(-2.0), OF_CLAIMS["holds, smaller"].lower())
    assert points(open_)[0][0] == pytest.approx(1.1)
    assert points(open_)[0][1] not in map(str.lower, OF_CLAIMS.values())
    diamonds = [line for line in gains.lines if line.get_marker() == "D" and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in diamonds] == pytest.approx([2.9, 5.7])
    assert gains.get_xlim()[0] > -2  # a loss of 10 points doesn't take the width of gains


def test_the_title_says_what_was_found_and_the_tick_what_it_is() -> None:
    figure = plots.claims(published())
    assert figure.get_suptitle() == (
        "1 of 2 published gains holds on fresh draws, none at its published size"
    )
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert "the published draw: mean of 30 seeds" in labels and "fresh draws: not judged" in labels
    judged = published().assign(holds=["holds", "", "holds, smaller", "holds, smaller", STAND_IN])
    judged = judged.assign(claim=["gain", "", "gain", "loss", "gain"])
    assert plots.claims(judged).get_suptitle() == (
        "2 of 2 published gains hold on fresh draws, 1 of them smaller than published"
    )
    away = published().assign(holds=["not comparable", "", *["not comparable"] * 3])
    assert plots.claims(away).get_suptitle() == "No published gain can be judged by this run"
    assert plots.claims(published().iloc[1:2]).get_suptitle().startswith("No published gain")


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
    labels = [text.get_text() for text in ax.texts]
    assert labels == ["sd 3.2 points of accuracy", "sd 20.00 thousandths of squared error"]


def test_a_forest_says_how_many_help_and_how_many_hurt() -> None:
    said = " ".join(plots.forest(board()).get_suptitle().split())
    assert said == "2 of 4 techniques help, 1 hurts, 1 is undecided"
    few = board().assign(verdict="too few").iloc[:1]
    assert plots.forest(few).get_suptitle().endswith("0 hurt, 1 can't be told")


def test_a_forest_of_many_techniques_has_two_columns_of_about_the_same_height() -> None:
    many = pd.concat([board().assign(problem=f"problem {k}") for k in range(15)])
    figure = plots.forest(many)
    assert len(figure.axes) == 30 and figure.get_figheight() < 20
    lefts = {round(ax.get_subplotspec().get_gridspec().figure.bbox.x0) for ax in figure.axes}
    assert len(lefts) == 2
    shown = sum(len(names(ax)) for ax in figure.axes)
    assert shown == len(many)


def test_the_variance_says_where_the_rows_decide_most_and_least() -> None:
    said = plots.variance(shares()).get_suptitle()
    assert said == "90% of a single run's noise on moons is the draw of the rows; on codes, 0%"
