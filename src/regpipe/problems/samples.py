"""Every row that any fit of a problem sees, in one tidy frame.

Columns: protocol (`fixed`, `fresh`), repeat, data_seed, split, the features (x1, x2, ... of a
generator) and target; `group` where rows come in groups, a number for each. `fixed` is one draw,
the published one, and stands once, as repeat 0. `fresh` is a draw for each repeat, followed by the
rows that score it. Of a table, a draw is another split of the same rows, and its test rows score
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from regpipe.arm import Arm
from regpipe.errors import SpecError
from regpipe.problems.sources import draw, draw_scoring, is_table, published_seed, read_table
from regpipe.seeds import derive
from regpipe.spec import Problem, Protocol

KEYS = ("protocol", "repeat", "data_seed", "split", "target", "group")
DRAW = ["protocol", "repeat"]
Part = Literal["train", "val", "score"]


@dataclass(frozen=True)
class Rows:
    """What one fit is trained and tested on.

    Features are float32 of shape (n_rows, *input_shape). Targets are float32 of shape (n_rows, 1),
    or the features themselves, as (n_rows, n_features), where those are to be reconstructed.
    `val` is watched while training (val_loss): the test rows, unless `hold_out` took others.
    `score` is what the fit is judged by: new rows on a fresh draw, else the test rows. `groups` are
    those of the rows trained on, of shape (n_rows,), where rows come in groups. `labels` are the
    targets, of shape (n_rows,), of the rows of each part, where those aren't what is to be told.
    """

    data_seed: int
    x_train: np.ndarray
    y_train: np.ndarray
    x_val: np.ndarray
    y_val: np.ndarray
    x_score: np.ndarray
    y_score: np.ndarray
    groups: np.ndarray | None = None
    labels: Mapping[Part, np.ndarray] = field(default_factory=dict)

    def part(self, name: Part) -> tuple[np.ndarray, np.ndarray]:
        """Return the features and the targets of some of the rows."""
        return {
            "train": (self.x_train, self.y_train),
            "val": (self.x_val, self.y_val),
            "score": (self.x_score, self.y_score),
        }[name]


def draw_samples(problem: Problem, protocol: Protocol) -> pd.DataFrame:
    """Draw the rows of every repeat; `split` is `score` or, for rows yet to be split, empty."""
    seeds = [derive(protocol.seed, "fresh data", k) for k in range(protocol.fresh.ceiling)]
    draws = [("fixed", 0, published_seed(problem))]
    draws += [("fresh", repeat, seed) for repeat, seed in enumerate(seeds)]
    table = read_table(problem.rows) if is_table(problem.rows) else None
    frames = []
    for name, repeat, seed in draws:
        rows = draw(problem.rows, problem.split, seed) if table is None else table
        frames.append(_frame(rows, name, repeat, seed, ""))
        if table is None and name == "fresh":
            rows = draw_scoring(problem.rows, protocol.fresh.score_rows, derive(seed, "score"))
            frames.append(_frame(rows, name, repeat, seed, "score"))
    return pd.concat(frames, ignore_index=True)


def split_samples(draws: pd.DataFrame, problem: Problem) -> pd.DataFrame:
    """Call some rows of each draw `train`, the others `test`, and standardise what shall be.

    Raises:
        SpecError: the split leaves no row to train or to test on.
    """
    columns = [name for name in feature_names(draws) if "features" in problem.standardise]
    columns += [name for name in ["target"] if "target" in problem.standardise]
    frames = []
    for (_, _), drawn in draws.groupby(DRAW, sort=False):
        given = drawn["split"] == "score"
        seed = int(drawn["data_seed"].iloc[0])
        names = np.full(len(drawn), "score", dtype=object)
        names[~given] = _split(drawn.loc[~given, "target"], problem, seed)
        split = drawn.assign(split=names)
        if columns:
            trained = split.loc[split["split"] == "train", columns]
            spread = trained.std(ddof=0).replace(0, 1)  # a constant column stays constant
            split[columns] = ((split[columns] - trained.mean()) / spread).astype("float32")
        frames.append(split)
    return pd.concat(frames, ignore_index=True)


def feature_names(samples: pd.DataFrame) -> list[str]:
    """Return the columns that a network sees."""
    return [column for column in samples.columns if column not in KEYS]


def input_shape(arm: Arm, samples: pd.DataFrame) -> tuple[int, ...]:
    """Return what a row looks like to the arm's network.

    Raises:
        SpecError: the problem's `input_shape` doesn't hold as many numbers as there are features.
    """
    n_features = len(feature_names(samples))
    shape = arm.input_shape or (n_features,)
    if np.prod(shape) != n_features:
        raise SpecError(
            [
                f"{arm.problem}.input_shape: {list(shape)} holds {np.prod(shape)} numbers, and a "
                f"row has {n_features} features."
            ]
        )
    return shape


def rows_of(samples: pd.DataFrame, protocol: str, arm: Arm) -> list[Rows]:
    """Return what each repeat is trained and tested on; one element for `fixed`."""
    chosen = samples[samples["protocol"] == protocol]
    shape = input_shape(arm, samples)
    reconstructs = arm.task.name == "reconstruction"
    return [_rows(frame, shape, reconstructs) for _, frame in chosen.groupby("repeat", sort=True)]


def hold_out(rows: Rows, share: float, seed: int) -> Rows:
    """Hold out a random share of the rows trained on, and watch those instead of the test rows.

    Of rows that come in groups, it is a share of the groups. One at least is held out, and one is
    kept.
    """
    groups = np.arange(len(rows.x_train)) if rows.groups is None else rows.groups
    units = np.unique(groups)
    n = len(units)
    order = np.random.default_rng(derive(seed, "validation")).permutation(n)
    held = min(max(round(share * n), 1), n - 1)
    out = np.isin(groups, units[order[:held]])
    labels = dict(rows.labels)
    if "train" in labels:
        labels |= {"train": rows.labels["train"][~out], "val": rows.labels["train"][out]}
    return replace(
        rows,
        x_train=rows.x_train[~out],
        y_train=rows.y_train[~out],
        x_val=rows.x_train[out],
        y_val=rows.y_train[out],
        groups=None if rows.groups is None else rows.groups[~out],
        labels=labels,
    )


def _frame(rows: pd.DataFrame, protocol: str, repeat: int, seed: int, split: str) -> pd.DataFrame:
    keys = {"protocol": protocol, "repeat": repeat, "data_seed": seed, "split": split}
    features = rows.drop(columns="target").astype("float32")
    return pd.concat([pd.DataFrame(keys, index=rows.index), features, rows["target"]], axis=1)


def _split(target: pd.Series, problem: Problem, seed: int) -> np.ndarray:
    """Return `train` or `test` for each row of a draw."""
    split, n = problem.split, len(target)
    if not is_table(problem.rows):
        assert isinstance(split.train, int)
        return np.where(np.arange(n) < split.train, "train", "test")
    from sklearn.model_selection import train_test_split

    try:
        train, _ = train_test_split(
            np.arange(n),
            train_size=split.train,
            random_state=seed,
            stratify=target if split.stratify else None,
        )
    except ValueError as error:
        raise SpecError(
            [f"split of '{problem.title}': its {n} rows can't be split so. {error}"]
        ) from error
    return np.where(np.isin(np.arange(n), train), "train", "test")


def _rows(samples: pd.DataFrame, shape: tuple[int, ...], reconstructs: bool) -> Rows:
    names = feature_names(samples)
    scored_on = "score" if (samples["split"] == "score").any() else "test"

    def of(split: str) -> tuple[np.ndarray, np.ndarray]:
        part = samples[samples["split"] == split]
        x = part[names].to_numpy("float32")
        y = x if reconstructs else part[["target"]].to_numpy("float32")
        return x.reshape(-1, *shape), y

    test = of("test")
    score = test if scored_on == "test" else of(scored_on)
    groups = None
    if "group" in samples:
        groups = samples.loc[samples["split"] == "train", "group"].to_numpy()
    splits: dict[Part, str] = {"train": "train", "val": "test", "score": scored_on}
    labels = {
        part: samples.loc[samples["split"] == split, "target"].to_numpy()
        for part, split in splits.items()
        if reconstructs
    }
    return Rows(int(samples["data_seed"].iloc[0]), *of("train"), *test, *score, groups, labels)
