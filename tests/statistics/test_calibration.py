"""A temperature that was planted is found, and calibration is what scikit-learn says it is."""

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from regpipe.statistics.calibration import (
    Calibration,
    calibration,
    reliability,
    temperature,
    tempered,
)


def planted(factor: float, classes: int = 3, rows: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Labels that come from some probabilities, and those made more extreme by a factor."""
    rng = np.random.default_rng(classes)
    logits = rng.normal(0, 1.5, (rows, classes))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = np.array([rng.choice(classes, p=row) for row in true])
    said = np.exp(factor * logits)
    return said / said.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("classes", [2, 3, 5])
@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_a_planted_temperature_is_found(factor: float, classes: int) -> None:
    probabilities, labels = planted(factor, classes)
    assert temperature(probabilities, labels) == pytest.approx(factor, rel=0.1)


def test_it_has_the_least_log_loss() -> None:
    probabilities, labels = planted(2.0, rows=200)
    best = temperature(probabilities, labels)
    losses = [
        log_loss(labels, tempered(probabilities, best * change)) for change in (0.9, 1.0, 1.1)
    ]
    assert losses[1] < losses[0] and losses[1] < losses[2]


def test_to_temper_is_to_divide_the_logits() -> None:
    probabilities, _ = planted(1.0, rows=50)
    np.testing.assert_allclose(tempered(probabilities, 1.0), probabilities, rtol=1e-6)
    cold, warm = tempered(probabilities, 0.5), tempered(probabilities, 2.0)
    np.testing.assert_allclose(warm.sum(axis=1), 1)
    np.testing.assert_allclose(cold, probabilities**2 / (probabilities**2).sum(1, keepdims=True))
    assert (cold.max(axis=1) > probabilities.max(axis=1)).all()
    assert (warm.max(axis=1) < probabilities.max(axis=1)).all()


def test_certainty_that_is_wrong_is_no_infinity() -> None:
    certain = np.repeat([[0.0, 1.0], [1.0, 0.0]], 20, axis=0)
    labels = np.repeat([1, 0], 20)
    labels[0] = 0
    found = temperature(certain, labels)
    assert found > 2 and np.isfinite(tempered(certain, found)).all()
    upside_down = temperature(certain, 1 - labels)
    assert upside_down == pytest.approx(np.exp(3), rel=0.01)
    assert np.isfinite(tempered(certain.astype("float32"), np.exp(-3))).all()


def test_few_rows_or_rows_without_a_fault_leave_probabilities_as_they_are() -> None:
    probabilities, labels = planted(3.0)
    assert temperature(probabilities[:19], labels[:19]) == 1
    assert temperature(probabilities[:20], labels[:20]) != 1
    likeliest = probabilities.argmax(axis=1)
    assert temperature(probabilities, likeliest) == 1
    one_class = labels == 0
    assert np.isfinite(temperature(probabilities[one_class], labels[one_class]))


def test_the_brier_score_is_that_of_scikit_learn() -> None:
    two, labels = planted(3.0, classes=2)
    found = calibration(two, labels, 3.0)
    assert found.brier == pytest.approx(brier_score_loss(labels, two[:, 1]))
    assert found.brier_tempered == pytest.approx(brier_score_loss(labels, tempered(two, 3.0)[:, 1]))
    three, labels = planted(3.0)
    squares = np.square(three - np.eye(3)[labels]).sum(axis=1)
    assert calibration(three, labels, 1.0).brier == pytest.approx(squares.mean())


def test_the_right_temperature_calibrates() -> None:
    found = calibration(*planted(3.0), 3.0)
    assert found.ece > 0.1 and found.ece_tempered < 0.03
    assert found.brier_tempered < found.brier and found.rows == 4000
    assert Calibration.model_validate_json(found.model_dump_json()) == found


def test_the_calibration_error_by_hand() -> None:
    """Of ten rows that are said to be of class 0 by 0.8, six are."""
    probabilities, labels = np.tile([0.8, 0.2], (10, 1)), np.repeat([0, 1], [6, 4])
    assert calibration(probabilities, labels, 1.0).ece == pytest.approx(0.2)


def test_reliability_has_groups_of_as_many_rows() -> None:
    probabilities, labels = planted(3.0)
    table = reliability(probabilities, labels, bins=8)
    assert table["rows"].tolist() == [500] * 8
    assert table["said"].is_monotonic_increasing
    right = probabilities.argmax(axis=1) == labels
    assert table["right"].mean() == pytest.approx(right.mean())
    assert table["said"].iloc[-1] == pytest.approx(np.sort(probabilities.max(axis=1))[-500:].mean())
    assert (table["said"] - table["right"]).iloc[3:].gt(0.05).all()  # too sure


def test_equal_probabilities_share_a_group() -> None:
    said = np.repeat([0.6, 0.9], [14, 26])
    probabilities, labels = np.stack([1 - said, said], axis=1), np.arange(40) % 2
    table = reliability(probabilities, labels)
    assert table["rows"].tolist() == [14, 26]
    assert table["said"].tolist() == pytest.approx([0.6, 0.9])
    assert table["right"].tolist() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(("rows", "groups"), [(4, [4]), (39, [13, 13, 13]), (40, [10] * 4)])
def test_no_group_is_small(rows: int, groups: list[int]) -> None:
    probabilities, labels = planted(1.0, rows=rows)
    assert reliability(probabilities, labels)["rows"].tolist() == groups
