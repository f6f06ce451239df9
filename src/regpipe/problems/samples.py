"""Every row that any fit of a problem sees, in one tidy frame.

Columns: protocol (`fixed`, `fresh`), repeat, data_seed, split, the features x1, x2, ... and target.
`fixed` is one draw, the published one, and stands once, as repeat 0. `fresh` is a draw for each
repeat, followed by the rows that score it.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from regpipe.problems.generators import draw
from regpipe.seeds import derive
from regpipe.spec import Problem, Protocol, Split

KEYS = ("protocol", "repeat", "data_seed", "split", "target")


@dataclass(frozen=True)
class Rows:
    """What one fit is trained and tested on.

    Features are float32 of shape (n_rows, n_features), targets float32 of shape (n_rows, 1).
    `val` is watched while training (val_loss): the test rows, unless `hold_out` took others.
    `score` is what the fit is judged by: new rows on a fresh draw, else the test rows.
    """

    data_seed: int
    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_score: np.ndarray
    y_score: np.ndarray


def draw_samples(problem: Problem, protocol: Protocol) -> pd.DataFrame:
    """Draw the rows of every repeat; `split` is `score` or, for rows yet to be split, empty."""
    published = next(iter(problem.rows.values()))["random_state"]
    frames = [_frame(problem, "fixed", 0, published)]
    for repeat in range(protocol.fresh.repeats):
        seed = derive(protocol.seed, "fresh data", repeat)
        frames.append(_frame(problem, "fresh", repeat, seed))
        frames.append(_frame(problem, "fresh", repeat, seed, protocol.fresh.score_rows))
    return pd.concat(frames, ignore_index=True)


def split_samples(draws: pd.DataFrame, split: Split) -> pd.DataFrame:
    """Call the first `split.train` rows of each draw `train`, the others `test`."""
    place = draws.groupby(["protocol", "repeat", "split"]).cumcount()
    drawn = np.where(place < split.train, "train", "test")
    return draws.assign(split=np.where(draws["split"] == "score", "score", drawn))


def feature_names(samples: pd.DataFrame) -> list[str]:
    """Return the columns that a network sees."""
    return [column for column in samples.columns if column not in KEYS]


def rows_of(samples: pd.DataFrame, protocol: str) -> list[Rows]:
    """Return what each repeat is trained and tested on; one element for `fixed`."""
    chosen = samples[samples["protocol"] == protocol]
    return [_rows(frame) for _, frame in chosen.groupby("repeat", sort=True)]


def hold_out(rows: Rows, share: float, seed: int) -> Rows:
    """Hold out a random share of the rows trained on, and watch those instead of the test rows.

    One row at least is held out, and one is kept.
    """
    n = len(rows.x_train)
    order = np.random.default_rng(derive(seed, "validation")).permutation(n)
    held = min(max(round(share * n), 1), n - 1)
    out, kept = np.sort(order[:held]), np.sort(order[held:])
    return replace(
        rows,
        x_train=rows.x_train[kept],
        y_train=rows.y_train[kept],
        x_val=rows.x_train[out],
        y_val=rows.y_train[out],
    )


def _frame(
    problem: Problem,
    protocol: str,
    repeat: int,
    seed: int,
    score_rows: int | None = None,
) -> pd.DataFrame:
    if score_rows is None:
        x, y = draw(problem.rows, random_state=seed)
    else:
        x, y = draw(problem.rows, random_state=derive(seed, "score"), n_samples=score_rows)
    features = {f"x{i + 1}": column for i, column in enumerate(x.T.astype("float32"))}
    return pd.DataFrame(
        {
            "protocol": protocol,
            "repeat": repeat,
            "data_seed": seed,
            "split": "" if score_rows is None else "score",
            **features,
            "target": y,
        }
    )


def _rows(samples: pd.DataFrame) -> Rows:
    names = feature_names(samples)

    def of(split: str) -> tuple[np.ndarray, np.ndarray]:
        part = samples[samples["split"] == split]
        return part[names].to_numpy("float32"), part[["target"]].to_numpy("float32")

    test = of("test")
    score = of("score") if (samples["split"] == "score").any() else test
    return Rows(int(samples["data_seed"].iloc[0]), *of("train"), *test, *score)
