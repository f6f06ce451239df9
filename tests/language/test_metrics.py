"""Is a metric known in one place, and told alike wherever it is told?"""

import math
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from regpipe import plots
from regpipe.language import Problem
from regpipe.language.metrics import METRICS, MetricName, typeset
from regpipe.language.settings import Statistics
from regpipe.language.tasks import CODE_SCORES, TASKS
from tests.conftest import PROBLEMS


def test_every_score_is_a_metric_with_a_smallest_difference() -> None:
    scores = {score for task in TASKS.values() for score in task.scores} | set(CODE_SCORES)
    asked = {name for name, metric in METRICS.items() if metric.asked}
    assert asked == {"f1", "mcc", "log_loss", "cost", "mae", "rmse"} and not asked & scores
    assert scores | asked == set(METRICS) == set(get_args(MetricName))
    assert Statistics().smallest_difference == {name: m.smallest for name, m in METRICS.items()}
    said = Statistics.model_validate({"smallest_difference": {"auc": 0.02}}).smallest_difference
    assert said == Statistics().smallest_difference | {"auc": 0.02}


@pytest.mark.parametrize("metric", METRICS)
def test_a_difference_is_told_in_pictures_as_in_sentences(metric: str) -> None:
    unit = METRICS[metric]
    row = {"metric": metric, "mean": 0.0123, "ci_low": -0.002, "ci_high": 0.0345}
    row |= {"wins": 2, "ties": 0, "pairs": 2, "verdict": "undecided"}
    row |= {"lowest": -0.01, "highest": 0.03}
    comparison = pd.DataFrame([{"protocol": p, **row} for p in ("fixed", "fresh")])
    pairs = pd.DataFrame({"protocol": ["fixed", "fresh"]})
    pairs = pairs.assign(**{f"test_{metric}_b": 0.5, f"test_{metric}_t": 0.5123})
    (ax,) = plots.paired_differences(pairs, comparison, "L2", {metric: 0.01}).axes
    assert typeset(unit.with_interval(0.0123, -0.002, 0.0345)) in ax.texts[0].get_text()
    assert ax.collections[0].get_offsets()[0, 0] == pytest.approx(unit.scale * 0.0123)

    about = {"problem": "moons", "technique": "l2", "rank": 1, "smallest_difference": 0.01}
    board = pd.DataFrame([about | row])
    (ax,) = plots.forest(board.rename(columns={"mean": "difference"})).axes
    assert ax.get_xlabel() == f"{unit.difference}, {unit.better}"
    assert ax.containers[0].lines[0].get_xdata()[0] == pytest.approx(unit.scale * 0.0123)

    part = {"ingredient": "l2", "times": 1, "of": 2, "worth": 0.0123, "ci_low": 0, "ci_high": 1}
    (ax,) = plots.recipe_worth(pd.DataFrame([part]), "Moons", metric).axes
    assert unit.difference in ax.get_xlabel()
    assert ax.containers[0].lines[0].get_xdata()[0] == pytest.approx(unit.scale * 0.0123)


def test_no_interval_goes_further_than_its_metric() -> None:
    row = {"metric": "accuracy", "mean": 0.2, "ci_low": -1.3, "ci_high": 1.7, "pairs": 5}
    row |= {"wins": 2, "ties": 0, "verdict": "undecided", "lowest": 0.0, "highest": 1.0}
    comparison = pd.DataFrame([{"protocol": p, **row} for p in ("fixed", "fresh")])
    pairs = pd.DataFrame({"protocol": ["fixed", "fresh"]})
    pairs = pairs.assign(test_accuracy_b=0.5, test_accuracy_t=0.7)
    (ax,) = plots.paired_differences(pairs, comparison, "L2", {"accuracy": 0.01}).axes
    assert "+20.0 [−100.0, 100.0] points" in ax.texts[0].get_text()
    about = {"problem": "moons", "technique": "l2", "rank": 1, "smallest_difference": 0.01}
    board = pd.DataFrame([about | row]).rename(columns={"mean": "difference"})
    drawn = [ax, *plots.forest(board).axes]
    ends = [line.get_segments()[0][:, 0] for a in drawn for line in a.collections if _is_bar(line)]
    assert len(ends) == 3 and np.allclose(ends, [-100, 100])
    assert METRICS["accuracy"].end(-1.3) == "-100.0" and METRICS["r2"].end(-1.3) == "-1.30"
    assert METRICS["r2"].between(0.9, 1.2) == (0.9, 1.0)


def _is_bar(drawn: object) -> bool:
    return isinstance(drawn, LineCollection) and len(drawn.get_segments()) == 1


def test_numbers_are_written_by_hand() -> None:
    assert (
        METRICS["accuracy"].signed(0.0123) == "+1.2" and METRICS["accuracy"].value(0.5) == "0.500"
    )
    assert METRICS["mse"].signed(-0.00123) == "-1.23" and METRICS["mse"].value(0.0123) == "12.30"
    assert METRICS["mse"].signed(-1234.5) == "-1,234,500"  # of a target in its own large units
    assert METRICS["r2"].signed(-0.001) == "0.00"
    assert METRICS["loss"].size(-0.0123) == "0.012"


@pytest.mark.parametrize("metric", METRICS)
def test_an_interval_never_ends_in_a_zero_that_is_none(metric: str) -> None:
    unit = METRICS[metric]
    for end in (1e-9, 3e-6, 0.0003, 0.004):
        assert float(unit.end(end)) > 0 > float(unit.end(-end))
    assert not float(unit.end(0.0))


def test_ends_are_written_by_hand() -> None:
    accuracy = METRICS["accuracy"]
    assert accuracy.interval(0.0003, 0.018) == "[0.03, 1.8]"
    assert accuracy.interval(-0.0151, -0.00004) == "[-1.5, -0.004]"
    assert accuracy.interval(0.0, 0.01) == "[0.0, 1.0]"
    nan = math.nan
    assert (
        accuracy.with_interval(0.009, nan, nan) == "+0.9"
        and accuracy.with_interval(nan, nan, nan) == "-"
    )
    assert (accuracy.size(0.0004), accuracy.size(0.0)) == ("0.04", "0.0")


def computed(name: str, y: np.ndarray, outputs: np.ndarray) -> float:
    function = METRICS[name].function
    assert function is not None
    return float(np.mean(function(y[:, None], outputs)))


def test_balanced_accuracy_and_auc_are_those_of_scikit_learn() -> None:
    from sklearn import metrics

    rng = np.random.default_rng(3)
    y = (rng.random(200) < 0.15).astype(int)
    said = np.clip(0.3 * y + rng.random(200).round(1) * 0.7, 0, 1)
    assert computed("balanced_accuracy", y, said[:, None]) == pytest.approx(
        metrics.balanced_accuracy_score(y, said > 0.5)
    )
    assert computed("auc", y, said[:, None]) == pytest.approx(metrics.roc_auc_score(y, said))
    several = rng.integers(0, 3, 200)
    shares = rng.dirichlet([1, 1, 1], 200)
    found = computed("auc", several, shares)
    assert found == pytest.approx(metrics.roc_auc_score(several, shares, multi_class="ovr"))
    assert np.isnan(computed("auc", np.zeros(5), said[:5, None]))


@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("rare", [0.15, 0.5, 0.0])
def test_f1_mcc_and_log_loss_are_those_of_scikit_learn(rare: float) -> None:
    """Also where no row is of the second class, and of several classes where one has no row."""
    from sklearn import metrics

    rng = np.random.default_rng(3)
    y = (rng.random(200) < rare).astype(int)
    said = np.clip(0.3 * y + rng.random(200) * 0.8, 0, 1).astype("float32")
    said[:2], y[0] = [0, 1], 0
    for given in (said, np.minimum(said, 0.4)):  # the latter are all of one class
        told = (given > 0.5).astype(int)
        f1 = metrics.f1_score(y, told, zero_division=0)
        assert computed("f1", y, given[:, None]) == pytest.approx(f1)
        mcc = metrics.matthews_corrcoef(y, told)
        assert computed("mcc", y, given[:, None]) == pytest.approx(mcc)
        loss = metrics.log_loss(y, given, labels=[0, 1])
        assert computed("log_loss", y, given[:, None]) == pytest.approx(loss, rel=1e-5)
    several = rng.integers(0, 3, 200)
    shares = rng.dirichlet([1, 1, 1, 1], 200).astype("float32")
    fewer = np.hstack([rng.dirichlet([1, 1, 1], 200), np.zeros((200, 1))]).astype("float32")
    for given in (shares, fewer):
        told = given.argmax(axis=1)
        f1 = metrics.f1_score(several, told, average="macro", zero_division=0)
        assert computed("f1", several, given) == pytest.approx(f1)
        mcc = metrics.matthews_corrcoef(several, told)
        assert computed("mcc", several, given) == pytest.approx(mcc)
        loss = metrics.log_loss(several, given, labels=range(4))
        assert computed("log_loss", several, given) == pytest.approx(loss, rel=1e-5)


def test_the_errors_of_numbers_are_those_of_scikit_learn() -> None:
    from sklearn import metrics

    rng = np.random.default_rng(7)
    y, said = rng.normal(size=(2, 50)).astype("float32")
    for name, theirs in (
        ("mae", metrics.mean_absolute_error),
        ("rmse", metrics.root_mean_squared_error),
    ):
        assert computed(name, y, said[:, None]) == pytest.approx(theirs(y, said), rel=1e-5)
        assert computed(name, y, y[:, None]) == 0


def test_a_problem_is_scored_by_what_it_asks_for_and_by_nothing_of_another_task() -> None:
    def judged(problem: str, metric: str | None) -> Problem:
        return Problem(**{**PROBLEMS[problem].model_dump(exclude_unset=True), "metric": metric})

    assert judged("moons", "f1").kind.scores == TASKS["binary"].scores | {"f1": True}
    assert judged("diabetes", "mae").kind.scores == TASKS["regression"].scores | {"mae": False}
    assert judged("moons", None).kind.scores == TASKS["binary"].scores
    with pytest.raises(ValueError, match="a regression problem has no mcc. Expected .*mae, rmse"):
        judged("diabetes", "mcc")


def test_the_calibration_error_is_that_of_bins_counted_one_by_one() -> None:
    rng = np.random.default_rng(5)
    several, shares = rng.integers(0, 3, 500), rng.dirichlet([1, 1, 1], 500)
    said, probability = shares.argmax(axis=1), shares.max(axis=1)
    error = 0.0
    for low in np.arange(15) / 15:
        there = (probability > low) & (probability <= low + 1 / 15)
        if there.any():
            right = np.mean(said[there] == several[there])
            error += there.mean() * abs(right - probability[there].mean())
    assert computed("ece", several, shares) == pytest.approx(error)


def test_the_calibration_error_by_hand() -> None:
    y = np.array([1, 1, 0, 0])
    assert computed("ece", y, np.array([[0.75], [0.75], [0.75], [0.25]])) == pytest.approx(0)
    assert computed("ece", y, np.array([[1.0], [1.0], [1.0], [1.0]])) == pytest.approx(0.5)
    assert computed("ece", y, np.array([[0.9], [0.9], [0.1], [0.1]])) == pytest.approx(0.1)
    one = np.hstack([np.array([[0.25], [0.25], [0.25], [0.75]]), [[0.75], [0.75], [0.75], [0.25]]])
    assert computed("ece", y, one) == pytest.approx(0)  # of two outputs, as of one
