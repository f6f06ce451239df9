"""How the networks of a task are viewed: what a node predicts, and the picture made of that.

A decision boundary needs two features, a confusion table classes, and so on. The pipelines are
wired before any row is drawn, so it is the problem's block that decides what can be shown. Each
node that predicts takes an arm, its architecture, weights, fits and samples; each that draws takes
the predictions of the baseline, those of the technique, samples, both run tables and the arm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regpipe import plots
from regpipe.candidates.arm import Arm
from regpipe.language.metrics import predicted_classes
from regpipe.pipelines.fits import Weights, each_fit
from regpipe.plots.style import Figure, note_diverged
from regpipe.rows.boundary import true_margin
from regpipe.rows.draws import draws_of
from regpipe.rows.samples import feature_names
from regpipe.statistics.summary import same_repeats

PLANAR = {"make_moons", "make_circles", "make_football"}  # generators of two features
GRID_POINTS = 120  # along each axis of the plane on which two-feature networks are drawn
SHOWN = 10  # rows whose reconstructions are shown


def predict_surface(
    arm: Arm,
    architecture: dict[str, Any],
    weights: Weights,
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return what the fits predict on a plane around all drawn points of a two-feature problem.

    Columns: protocol, the two features, probability (mean over repeats; as if both classes were as
    frequent, where they are predicted by base rates), share (of the repeats that call the point
    class 1).
    """
    names = feature_names(samples)
    drawn = samples.loc[samples["split"] != "score", names]
    low, high = drawn.min() - 0.25, drawn.max() + 0.25
    axes = [np.linspace(low[name], high[name], GRID_POINTS) for name in names]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2).astype("float32")
    outputs: dict[str, list[np.ndarray]] = {}
    for fit, _, measure in each_fit(arm, architecture, weights, fits, samples):
        outputs.setdefault(fit["protocol"], []).append(measure.evened(grid)[:, 0])
    points = {name: grid[:, i] for i, name in enumerate(names)}
    frames = []
    for protocol, of_fits in outputs.items():
        mean, share = np.mean(of_fits, axis=0), np.mean(np.stack(of_fits) > 0.5, axis=0)
        said = {"probability": mean, "share": share}
        frames.append(pd.DataFrame({"protocol": protocol, **points, **said}))
    return pd.concat(frames, ignore_index=True)


def count_confusions(
    arm: Arm,
    architecture: dict[str, Any],
    weights: Weights,
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return how often each class was taken for each, on the rows that score the fits.

    Columns: protocol, true, predicted, count (over all fits).
    """
    frames = []
    for fit, rows, measure in each_fit(arm, architecture, weights, fits, samples):
        true, predicted = rows.y_score.astype(int), predicted_classes(measure.evened(rows.x_score))
        classes = {"true": true[:, 0], "predicted": predicted[:, 0]}
        frames.append(pd.DataFrame({"protocol": fit["protocol"], **classes}))
    keys = ["protocol", "true", "predicted"]
    return pd.concat(frames).groupby(keys).size().rename("count").reset_index()


def predict_values(
    arm: Arm,
    architecture: dict[str, Any],
    weights: Weights,
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return what each fit predicts for the rows that score it.

    Columns: protocol, repeat, true, predicted.
    """
    frames = []
    for fit, rows, measure in each_fit(arm, architecture, weights, fits, samples):
        values = {"true": rows.y_score[:, 0], "predicted": measure.predict(rows.x_score)[:, 0]}
        key = {"protocol": fit["protocol"], "repeat": fit["repeat"]}
        frames.append(pd.DataFrame({**key, **values}))
    return pd.concat(frames, ignore_index=True)


def reconstruct(
    arm: Arm,
    architecture: dict[str, Any],
    weights: Weights,
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return a few of the rows that score repeat 0 of each protocol, and what becomes of them.

    Columns: protocol, row, part, the features. A part is `input`; `corrupted`, the same with the
    noise that the problem's `autoencoder` names, where it has one; `output`, what comes out of the
    one before.
    """
    from regpipe.measures.codes import corrupted

    names, first = feature_names(samples), fits[fits["repeat"] == 0]
    frames = []
    for fit, rows, measure in each_fit(arm, architecture, weights, first, samples):
        parts = {"input": rows.x_score}
        if arm.autoencoder:
            parts["corrupted"] = corrupted(rows, "score", arm.autoencoder.noise)
        *_, shown = parts.values()
        parts["output"] = measure.predict(shown[:SHOWN])
        for part, values in parts.items():
            frame = pd.DataFrame(values[:SHOWN].reshape(-1, len(names)), columns=names)
            frame.insert(0, "part", part)
            frame.insert(0, "row", np.arange(len(frame)))
            frame.insert(0, "protocol", fit["protocol"])
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _boundary(bare: pd.DataFrame, own: pd.DataFrame, samples: pd.DataFrame, arm: Arm) -> Figure:
    """Show where both arms draw the line, and where their repeats disagree."""
    points = bare.loc[bare["protocol"] == "fresh", feature_names(samples)].to_numpy()
    margin = true_margin(arm.problem_block.rows, points)
    return plots.decision_boundary(bare, own, samples, arm.title, margin)


def _confusion(bare: pd.DataFrame, own: pd.DataFrame, _: pd.DataFrame, arm: Arm) -> Figure:
    """Show which classes both arms take for which."""
    problem = arm.problem_block
    return plots.confusion(bare, own, arm.title, problem.classes, draws_of(problem))


def _values(bare: pd.DataFrame, own: pd.DataFrame, _: pd.DataFrame, arm: Arm) -> Figure:
    """Show what both arms predict against what is true."""
    problem = arm.problem_block
    unit = "standard deviations" if "target" in problem.standardise else ""
    return plots.predicted_true(bare, own, arm.title, draws_of(problem), unit)


def _rows(bare: pd.DataFrame, own: pd.DataFrame, samples: pd.DataFrame, arm: Arm) -> Figure:
    """Show what both arms make of some rows."""
    shape = arm.input_shape or (len(feature_names(samples)),)
    return plots.reconstructions(bare, own, arm.title, shape, draws_of(arm.problem_block))


PICTURES = {
    "decision_boundary": _boundary,
    "confusion": _confusion,
    "predicted_true": _values,
    "reconstructions": _rows,
}


def plot_view(
    bare: pd.DataFrame,
    own: pd.DataFrame,
    samples: pd.DataFrame,
    baseline_runs: pd.DataFrame,
    runs: pd.DataFrame,
    arm: Arm,
    *,
    picture: str,
) -> Figure:
    """Show what both arms predict, as one of `PICTURES`.

    What each fit predicts is that of the same repeats; the baseline's mean is over all of its own.
    """
    if "repeat" in bare:
        bare, baseline_runs = same_repeats(bare, runs), same_repeats(baseline_runs, runs)
    return note_diverged(PICTURES[picture](bare, own, samples, arm), baseline_runs, runs)


@dataclass(frozen=True)
class View:
    """A way to view networks.

    Attributes:
        predict: the arm's node.
        predictions: the dataset that it leaves.
        picture: what the technique's node draws of them, as in `PICTURES`.
    """

    predict: Callable[..., Any]
    predictions: str
    picture: str


BOUNDARY = View(predict_surface, "surfaces", "decision_boundary")
CONFUSION = View(count_confusions, "confusions", "confusion")
VALUES = View(predict_values, "predictions", "predicted_true")
RECONSTRUCTIONS = View(reconstruct, "reconstructions", "reconstructions")
VIEWS = {"regression": VALUES, "reconstruction": RECONSTRUCTIONS}


def view_of(problem: Any) -> View:
    """Return how a problem is viewed, given its block as written.

    A block that can't be read gets some view: the check of the parameters reports what is wrong.
    """
    block = problem if isinstance(problem, dict) else {}
    rows = block.get("rows")
    if block.get("task") == "binary" and isinstance(rows, dict) and set(rows) <= PLANAR:
        return BOUNDARY
    return VIEWS.get(str(block.get("task")), CONFUSION)
