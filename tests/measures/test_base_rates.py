"""A class is said where it is likelier than its base rate, whatever the training shifts."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score
from sklearn.svm import SVC

from regpipe.candidates.arm import Arm, baseline
from regpipe.candidates.references import load
from regpipe.language import Problem
from regpipe.language.metrics import METRICS
from regpipe.language.tasks import TASKS
from regpipe.measures.base_rates import (
    base_rates,
    class_shares,
    evened,
    rates_of,
    rates_of_fit,
    rates_to_columns,
)
from regpipe.measures.measure import means, scores_of
from regpipe.measures.references import fit_peer, score_peer
from regpipe.rows.arrays import Rows
from tests.conftest import PROBLEMS, arm_called, blocks

SMOOTHED = {"loss": {"BinaryCrossentropy": {"label_smoothing": 0.2}}}
SHIFTS: list[dict[str, Any]] = [
    {},
    {"class_weight": "balanced"},
    {"class_weight": {1: 3.0}},
    SMOOTHED,
    {"label_noise": {"rate": 0.3}},
    {"class_weight": {0: 0.5, 1: 3.0}, "label_noise": {"rate": 0.3}, **SMOOTHED},
]
# Of ten rows in one place, four are class 1; of thirty in another, two are; of sixty, none.
PLACES, COUNTS, ONES = np.array([0, 1, 2]), np.array([10, 30, 60]), np.array([4, 2, 0])


def judged(name: str = "moons", **training: Any) -> Any:
    arm = arm_called(name, **training)
    return replace(arm, task=replace(arm.task, metric="balanced_accuracy"))


def rows_with(y: Any) -> Rows:
    y = np.asarray(y, "float32").reshape(-1, 1)
    x = np.random.default_rng(0).normal(size=(len(y), 2)).astype("float32") + y
    return Rows(0, x, y, x, y, x, y)


ROWS = rows_with(np.concatenate([np.arange(n) < k for n, k in zip(COUNTS, ONES, strict=True)]))


def learnt(training: dict[str, Any]) -> np.ndarray:
    """Return what a network says in each place that has learnt all: the loss' minimum, found."""
    weights = training.get("class_weight", {})
    if weights == "balanced":
        weights = {0: 100 / (2 * 94), 1: 100 / (2 * 6)}
    ones, zeros = ONES * weights.get(1, 1.0), (COUNTS - ONES) * weights.get(0, 1.0)
    if noise := training.get("label_noise", {}).get("rate", 0.0):
        ones, zeros = (
            (1 - noise / 2) * a + noise / 2 * b for a, b in ((ones, zeros), (zeros, ones))
        )
    smoothing = 0.2 if "loss" in training else 0.0
    ones, zeros = (
        (1 - smoothing / 2) * a + smoothing / 2 * b for a, b in ((ones, zeros), (zeros, ones))
    )
    said = np.linspace(0, 1, 100_001)[1:-1]
    losses = -ones[:, None] * np.log(said) - zeros[:, None] * np.log(1 - said)
    return said[losses.argmin(axis=1)][:, None]


@pytest.mark.parametrize("training", SHIFTS, ids=str)
def test_no_shift_is_corrected_twice_and_none_is_forgotten(training: dict[str, Any]) -> None:
    """6% are class 1: it is said where 40% are, and 6.7%, and not where none is."""
    rates = base_rates(judged(**training), ROWS)
    assert rates is not None and rates.sum() == pytest.approx(1)
    said = evened(learnt(training), rates)
    assert (said[:, 0] > 0.5).tolist() == [True, True, False]
    if not training:
        assert rates.tolist() == pytest.approx([0.94, 0.06])
        # As if both classes were as frequent: 4 of 6 against 6 of 94.
        assert said[0, 0] == pytest.approx((4 / 6) / (4 / 6 + 6 / 94), abs=1e-3)
    if training == {"class_weight": "balanced"}:
        assert rates.tolist() == pytest.approx([0.5, 0.5])


def costly(problem: str, costs: dict[Any, float], **training: Any) -> Arm:
    """Return an arm of a problem that is judged by what mistakes cost."""
    block = {**PROBLEMS[problem].model_dump(exclude_unset=True), "metric": "cost", "cost": costs}
    arm = arm_called(problem, **training)
    return replace(arm, task=Problem(**block).kind)


@pytest.mark.parametrize("training", SHIFTS, ids=str)
@pytest.mark.parametrize(("cost", "second"), [(5.0, False), (20.0, True)])
def test_a_class_is_said_where_that_is_expected_to_cost_least(
    training: dict[str, Any], cost: float, second: bool
) -> None:
    """From 1 / (1 + cost) on, by probabilities that no training has shifted: 40%, 6.7%, 0%."""
    rates = base_rates(costly("moons", {1: cost}, **training), ROWS)
    said = evened(learnt(training), rates)
    assert (said[:, 0] > 0.5).tolist() == [True, second, False]


def test_what_mistakes_cost_is_by_the_confusion_matrix() -> None:
    task = costly("digits", {0: 3, 2: 0.5}).task
    rng = np.random.default_rng(2)
    y, shares = rng.integers(0, 3, (300, 1)), rng.dirichlet([1, 1, 1], 300)
    matrix = np.array([[0, 3, 3], [1, 0, 1], [0.5, 0.5, 0]])  # of true and predicted classes
    told = (shares @ matrix).argmin(axis=1)
    rates = rates_of(task, rows_with([0, 1, 2]))
    found = means(scores_of(task, y, shares, rates))
    expected = (confusion_matrix(y, told) * matrix).sum() / len(y)
    assert found["cost"] == pytest.approx(expected)
    assert found["accuracy"] == pytest.approx(np.mean(told == y[:, 0]))
    assert found["cost"] < means(scores_of(task, y, shares))["cost"]


def test_other_models_say_what_costs_least() -> None:
    block = PROBLEMS["moons"].model_dump(exclude_unset=True)
    problem = Problem(**{**block, "metric": "cost", "cost": {1: 20}})
    linear, machine = (
        means(score_peer(peer, {}, ROWS, "score", problem, 1))["cost"]
        for name in ("LogisticRegression", "SVC")
        for peer in load({name: blocks("references")["references"][name]})
    )
    model = LogisticRegression(max_iter=1000).fit(ROWS.x_train, ROWS.y_train[:, 0])
    told = model.predict_proba(ROWS.x_score)[:, 1] > 1 / 21
    expected = (confusion_matrix(ROWS.y_score, told) * [[0, 1], [20, 0]]).sum() / len(told)
    assert linear == pytest.approx(expected)
    told = SVC().fit(ROWS.x_train, ROWS.y_train[:, 0]).predict(ROWS.x_score)
    assert machine < (confusion_matrix(ROWS.y_score, told) * [[0, 1], [20, 0]]).sum() / len(told)


@pytest.mark.parametrize(
    ("problem", "changes", "says"),
    [
        ("moons", {"metric": "cost"}, "cost: it goes with `metric: cost`"),
        ("moons", {"cost": {1: 5}}, "cost: it goes with `metric: cost`"),
        ("moons", {"metric": "cost", "cost": {2: 5}}, "cost: '2' is no class. Expected one of"),
        ("moons", {"metric": "cost", "cost": {1: 0}}, "greater than 0"),
        (
            "digits",
            {"metric": "cost", "cost": {10: 5}},
            "cost: there is no class 10. Expected 0",
        ),
        ("diabetes", {"metric": "cost", "cost": {1: 5}}, "a regression problem has no cost"),
    ],
)
def test_costs_are_those_of_classes_that_are_there(
    problem: str, changes: dict[str, Any], says: str
) -> None:
    block = {**PROBLEMS[problem].model_dump(exclude_unset=True), **changes}
    with pytest.raises(ValueError, match=re.escape(says)):
        baseline(problem, Problem(**block))


def test_accuracy_is_judged_by_the_likeliest_class() -> None:
    assert base_rates(arm_called("moons", class_weight="balanced"), ROWS) is None
    outputs = np.array([[0.2], [0.7]])
    assert evened(outputs, None) is outputs


def test_several_classes() -> None:
    y = [0] * 6 + [1] * 3 + [2]
    rates = base_rates(judged("digits"), rows_with(y))
    assert rates.tolist() == pytest.approx([0.6, 0.3, 0.1])
    outputs = np.array([[0.6, 0.3, 0.1], [0.6, 0.25, 0.15], [0.5, 0.35, 0.15], [0.2, 0.8, 0.0]])
    np.testing.assert_allclose(evened(outputs, rates)[0], 1 / 3)
    assert evened(outputs, rates)[1:].argmax(axis=1).tolist() == [2, 2, 1]
    weights = base_rates(judged("digits", class_weight="balanced"), rows_with(y))
    np.testing.assert_allclose(weights, 1 / 3)


def test_a_class_that_no_row_trained_on_has_is_not_said() -> None:
    for rates in ([1.0, 0.0], [0.6, 0.4, 0.0], [0.6, 0.4]):
        n = max(len(rates), 3) if len(rates) != 2 or rates[1] else 1
        outputs = np.eye(n)[[-1]]  # sure of that class
        assert np.isfinite(found := evened(outputs, np.array(rates))).all()
        assert (found[:, 0] <= 0.5 if n == 1 else found.argmax(axis=1) < n - 1).all()


def test_a_run_table_keeps_the_rates() -> None:
    rates = np.array([0.94, 0.06])
    columns = rates_to_columns(rates)
    assert columns == {"base_rate_0": 0.94, "base_rate_1": 0.06}
    assert rates_of_fit({"repeat": 3, **columns}).tolist() == rates.tolist()
    assert rates_to_columns(None) == {} and rates_of_fit({"repeat": 3}) is None


def test_scores_of_classes_are_at_the_base_rate_and_others_are_not() -> None:
    y, outputs = ROWS.y_train, np.repeat(learnt({}), COUNTS, axis=0)
    rates = np.array([0.94, 0.06])
    shifted, likeliest = (means(scores_of(TASKS["binary"], y, outputs, r)) for r in (rates, None))
    expected = balanced_accuracy_score(y[:, 0], outputs[:, 0] > 0.06)
    assert shifted["balanced_accuracy"] == pytest.approx(expected)
    assert shifted["accuracy"] == pytest.approx(np.mean((outputs > 0.06) == y))
    assert likeliest["balanced_accuracy"] == 0.5  # nothing is above a half
    of_outputs = {
        name for name, metric in METRICS.items() if metric.function and not metric.of_classes
    }
    alike = {name for name in shifted if shifted[name] == likeliest[name]}
    assert alike == of_outputs & set(shifted)


@pytest.mark.parametrize("name", ["LogisticRegression", "SVC"])
def test_other_models_are_cut_there_too(name: str) -> None:
    """What says no probabilities, as a support vector machine, weighs the classes alike."""
    (peer,) = (peer for peer in load(blocks("references")["references"]) if peer.name == name)
    block = PROBLEMS["moons"].model_dump()
    plain, even = (Problem(**{**block, "metric": m}) for m in (None, "balanced_accuracy"))
    mean = {
        name: means(score_peer(peer, {}, ROWS, "score", problem, 1))["balanced_accuracy"]
        for name, problem in (("plain", plain), ("even", even))
    }
    assert mean["even"] > mean["plain"] + 0.1
    weighs = fit_peer(peer, {}, ROWS, even, 1)
    if name == "SVC":  # by which its probabilities are those of rows as they are
        assert weighs.rates is None and weighs.weights is not None
        np.testing.assert_allclose(weighs.weights * class_shares(ROWS), 0.5)
    else:
        assert weighs.rates is not None and weighs.weights is None


def test_other_models_say_the_likeliest_class_where_f1_judges() -> None:
    problem = Problem(**{**PROBLEMS["moons"].model_dump(exclude_unset=True), "metric": "f1"})
    (peer,) = load({"linear": blocks("references")["references"]["LogisticRegression"]})
    found = means(score_peer(peer, {}, ROWS, "score", problem, 1))
    model = LogisticRegression(max_iter=1000).fit(ROWS.x_train, ROWS.y_train[:, 0])
    expected = f1_score(ROWS.y_score, model.predict(ROWS.x_score))
    assert found["f1"] == pytest.approx(expected)
