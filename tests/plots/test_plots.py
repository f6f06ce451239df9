"""Do the pictures show what their data say?"""

import warnings
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from sklearn.metrics import r2_score

from regpipe import plots
from regpipe.plots.style import BASELINE, TECHNIQUE, note_diverged
from regpipe.plots.verdicts import COLOURS
from regpipe.rows.draws import DRAWN, ONE, SPLIT, Draws
from regpipe.statistics.summary import pair_runs
from tests.answers import answer, made
from tests.plots.test_answer import drawn as of_answer
from tests.plots.test_importance import losses
from tests.plots.test_reliability import drawn
from tests.plots.test_study_plots import board, published, shares
from tests.statistics.test_diagnosis import diagnosed, fits

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


def trained(history: pd.DataFrame, watched: str = "test rows", **fits: Any) -> plots.Trained:
    """Return the trainings with this history, completed unless told otherwise."""
    ends = history.groupby(["protocol", "repeat"])["epoch"].max().rename("epochs").reset_index()
    columns = {"outcome": "completed", "kept_epoch": ends["epochs"], **fits}
    return plots.Trained(history.copy(), ends.assign(**columns), watched)


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


def predictions(error: float) -> pd.DataFrame:
    """Two repeats of each protocol, one of which misses by `error` and the other by twice that."""
    true = np.tile(np.arange(10.0), 2)
    repeat = np.repeat([0, 1], 10)
    frame = pd.DataFrame({"repeat": repeat, "true": true, "predicted": true + error * (1 + repeat)})
    return both(frame)


def both(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([frame.assign(protocol=protocol) for protocol in ("fixed", "fresh")])


def confusions(confused: int) -> pd.DataFrame:
    return both(
        pd.DataFrame(
            [(0, 0, 200 - confused), (0, 2, confused), (2, 2, 50)],
            columns=["true", "predicted", "count"],
        )
    )


def images(error: float, shape: int = 16) -> pd.DataFrame:
    pixels = np.linspace(0, 1, 10 * shape).reshape(10, shape)
    names = [f"x{i + 1}" for i in range(shape)]
    parts = [
        pd.DataFrame(values, columns=names).assign(row=np.arange(10), part=part)
        for part, values in (("input", pixels), ("output", pixels + error))
    ]
    return both(pd.concat(parts).iloc[::-1])  # the order of rows isn't promised


def wide_rows(features: int, classes: int | None = None) -> pd.DataFrame:
    """Forty rows per draw, the first 30 to train on; feature x_i of row k is k + i / 100."""
    k = np.arange(40)
    columns = {f"x{i}": k + i / 100 for i in range(1, features + 1)}
    draw = pd.DataFrame({"split": np.where(k < 30, "train", "test"), **columns})
    draw["target"] = k * 0.5 if classes is None else k % classes
    return both(draw.assign(repeat=0, data_seed=1))


def grid_table(metric_of: Any, values: list[float]) -> pd.DataFrame:
    measured = {
        f"{side}_{part}": [metric_of(value) + gap + shift for value in values]
        for side, gap in (("train", 0.1), ("test", 0.0))
        for part, shift in (("mean", 0.0), ("ci_low", -0.01), ("ci_high", 0.01))
    }
    table = pd.DataFrame(
        {
            "step": ["finer" if i == 2 else "coarse" for i in range(len(values))],
            "network.hidden.l2": values, **measured, "repeats": 30,
            "chosen": [3 * i for i in range(len(values))],
            "published_train": np.nan,
            "published_test": [0.7 if i == 1 else np.nan for i in range(len(values))],
        }
    )  # fmt: skip
    return both(table)


L2 = [1e-4, 1e-2, 3e-2, 1e-1]
WITHOUT = {protocol: {"train": 0.95, "test": 0.6} for protocol in ("fixed", "fresh")}


def two_path_table() -> pd.DataFrame:
    tables = [grid_table(lambda _, rate=rate: rate, L2) for rate in (0.5, 0.1, 10.0)]
    return pd.concat(
        table.assign(**{"network.hidden.rate": rate})
        for table, rate in zip(tables, (0.5, 0.1, 10.0), strict=True)
    )


def rules() -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "rule": ["gl_2", "gl_5", "patience_200", "oracle"],
            "epochs_mean": [100, 100, 1000, 500], "excess_mean": [10.0, 10.0, 1.0, 0.0],
            "repeats": 10, "stopped": [10, 4, 6, 0],
        }
    )  # fmt: skip
    for what in ("epochs", "excess"):
        table[f"{what}_low"] = 0.5 * table[f"{what}_mean"]
        table[f"{what}_high"] = 2 * table[f"{what}_mean"]
    problems = [table.assign(problem=problem) for problem in ("moons", "digits", "diabetes")]
    return both(pd.concat(problems))


def comparison() -> pd.DataFrame:
    """What the statistics say of three times runs(0.8) and runs(0.9), and what of few of them."""
    said = {
        "fixed": {"ci_low": np.nan, "ci_high": np.nan, "verdict": np.nan},
        "fresh": {"ci_low": -0.2, "ci_high": 0.3, "verdict": "helps"},
    }
    rows = [
        {
            "protocol": protocol, "metric": metric, "mean": mean, "lowest": mean, "highest": mean,
            "wins": 3, "ties": 0, "pairs": 3, **said[protocol],
        }
        for protocol in said for metric, mean in (("accuracy", 0.1), ("loss", -0.1))
    ]  # fmt: skip
    return pd.DataFrame(rows)


FIGURES: dict[str, Any] = {
    "samples": lambda: plots.samples(rows(), "Moons"),
    "learning_curves": lambda: plots.learning_curves(
        trained(history(1)), trained(history(0.5)), "Dropout"
    ),
    "decision_boundary": lambda: plots.decision_boundary(
        surfaces(1), surfaces(1), rows(), "Dropout"
    ),
    "paired_differences": lambda: plots.paired_differences(
        pair_runs(runs(0.8), runs(0.9)), comparison(), "Dropout", SMALLEST
    ),
    "weight_norms": lambda: plots.weight_norms(runs(0.8), runs(0.9), "Dropout"),
    "predicted_true": lambda: plots.predicted_true(predictions(0.1), predictions(0.2), "Dropout"),
    "confusion": lambda: plots.confusion(confusions(10), confusions(4), "Dropout"),
    "reconstructions": lambda: plots.reconstructions(images(0.1), images(0.2), "Dropout", (16,)),
    "sample_images": lambda: plots.sample_images(wide_rows(16, classes=7), "Digits", (4, 4, 1)),
    "sample_sequences": lambda: plots.sample_sequences(wide_rows(20, classes=3), "Waves"),
    "sample_table": lambda: plots.sample_table(wide_rows(5), "Table"),
    "grid": lambda: plots.grid(
        grid_table(lambda l2: 0.8 - l2, L2), ["network.hidden.l2"], "L2", "accuracy", WITHOUT
    ),
    "grid of two paths": lambda: plots.grid(
        two_path_table(), ["network.hidden.l2", "network.hidden.rate"], "L2", "accuracy", WITHOUT
    ),
    "stopping_tradeoff": lambda: plots.stopping_tradeoff(rules()),
    "diagnosis": lambda: plots.diagnosis(fits(), diagnosed(fits()), "It overfits"),
    "reliability": lambda: drawn(3.0, 3.0),
    "importance": lambda: plots.importance(losses(3), "Mine", "accuracy"),
    "forest": lambda: plots.forest(board()),
    "card": lambda: plots.card(made(answer())),
    "claims": lambda: plots.claims(published()),
    "variance": lambda: plots.variance(shares()),
    "answer": of_answer,
    "recipe_worth": lambda: plots.recipe_worth(parts(), "Mine", "accuracy"),
}


SAID_BELOW = {
    *("learning_curves", "decision_boundary", "confusion", "predicted_true"),
    *("reconstructions", "paired_differences", "weight_norms"),
}


def parts() -> pd.DataFrame:
    ends = {"ci_low": [-0.01, float("nan")], "ci_high": [0.03, float("nan")]}
    names = {"ingredient": ["dropout", "mixup"], "times": [4, 1], "of": [5, 5]}
    return pd.DataFrame({**names, "worth": [0.01, -0.002], **ends})


def test_every_plot_is_in_the_table() -> None:
    assert {name.split(" of ")[0] for name in FIGURES} == set(plots.__all__) - {"Trained"}


@pytest.mark.parametrize("name", FIGURES)
def test_every_picture_has_a_title_and_named_axes(name: str) -> None:
    figure: Figure = FIGURES[name]()
    assert figure.get_suptitle() or name == "card"  # whose title is as large as it fits
    figure.canvas.draw()
    grid = [(ax, ax.get_subplotspec()) for ax in figure.axes if ax.get_subplotspec() is not None]
    for ax, place in grid:
        categories = [
            t.get_text() for t in ax.get_xticklabels() if any(map(str.isalpha, t.get_text()))
        ]
        image = not ax.get_xticks().size
        assert ax.get_xlabel() or categories or image or not place.is_last_row()
        rows = [t.get_text() for t in ax.get_yticklabels() if any(map(str.isalpha, t.get_text()))]
        assert ax.get_ylabel() or rows or not place.is_first_col()


def line_of(ax: Any, label: str) -> Any:
    return next(line for line in ax.lines if line.get_label() == label)


def test_learning_curves_begin_at_epoch_1_and_show_the_mean() -> None:
    loss = FIGURES["learning_curves"]().axes[0]
    test = line_of(loss, "baseline, test rows")
    assert test.get_xdata()[0] == 1 and test.get_xdata()[-1] == 50
    np.testing.assert_allclose(test.get_ydata(), 1.1)
    assert to_hex(test.get_color()).upper() == BASELINE
    train = line_of(loss, "Dropout, train rows")
    np.testing.assert_allclose(train.get_ydata()[0], 0.5)
    assert to_hex(train.get_color()).upper() == TECHNIQUE


def test_learning_curves_carry_a_stopped_fit_on_and_mark_where_it_stopped() -> None:
    """Three fits that stop at epoch 20 and keep epoch 10: flat from there to the baseline's end."""
    short = history(0.5)
    short = short[short["epoch"] <= 20]
    stopped = trained(short, outcome="stopped", kept_epoch=10)
    loss = plots.learning_curves(trained(history(1)), stopped, "Early stopping").axes[0]
    train = line_of(loss, "Early stopping, train rows")
    assert train.get_xdata()[-1] == 50
    assert train.get_ydata()[-1] == pytest.approx(0.5 / 10)
    ticks = [line for line in loss.lines if line.get_marker() == "|"]
    assert [list(rug.get_xdata()) for rug in ticks] == [[], [20, 20, 20]]


def test_learning_curves_call_held_out_rows_so_and_count_what_diverged() -> None:
    held = trained(history(0.5), watched="held-out rows")
    held.fits.loc[0, "outcome"] = "diverged"
    lost = (held.history["repeat"] == 0) & (held.history["protocol"] == "fixed")
    held.history.loc[lost, "val_loss"] = np.inf
    figure = plots.learning_curves(trained(history(1)), held, "Mine", draws=SPLIT)
    fixed, fresh = figure.axes[:2]
    assert (
        fixed.get_title() == "fixed split, many seeds\n(3 repeats; 1 of Mine diverged, not drawn)"
    )
    assert "diverged" not in fresh.get_title() and "splits" in fresh.get_title()
    np.testing.assert_allclose(line_of(fixed, "Mine, held-out rows").get_ydata(), 0.65)
    assert line_of(fixed, "baseline, test rows")
    said = figure.legends[0].get_title().get_text()
    assert "new ones" not in said and "of test rows and held-out rows alone" in said
    ends = "ends at 0.800 on held-out rows with Mine, at 0.800 on test rows without it"
    assert ends in " ".join(figure.get_suptitle().split())


def test_learning_curves_show_a_loss_once() -> None:
    """The squared error of a network that minimises it, without a penalty, is the loss."""
    same = history(1).assign(mse=lambda t: t["loss"], val_mse=lambda t: t["val_loss"])
    penalised = same.assign(loss=same["loss"] + 1)
    bare = trained(same)
    assert len(plots.learning_curves(bare, None, "Diabetes", "mse").axes) == 2
    assert len(plots.learning_curves(bare, trained(penalised), "L2", "mse").axes) == 4


@pytest.mark.parametrize(("lowest", "highest"), [(2.1, 3.4), (0.02, 0.6), (1e-4, 30.0)])
def test_a_short_logarithmic_axis_has_plain_numbers(lowest: float, highest: float) -> None:
    flat = history(1).assign(loss=lowest, val_loss=highest)
    figure = plots.learning_curves(trained(flat), None, "Moons")
    figure.canvas.draw()
    loss = figure.axes[0]
    labels = [t.get_text() for t in loss.get_yticklabels(which="both") if t.get_text()]
    assert labels and not [text for text in labels if "10" in text and "times" in text]


def test_learning_curves_of_rows_nobody_looked_at_are_empty() -> None:
    blind = trained(history(1).assign(val_loss=np.nan, val_accuracy=np.nan))
    figure = plots.learning_curves(blind, blind, "Dropout")
    figure.canvas.draw()
    lines = [line for line in figure.axes[0].lines if "rows" in str(line.get_label())]
    assert [len(line.get_xdata()) for line in lines] == [50, 0, 50, 0]


def test_learning_curves_say_whether_a_loss_rises_again() -> None:
    falls = trained(history(1).assign(val_loss=lambda t: 1 / t["epoch"]))
    assert plots.learning_curves(falls, None, "Moons").get_suptitle() == (
        "Moons: over 3 fresh draws, loss on the draws' own test rows ends near its lowest"
    )
    rises = trained(history(1).assign(val_loss=lambda t: 1 + t["epoch"] / 50))
    title = plots.learning_curves(rises, None, "Moons").get_suptitle()
    assert title.endswith("loss on the draws' own test rows rises to 2 times its lowest")


def test_learning_curves_have_axes_that_the_means_fill() -> None:
    """A band that is much wider than the means doesn't squeeze them."""
    wide = history(1).assign(val_accuracy=lambda t: 0.2 + 0.3 * t["repeat"])
    accuracy = plots.learning_curves(trained(wide), trained(wide), "Dropout").axes[2]
    low, high = accuracy.get_ylim()
    assert 0.4 < low < 0.5 and 0.9 < high < 1  # means are 0.5 and 0.9
    assert len(accuracy.collections) == 1  # the baseline's band; the technique's is two lines


def test_dots_of_weight_norms_are_inside_of_the_frame() -> None:
    figure = FIGURES["weight_norms"]()
    figure.canvas.draw()
    for ax, (lowest, top) in zip(figure.axes, ((8.0, 9.0), (0.8, 0.9)), strict=True):
        low, high = ax.get_ylim()
        assert low < lowest and high > top
        assert high - low < 1.3 * (top - lowest)  # from 0, they would look the same
    said = " ".join(figure.get_suptitle().split())
    assert said.endswith("which change most, have 1.1 times the baseline's norm")


def test_paired_differences_are_technique_minus_baseline() -> None:
    accuracy, loss = FIGURES["paired_differences"]().axes
    np.testing.assert_allclose(accuracy.collections[0].get_offsets()[:, 0], 10.0)
    np.testing.assert_allclose(loss.collections[0].get_offsets()[:, 0], -0.1)
    fixed, fresh, verdict = (text.get_text().strip() for text in accuracy.texts)
    assert fixed == "+10.0 points, from +10.0 to +10.0\nbetter in 3 of 3"
    assert fresh == "+10.0 [−20.0, 30.0] points\nbetter in 3 of 3" and verdict == "helps"
    assert accuracy.texts[2].get_color() == COLOURS["helps"]


@pytest.mark.parametrize(
    ("draws", "note"),
    [
        (DRAWN, "mean, on fresh draws with its interval (seeds on one draw say"),
        (SPLIT, "mean, on random splits of its rows with its interval (seeds on one split say"),
        (ONE, "mean (seeds on one split say"),
    ],
)
def test_paired_differences_say_where_the_interval_is_from(draws: Draws, note: str) -> None:
    table = comparison()
    pairs = pair_runs(runs(0.8), runs(0.9))
    figure = plots.paired_differences(pairs, table, "Dropout", SMALLEST, draws)
    assert note.lower() in " ".join(figure.get_supxlabel().split()).lower()


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


def test_paired_differences_have_no_mean_where_a_score_is_no_number() -> None:
    table = pd.DataFrame(
        [
            {
                "protocol": protocol, "metric": metric, "mean": mean, "ci_low": mean - 50,
                "ci_high": mean + 50, "wins": 2, "ties": 0, "pairs": 3, "verdict": "undecided",
                "lowest": -2000.0, "highest": 3000.0,
            }
            for metric in ("r2", "mse", "loss")
            for protocol, mean in (("fixed", 1234.0), ("fresh", np.nan))
        ]
    )  # fmt: skip
    before = runs(0.8).assign(test_r2=0.4, test_mse=3000.0)
    after = runs(0.9).assign(test_r2=[0.5, 0.5, 0.5, np.nan, 0.5, -np.inf], test_mse=2900.0)
    smallest = {"r2": 0.01, "mse": 10, "loss": 0.01}
    figure = plots.paired_differences(pair_runs(before, after), table, "Dropout", smallest)
    figure.canvas.draw()
    r2, mse, _ = figure.axes
    assert [ax.get_xlabel() for ax in figure.axes] == [
        f"test {what}"
        for what in (
            "R², technique minus baseline (more is better)",
            "squared error, technique minus baseline (thousandths, less is better)",
            "loss, technique minus baseline (less is better)",
        )
    ]
    assert figure.get_suptitle() == "Dropout: undecided, as a score is no number"
    np.testing.assert_allclose(r2.collections[0].get_offsets()[:, 0], 0.1)
    fresh = next(marks for marks in r2.collections[1:] if hasattr(marks, "get_sizes"))
    assert len(fresh.get_offsets()) == 1
    notes = [text.get_text().strip() for text in mse.texts]
    assert "+1,234,000 [1,184,000, 1,284,000] thousandths" in notes[0]
    assert notes[2:] == ["no mean, as a score is no number\nbetter in 2 of 3", "undecided"]


def test_weight_norms_of_many_layers_take_rows_of_three() -> None:
    layers = {f"norm_layer{k}": np.full(6, k) for k in range(7)}
    before = runs(0.8)[["protocol", "repeat"]].assign(**layers, norm_other=1)
    after = runs(0.9)[["protocol", "repeat"]].assign(**layers, norm_new=1)
    after.loc[0, "norm_layer2"] = np.nan
    figure = plots.weight_norms(before, after, "Dropout")
    figure.canvas.draw()
    assert [ax.get_title() for ax in figure.axes] == [f"layer layer{k}" for k in range(7)]
    rows = [ax.get_subplotspec().rowspan.start for ax in figure.axes]
    assert rows == [0, 0, 0, 1, 1, 1, 2]
    assert all(figure.axes[k].get_ylabel() for k in (0, 3, 6))


def test_samples_of_ten_classes_differ_in_colour_and_shape() -> None:
    drawn = rows().assign(target=lambda frame: np.arange(len(frame)) % 10)
    figure = plots.samples(drawn[drawn["split"] != "score"], "Blobs")
    assert "score" not in figure.get_suptitle()
    fixed = figure.axes[0]
    styles = {
        marks.get_label().split("class ")[1]: (
            to_hex(marks.get_edgecolor()[0]), marks.get_paths()[0].vertices.tobytes(),
        )
        for marks in fixed.collections
    }  # fmt: skip
    assert set(styles) == set("0123456789")
    assert len({colour for colour, _ in styles.values()}) == 10
    assert len({shape for _, shape in styles.values()}) == 10


def test_predictions_stand_over_their_targets_with_the_mean_r2_of_repeats() -> None:
    figure = FIGURES["predicted_true"]()
    before, _, after, _ = figure.axes
    frame = predictions(0.1)
    expected = [
        r2_score(fit["true"], fit["predicted"])
        for _, fit in frame[frame["protocol"] == "fixed"].groupby("repeat")
    ]
    assert f"R² {np.mean(expected):.3f} (mean of 2 repeats)" in before.get_title()
    points = before.collections[0].get_offsets()
    assert len(points) == 20
    assert sorted(np.round(points[:, 1] - points[:, 0], 6)) == [0.1] * 10 + [0.2] * 10
    assert to_hex(after.collections[0].get_facecolor()[0]).upper() == TECHNIQUE
    low, high = before.get_xlim()
    assert before.get_ylim() == (low, high) and low < 0 and high > 9.4


def test_there_is_no_r2_of_targets_that_are_all_the_same() -> None:
    same = predictions(0.1).assign(true=1.0)
    with warnings.catch_warnings(action="error"):
        figure = plots.predicted_true(same, predictions(0.2), "Dropout")
    assert "R² - (mean of 2 repeats)" in figure.axes[0].get_title()


@pytest.mark.parametrize("name", [name for name in FIGURES if name in SAID_BELOW])
def test_a_picture_says_how_many_fits_diverged(name: str) -> None:
    """In a line that lies below everything else, and beside nothing."""
    outcomes = ["completed", "diverged", "diverged"]
    lost, whole = (pd.DataFrame({"outcome": said}) for said in (outcomes, ["completed"] * 3))
    assert not any(
        "diverged" in text for text in below(note_diverged(FIGURES[name](), whole, whole))
    )
    figure = note_diverged(FIGURES[name](), lost, lost)
    (said,) = (text for text in below(figure) if "diverged" in text)
    assert "2 of the technique's 3 fits diverged: scored" in " ".join(said.split())
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    renderer = canvas.get_renderer()
    for note in (figure._supxlabel, *figure.legends):
        if note is not None:
            place = note.get_window_extent(renderer)
            assert not any(place.overlaps(ax.get_tightbbox(renderer)) for ax in figure.axes)
            assert place.x0 >= 0 and place.x1 <= figure.bbox.x1


def test_rules_that_spend_alike_have_an_axis_with_a_width() -> None:
    spent = ["epochs_mean", "epochs_low", "epochs_high"]
    ax = plots.stopping_tradeoff(rules().assign(**dict.fromkeys(spent, 200.0))).axes[0]
    low, high = ax.get_xlim()
    assert low < 150 and high > 250 and ax.get_xscale() == "log"


def test_rules_without_a_mean_are_counted() -> None:
    (legend,) = plots.stopping_tradeoff(rules()).legends
    assert "diverged" not in legend.get_title().get_text()
    lost = rules().reset_index(drop=True)
    fresh = lost.index[lost["protocol"] == "fresh"]
    lost.loc[fresh[:2], "excess_mean"] = np.nan
    (legend,) = plots.stopping_tradeoff(lost).legends
    heading = f"2 of {len(fresh)} have no mean and aren't drawn: a fit diverged"
    assert heading in legend.get_title().get_text()


def below(figure: Figure) -> list[str]:
    """What stands below a picture."""
    return [figure.get_supxlabel(), *(legend.get_title().get_text() for legend in figure.legends)]


def test_a_prediction_far_off_does_not_squeeze_the_others() -> None:
    wild = predictions(0.2)
    wild.iloc[0, wild.columns.get_loc("predicted")] = 1e30
    figure = plots.predicted_true(wild, predictions(0.2), "Dropout")
    assert figure.axes[0].get_ylim()[1] < 12
    assert "1 of 20 predictions out of sight" in figure.axes[0].get_title()


def test_confusions_are_technique_minus_baseline_in_percent_of_the_true_class() -> None:
    figure = FIGURES["confusion"]()
    change = figure.axes[0]
    shares = np.asarray(change.images[0].get_array().filled(np.nan))
    np.testing.assert_allclose(shares, [[3, 0, -3], [np.nan] * 3, [0, 0, 0]])
    low, high = change.images[0].get_clim()
    assert low == -high == pytest.approx(-3)  # white is no change
    texts = [text.get_text() for text in change.texts]
    assert texts == ["+3.0", "−3.0", "95 → 98%", "100 → 100%"]
    assert [t.get_text() for t in change.get_xticklabels()] == ["0", "1", "2"]
    assert figure.get_suptitle() == "Dropout, fresh draws: class 0 gains most (+3.0% of its rows)"


def test_confusions_that_do_not_change_are_white_and_have_no_numbers() -> None:
    same = plots.confusion(confusions(4), confusions(4), "Dropout")
    assert "no class gains" in same.get_suptitle()
    assert [t.get_text() for t in same.axes[0].texts] == ["98 → 98%", "100 → 100%"]


def test_few_confusions_of_many_classes_are_written() -> None:
    classes = np.arange(10)
    table = both(
        pd.DataFrame(
            [(t, p, 100 + 7 * t * p % 23) for t in classes for p in classes],
            columns=["true", "predicted", "count"],
        )
    )
    shuffled = table.assign(count=table["count"].to_numpy()[::-1])
    change = plots.confusion(table, shuffled, "Dropout").axes[0]
    assert 0 < len([t for t in change.texts if "→" not in t.get_text()]) <= 14


def arrays(ax: Any) -> list[np.ndarray]:
    """Return the images in an axis, from left to right."""
    return [image.get_array() for image in ax.images]


def test_reconstructions_show_input_and_both_outputs_in_the_order_of_rows() -> None:
    figure = FIGURES["reconstructions"]()
    given, of_baseline, _, apart, *fresh = (arrays(ax) for ax in figure.axes)
    assert len(fresh) == 4 and {len(row) for row in (given, apart, *fresh)} == {8}
    np.testing.assert_allclose(np.ravel(given), np.linspace(0, 1, 160)[: 8 * 16])
    np.testing.assert_allclose(of_baseline[0], given[0] + 0.1)
    np.testing.assert_allclose(apart, 0.1)
    sides = [one.get_extent()[:2] for one in figure.axes[0].images]
    assert all(right < left for (_, right), (left, _) in pairwise(sides))
    low, high = figure.axes[0].get_xlim()
    assert low <= sides[0][0] and sides[-1][1] <= high
    labels = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]
    arms = ["baseline\nerror 10.00", "Dropout\nerror 40.00"]
    assert labels == 2 * ["input", *arms, "technique\nminus baseline"]
    assert "Errors: squared error in thousandths, of 10 rows." in figure.get_supxlabel()
    said = "Dropout: squared error is 40.00 thousandths on 10 fresh images, 10.00 without it"
    assert " ".join(figure.get_suptitle().split()) == said


def test_reconstructions_of_corrupted_inputs_show_those_and_the_error_to_the_clean_ones() -> None:
    made = images(0.1)
    noisy = made[made["part"] == "input"].assign(part="corrupted", x1=7.0)
    given = pd.concat([made, noisy])
    figure = plots.reconstructions(given, given, "Dropout", (16,))
    labels = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]
    assert labels[:2] == ["input", "corrupted"] and "10.00" in labels[2]
    assert len(figure.axes) == 2 * 5
    clean, corrupted = (arrays(ax)[0] for ax in figure.axes[:2])
    np.testing.assert_allclose(corrupted.ravel()[1:], clean.ravel()[1:])
    assert corrupted[0, 0] == 1 > clean[0, 0]


def test_reconstructions_of_sequences_are_lines_with_one_scale() -> None:
    figure = plots.reconstructions(images(0.1), images(0.2), "Dropout", (16, 1))
    assert "fresh sequences" in " ".join(figure.get_suptitle().split())
    first, of_baseline, _, apart = figure.axes[:4]
    assert len(first.lines) == 8
    np.testing.assert_allclose(first.lines[0].get_ydata(), np.linspace(0, 1, 160)[:16])
    shifted = of_baseline.lines[0].get_ydata() - first.lines[0].get_ydata()
    np.testing.assert_allclose(shifted, 0.1)
    assert {ax.get_ylim() for ax in figure.axes[:3]} == {(0.0, 1.0)}
    made = images(0.1)
    noisy = pd.concat([made, made[made["part"] == "input"].assign(part="corrupted", x1=7.0)])
    cut = plots.reconstructions(noisy, noisy, "Dropout", (16, 1)).axes[1]
    assert cut.get_ylim()[1] == 7 == cut.lines[0].get_ydata()[0]
    low, high = apart.get_ylim()
    assert high == pytest.approx(0.1) and low == -high
    ends = [line.get_xdata()[[0, -1]] for line in first.lines]
    assert all(end < begin for (_, end), (begin, _) in pairwise(ends))
    assert ends[-1][1] <= first.get_xlim()[1]


def test_images_of_three_channels_are_in_colour_and_no_square_is_a_strip() -> None:
    figure = plots.reconstructions(images(0.1, 12), images(0.1, 12), "Dropout", (2, 2, 3))
    assert figure.axes[0].images[0].get_array().shape == (2, 2, 3)
    strip = plots.reconstructions(images(0.1, 12), images(0.1, 12), "Dropout", (12,))
    assert strip.axes[0].images[0].get_array().shape == (1, 12)
    with pytest.raises(ValueError, match=r"shape of an image.*\(2, 3, 2\)"):
        plots.reconstructions(images(0.1, 12), images(0.1, 12), "Dropout", (2, 3, 2))


def test_sample_images_are_the_published_training_rows_by_class() -> None:
    figure = FIGURES["sample_images"]()
    assert figure.get_suptitle() == "Digits: 30 images to train on, 10 to test (fixed draw)"
    labels = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]
    assert labels == [f"class {k}" for k in range(7)]
    assert sum(len(ax.images) for ax in figure.axes) == 30
    first_of_class_1 = next(ax for ax in figure.axes if ax.get_ylabel() == "class 1")
    frame = wide_rows(16, classes=7)
    pixels = frame.iloc[1][[f"x{i}" for i in range(1, 17)]].to_numpy(float)
    train = frame.loc[frame["split"] == "train", [f"x{i}" for i in range(1, 17)]].to_numpy()
    expected = (pixels - train.min()) / np.ptp(train)
    np.testing.assert_allclose(first_of_class_1.images[0].get_array().ravel(), expected)


def test_sample_sequences_are_training_rows_of_their_class() -> None:
    figure = FIGURES["sample_sequences"]()
    assert [ax.get_ylabel() for ax in figure.axes[::2]] == [f"class {k}\nvalue" for k in range(3)]
    assert figure.axes[1].get_title() == "a fresh draw: 30 train, 10 test"
    lines = figure.axes[2].lines
    assert [round(line.get_ydata()[0], 2) for line in lines] == [1.01, 4.01, 7.01, 10.01]
    np.testing.assert_array_equal(lines[0].get_xdata(), np.arange(1, 21))


def test_sample_table_shows_each_feature_against_the_target_by_any_name() -> None:
    named = wide_rows(5).rename(columns={"x2": "bmi"})
    figure = plots.sample_table(named, "Table")
    assert [ax.get_xlabel() for ax in figure.axes] == ["x1", "bmi", "x3", "x4", "x5"]
    train, test = figure.axes[1].collections
    assert (train.get_label(), test.get_label()) == ("train, 30 rows", "test, 10 rows")
    published = named[(named["protocol"] == "fixed") & (named["split"] == "test")]
    np.testing.assert_allclose(test.get_offsets(), published[["bmi", "target"]])
    assert "first" not in figure.get_suptitle()


def test_classes_of_a_table_have_their_names_and_do_not_hide_each_other() -> None:
    rows = wide_rows(5).assign(target=0)
    figure = plots.sample_table(rows, "Table", ["benign", "malignant"])
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["benign", "malignant"]
    heights = figure.axes[0].collections[0].get_offsets()[:, 1]
    assert len(np.unique(heights)) == len(heights) and np.abs(heights).max() <= 0.3
    named = plots.confusion(confusions(10), confusions(4), "Dropout", list("abcdefghij"))
    assert [t.get_text() for t in named.axes[0].get_yticklabels()] == list("abcdefghij")


def test_dollars_in_labels_are_dollars() -> None:
    """Between two of them, matplotlib reads mathematics, and ends at what is none."""
    classes, label = ["$a_{$[/red]", "$10-$20"], "costs $a_{$"
    named = wide_rows(2).rename(columns={"x2": label}).assign(target=0)
    for figure in (
        plots.sample_table(named, label, classes),
        plots.confusion(confusions(10), confusions(4), label, [*classes, *"cdefghij"]),
        plots.learning_curves(trained(history(0.3)), trained(history(0.2)), label),
        plots.predicted_true(predictions(0.1), predictions(0.2), label),
        plots.decision_boundary(surfaces(0.4), surfaces(0.6), rows(), label),
        plots.weight_norms(runs(1.0), runs(2.0), label),
    ):
        figure.draw_without_rendering()
    texts = [text.get_text() for text in figure.findobj(Text)]
    assert any(r"\$a_{\$" in text for text in texts)


def test_sample_table_says_which_features_are_left_out() -> None:
    figure = plots.sample_table(wide_rows(30), "Table")
    assert len(figure.axes) == 12
    assert "the first 12 of 30 features" in figure.legends[0].get_title().get_text()


def test_sample_table_says_its_units_and_what_goes_with_the_target() -> None:
    rows = wide_rows(3).assign(x2=lambda t: -t["target"], x3=lambda t: (t["x3"] > 9).astype(float))
    figure = plots.sample_table(rows, "Table", standardised=["features"])
    assert figure.get_suptitle().endswith("the target goes most with x1 (correlation 1.00)")
    note = figure.legends[0].get_title().get_text()
    assert "In standard deviations from the mean: features that are numbers." in note
    x = figure.axes[2].collections[0].get_offsets()[:, 0]
    assert len(np.unique(x)) == 30 and np.abs(x - x.round()).max() <= 0.15  # 0 and 1, spread out


def test_grid_draws_the_numbers_of_its_table() -> None:
    figure = FIGURES["grid"]()
    fixed, _, strip, _ = figure.axes
    assert fixed.get_xscale() == "log" and fixed.get_ylabel() == "accuracy"
    test = next(
        line for line in fixed.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 4
    )
    np.testing.assert_allclose(test.get_xydata(), [(l2, 0.8 - l2) for l2 in L2])
    hollow = [
        line for line in fixed.lines
        if line.get_markerfacecolor() == "white" and line.get_marker() == "o"
    ]  # fmt: skip
    assert [list(line.get_xdata()) for line in hollow] == [[3e-2], [3e-2]]
    drawn = [tuple(xy) for marks in fixed.collections for xy in np.asarray(marks.get_offsets())]
    assert (1e-2, 0.7) in drawn
    flat = [line for line in fixed.lines if to_hex(line.get_color()).upper() == BASELINE]
    assert {(line.get_linestyle(), line.get_ydata()[0]) for line in flat} == {
        ("--", 0.95), ("-", 0.6),
    }  # fmt: skip
    assert strip.get_xlabel() == "l2 of hidden" and not fixed.texts
    said = " ".join(figure.get_suptitle().split())
    assert said == (
        "L2: best on fresh draws is l2 = 0.0001 (test accuracy 0.800, 0.600 without); validation "
        "rows chose it in 0 of 18 repeats"  # also those in which not every value was trained
    )
    (bars,) = strip.collections
    assert [(bar[0, 0], np.ptp(bar[:, 1])) for bar in bars.get_segments()] == [
        (1e-4, 0), (1e-2, 3), (3e-2, 6), (1e-1, 9),
    ]  # fmt: skip


def test_values_that_are_equally_good_are_all_named() -> None:
    """As strengths are that all leave a network which says the same of every row."""

    def said(metric_of: Any, values: list[float]) -> str:
        table, path = grid_table(metric_of, values), "network.hidden.l2"
        figure = plots.grid(table, [path], "L2", "accuracy", WITHOUT)
        return " ".join(figure.get_suptitle().split())

    three = said(lambda value: min(0.7, 0.6 + 10 * value), L2)
    assert "is l2 = 0.01 or l2 = 0.03 or l2 = 0.1 (test" in three
    assert three.endswith("chose one of these in 18 of 18 repeats")
    assert "or l2 = 0.1 or 2 more (test" in said(lambda _: 0.7, [*L2, 1, 2])


def test_grid_of_two_paths_has_a_line_and_bars_for_each_further_value() -> None:
    figure = FIGURES["grid of two paths"]()
    fixed, _, strip, _ = figure.axes
    tests = [
        line for line in fixed.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 4
    ]
    assert sorted(line.get_ydata()[0] for line in tests) == [0.1, 0.5, 10]
    assert len({to_hex(line.get_color()) for line in tests}) == 3
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert said[-3:] == [f"network.hidden.rate = {rate}" for rate in (0.1, 0.5, 10.0)]
    tops = [bars.get_segments()[-1][:, 1].tolist() for bars in strip.collections]
    assert tops == [[0, 9], [9, 18], [18, 27]]


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([0.1, 0.5, 1, 2], "linear"),
        ([0.01, 0.1, 0.5, 1], "log"),
        ([0, 0.1, 0.5, 1], "linear"),
        ([0, 0.01, 0.1, 1], "symlog"),
    ],
)
def test_grid_is_logarithmic_over_a_wide_range(values: list[float], scale: str) -> None:
    table = grid_table(lambda value: 0.5, values)
    table.loc[table["chosen"] == 9, ["test_mean", "test_ci_low", "test_ci_high"]] = np.nan
    nothing = {protocol: {"train": 0.5, "test": np.nan} for protocol in ("fixed", "fresh")}
    figure = plots.grid(table, ["network.hidden.l2"], "L2", "r2", nothing)
    figure.canvas.draw()
    assert figure.axes[0].get_xscale() == scale
    assert figure.axes[0].get_ylabel() == "R²"


def test_stopping_tradeoff_has_a_row_per_rule_and_its_means_on_fresh_rows() -> None:
    figure = FIGURES["stopping_tradeoff"]()
    spent, paid = figure.axes
    assert [t.get_text() for t in spent.get_yticklabels()] == [
        "generalization loss above 2%",
        "generalization loss above 5%",
        "patience of 200 epochs",
        "oracle",
    ]
    of_moons = [
        next(marks for marks in ax.collections if isinstance(marks, PathCollection))
        for ax in (spent, paid)
    ]
    assert of_moons[0].get_offsets()[:, 0].tolist() == [100, 100, 1000, 500]
    assert of_moons[1].get_offsets()[:, 0].tolist() == [10, 10, 1, 0]
    (legend,) = figure.legends
    assert [t.get_text() for t in legend.get_texts()] == ["moons", "digits", "diabetes"]
    assert paid.get_xlim()[0] < 0 and "linear up to 1%" in paid.get_xlabel()


def test_stopping_tradeoff_tells_haste_from_patience() -> None:
    without_oracle = rules()[lambda t: t["rule"] != "oracle"]
    title = " ".join(plots.stopping_tradeoff(without_oracle).get_suptitle().split())
    assert title == (
        "Stopping by generalization loss above 2% ends 10% above the lowest loss; by patience of "
        "200 epochs 1%, for 10 times the epochs"
    )
    seldom = without_oracle.assign(stopped=[10, 4, 5] * 6)  # which ends nothing, and so is close
    assert "patience" not in plots.stopping_tradeoff(seldom).get_suptitle()
    one = rules()[lambda t: t["rule"] == "gl_2"]
    assert plots.stopping_tradeoff(one).get_suptitle().endswith("no rule ends closer")


def test_a_rule_that_seldom_stops_is_hollow() -> None:
    spent = FIGURES["stopping_tradeoff"]().axes[0]
    rows = next(c for c in spent.collections if isinstance(c, PathCollection))
    hollow = [to_hex(face) == "#ffffff" for face in rows.get_facecolors()]
    assert hollow == [False, True, False, True]


def test_decision_boundary_has_the_true_one_where_it_is_known() -> None:
    margin = surfaces(1).loc[lambda t: t["protocol"] == "fresh", "x1"].to_numpy() - 0.4
    figure = plots.decision_boundary(surfaces(1), surfaces(1), rows(), "Dropout", margin)
    lines = [text.get_text() for text in figure.legends[0].get_texts()]
    assert lines == ["networks, on average over repeats", "true boundary"]
    panel = figure.axes[0]
    drawn = [c.get_paths()[0].vertices for c in panel.collections if len(c.get_paths()) == 1]
    assert any(len(path) and np.allclose(path[:, 0], 0.4) for path in drawn)
    without = FIGURES["decision_boundary"]()
    assert [text.get_text() for text in without.legends[0].get_texts()] == lines[:1]


def test_decision_boundary_shows_rows_on_each_panel_and_says_how_much_is_disputed() -> None:
    agreed = surfaces(1).assign(share=1.0)
    figure = plots.decision_boundary(surfaces(1), agreed, rows(), "Dropout")
    for panel in figure.axes[:4]:
        dots = [c for c in panel.collections if isinstance(c, PathCollection)]
        assert sum(len(marks.get_offsets()) for marks in dots) == 6  # of repeat 0
    said = " ".join(figure.get_suptitle().split())
    assert said == "Dropout: networks of fresh draws disagree about 0% of the plane, 60% without it"
    alone = plots.decision_boundary(agreed.assign(share=np.float32(0.1)), agreed, rows(), "Dropout")
    assert "disagree about 0% of the plane, as without it" in " ".join(alone.get_suptitle().split())
