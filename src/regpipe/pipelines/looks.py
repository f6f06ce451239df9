"""How the networks of a problem are looked at: which node predicts, which draws the picture.

A decision boundary needs two features, a confusion table classes, and so on. The pipelines are
wired before any row is drawn, so it is the problem's block that says what can be shown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from regpipe.pipelines.arm import looks
from regpipe.pipelines.technique import pictures

PLANAR = {"make_moons", "make_circles", "make_football"}  # generators of two features


@dataclass(frozen=True)
class Look:
    """A way to look at networks.

    Attributes:
        predict: the arm's node; takes arm, architecture, weights and samples.
        predictions: the dataset that it leaves.
        plot: the technique's node; takes the predictions of the baseline, its own, samples, both
            run tables, problem and technique.
        picture: the file that it leaves, without `.png`.
    """

    predict: Callable[..., Any]
    predictions: str
    plot: Callable[..., Any]
    picture: str


BOUNDARY = Look(
    looks.predict_surface, "surfaces", pictures.plot_decision_boundary, "decision_boundary"
)
CONFUSION = Look(looks.count_confusions, "confusions", pictures.plot_confusion, "confusion")
VALUES = Look(looks.predict_values, "predictions", pictures.plot_predicted_true, "predicted_true")
RECONSTRUCTIONS = Look(
    looks.reconstruct, "reconstructions", pictures.plot_reconstructions, "reconstructions"
)
LOOKS = {"regression": VALUES, "reconstruction": RECONSTRUCTIONS}


def look_of(problem: Any) -> Look:
    """Return how a problem is looked at, given its block as written.

    A block that can't be read gets some look: the check of the parameters says what is wrong.
    """
    block = problem if isinstance(problem, dict) else {}
    rows = block.get("rows")
    if block.get("task") == "binary" and isinstance(rows, dict) and set(rows) <= PLANAR:
        return BOUNDARY
    return LOOKS.get(str(block.get("task")), CONFUSION)
