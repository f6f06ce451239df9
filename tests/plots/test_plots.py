"""Do the pictures show what their data say?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from regpipe import plots
from regpipe.plots.style import BASELINE, TECHNIQUE
from regpipe.spec import Statistics
from regpipe.statistics.summary import compare_runs, pair_runs
from regpipe.tasks import TASKS

SMALLEST = {"accuracy": 0.01, "loss": 0.01}


def history(level: float) -> pd.DataFrame:
    rows = [
        {
            "protocol": protocol, "repeat": repeat, "epoch": epoch,
            "loss": level / epoch, "val_loss": level + repeat / 10,
            "accuracy": 0.9, "val_accuracy": 0.8,
        }
        for protocol in ("fixed", "fresh") for repeat in range(3) for epoch in range(1, 51)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def runs(level: float) -> pd.DataFrame:
    rows = [
        {
            "protocol": protocol, "repeat": repeat,
            "test_accuracy": level + repeat / 100, "test_loss": 1 - level,
            "settings": "same", "data_seed": repeat, "fit_seed": repeat,
            "norm_hidden": 10 * level,
            "norm_output": level,
        }
        for protocol in ("fixed", "fresh") for repeat in range(3)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def surfaces(value: float) -> pd.DataFrame:
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 5), np.linspace(0, 1, 4)), -1).reshape(-1, 2)
    return pd.concat(
        pd.DataFrame(
            {
                "protocol": protocol,
                "x1": grid[:, 0],
                "x2": grid[:, 1],
                "probability": np.clip(value * grid[:, 0], 0, 1),
                "share": grid[:, 0],
            }
        )
        for protocol in ("fixed", "fresh")
    )


def rows() -> pd.DataFrame:
    drawn = [
        {
            "protocol": protocol, "repeat": repeat, "split": split,
            "x1": 0.1 * k, "x2": 0.2 * k, "target": k % 2,
        }
        for protocol, repeat in (("fixed", 0), ("fresh", 0), ("fresh", 1))
        for split in ("train", "test", *(["score"] if protocol == "fresh" else []))
        for k in range(6)
    ]  # fmt: skip
    return pd.DataFrame(drawn)


def comparison() -> pd.DataFrame:
    return compare_runs(runs(0.8), runs(0.9), Statistics(), TASKS["binary"])


FIGURES: dict[str, Any] = {
    "samples": lambda: plots.samples(rows(), "Moons"),
    "learning_curves": lambda: plots.learning_curves(history(1), history(0.5), "Dropout"),
    "decision_boundary": lambda: plots.decision_boundary(
        surfaces(1), surfaces(1), rows(), "Dropout"
    ),
    "paired_differences": lambda: plots.paired_differences(
        pair_runs(runs(0.8), runs(0.9)), comparison(), "Dropout", SMALLEST
    ),
    "weight_norms": lambda: plots.weight_norms(runs(0.8), runs(0.9), "Dropout"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_every_picture_has_a_title_and_named_axes(name: str) -> None:
    figure: Figure = FIGURES[name]()
    assert figure.get_suptitle()
    figure.canvas.draw()
    grid = [(ax, ax.get_subplotspec()) for ax in figure.axes if ax.get_subplotspec() is not None]
    for ax, place in grid:
        categories = [
            t.get_text() for t in ax.get_xticklabels() if any(map(str.isalpha, t.get_text()))
        ]
        assert ax.get_xlabel() or categories or not place.is_last_row()
        rows = [t.get_text() for t in ax.get_yticklabels() if any(map(str.isalpha, t.get_text()))]
        assert ax.get_ylabel() or rows or not place.is_first_col()


def test_learning_curves_begin_at_epoch_1_and_show_the_mean() -> None:
    figure = FIGURES["learning_curves"]()
    loss = figure.axes[0]
    assert len(loss.lines) == 4
    test = next(line for line in loss.lines if line.get_label() == "baseline, test rows")
    assert test.get_xdata()[0] == 1 and test.get_xdata()[-1] == 50
    np.testing.assert_allclose(test.get_ydata(), 1.1)
    assert to_hex(test.get_color()).upper() == BASELINE
    train = next(line for line in loss.lines if line.get_label() == "Dropout, train rows")
    np.testing.assert_allclose(train.get_ydata()[0], 0.5)
    assert to_hex(train.get_color()).upper() == TECHNIQUE


def test_paired_differences_are_technique_minus_baseline() -> None:
    accuracy, loss = FIGURES["paired_differences"]().axes
    np.testing.assert_allclose(accuracy.collections[0].get_offsets()[:, 0], 10.0)
    np.testing.assert_allclose(loss.collections[0].get_offsets()[:, 0], -0.1)
    assert "helps" in accuracy.texts[0].get_text()


def test_samples_are_drawn_once_each_in_their_class_colour() -> None:
    fixed = FIGURES["samples"]().axes[0]
    drawn = sum(len(marks.get_offsets()) for marks in fixed.collections)
    assert drawn == 12
    assert {t.get_label() for t in fixed.collections} == {
        "train, class 0", "train, class 1", "test, class 0", "test, class 1",
    }  # fmt: skip


def test_weight_norms_have_a_panel_per_layer() -> None:
    axes = FIGURES["weight_norms"]().axes
    assert [ax.get_title() for ax in axes] == ["layer hidden", "layer output"]
    np.testing.assert_allclose(axes[0].collections[0].get_offsets()[:, 1], 8.0)
