"""What the networks of an arm say, in the form in which its kind of problem is looked at."""

from typing import Any

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.language.metrics import said_classes
from regpipe.measures.base_rates import rates_of_fit
from regpipe.pipelines.arm.fits import each_fit
from regpipe.rows.samples import feature_names

GRID_POINTS = 120  # along each axis of the plane on which two-feature networks are drawn
SHOWN = 10  # rows whose reconstructions are shown

Weights = dict[str, np.ndarray]


def predict_surface(
    arm: Arm,
    architecture: dict[str, Any],
    weights: Weights,
    fits: pd.DataFrame,
    samples: pd.DataFrame,
) -> pd.DataFrame:
    """Return what the fits say on a plane around all drawn points of a two-feature problem.

    Columns: protocol, the two features, probability (mean over repeats; as if both classes were as
    frequent, where they are said by their base rates), share (of the repeats that call the point
    class 1).
    """
    from regpipe.measures.measure import Measure, surface

    names = feature_names(samples)
    drawn = samples.loc[samples["split"] != "score", names]
    low, high = drawn.min() - 0.25, drawn.max() + 0.25
    axes = [np.linspace(low[name], high[name], GRID_POINTS) for name in names]
    grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2).astype("float32")
    measure = Measure(arm, architecture)
    trained: dict[str, list[Any]] = {}
    for fit, rows, of_fit in each_fit(arm, weights, fits, samples):
        trained.setdefault(fit["protocol"], []).append((of_fit, rows.y_train, rates_of_fit(fit)))
    points = {name: grid[:, i] for i, name in enumerate(names)}
    frames = [
        pd.DataFrame({"protocol": protocol, **points, **surface(measure, of_protocol, grid)})
        for protocol, of_protocol in trained.items()
    ]
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
    from regpipe.measures.measure import Measure

    measure = Measure(arm, architecture)
    frames = []
    for fit, rows, of_fit in each_fit(arm, weights, fits, samples):
        measure.load(of_fit, rows.y_train, rates_of_fit(fit))
        said, true = said_classes(measure.evened(rows.x_score)), rows.y_score.astype(int)
        frames.append(
            pd.DataFrame({"protocol": fit["protocol"], "true": true[:, 0], "predicted": said[:, 0]})
        )
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
    from regpipe.measures.measure import Measure

    measure = Measure(arm, architecture)
    frames = []
    for fit, rows, of_fit in each_fit(arm, weights, fits, samples):
        measure.load(of_fit, rows.y_train)
        said = {"true": rows.y_score[:, 0], "predicted": measure.predict(rows.x_score)[:, 0]}
        key = {"protocol": fit["protocol"], "repeat": fit["repeat"]}
        frames.append(pd.DataFrame({**key, **said}))
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
    from regpipe.measures.measure import Measure

    names = feature_names(samples)
    measure = Measure(arm, architecture)
    frames = []
    for fit, rows, of_fit in each_fit(arm, weights, fits, samples):
        if fit["repeat"]:
            continue
        measure.load(of_fit, rows.y_train)
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
