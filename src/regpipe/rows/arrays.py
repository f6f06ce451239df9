"""What one fit is trained and tested on, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
import pandas as pd

from regpipe.errors import SpecError
from regpipe.language.tasks import Task
from regpipe.rows.samples import feature_names
from regpipe.seeds import derive

Part = Literal["train", "val", "score"]


class Network(Protocol):
    """What the rows have to suit: an arm."""

    @property
    def problem(self) -> str:
        """The name of its problem."""

    @property
    def task(self) -> Task:
        """What is asked of it."""

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """The shape of a row for it; None for a vector."""


@dataclass(frozen=True)
class Rows:
    """What one fit is trained and tested on.

    Features are float32 of shape (n_rows, *input_shape). Targets are float32 of shape (n_rows, 1),
    or the features themselves, as (n_rows, n_features), where those are to be reconstructed. `val`
    is watched while training (val_loss): the test rows, unless `hold_out` took others. `score` is
    what the fit is judged by: new rows on a fresh draw, else the test rows. `groups` are those of
    the rows trained on, of shape (n_rows,), where rows come in groups, and `times` theirs, as
    rising whole numbers, where rows have a time. `labels` are the classes, of shape (n_rows,), of
    the rows of each part, where those aren't the targets. `room` is how many rows are trained on
    and watched in other fits of the same kind, so that all of them share a compile. `units` say
    which of the table's those that score are, where repeats share rows.
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
    room: tuple[int, int] | None = None
    units: "Units | None" = None
    times: np.ndarray | None = None

    def part(self, name: Part) -> tuple[np.ndarray, np.ndarray]:
        """Return the features and the targets of some of the rows."""
        return {
            "train": (self.x_train, self.y_train),
            "val": (self.x_val, self.y_val),
            "score": (self.x_score, self.y_score),
        }[name]


@dataclass(frozen=True)
class Units:
    """What a table's rows are to a sample of them: rows, or groups where rows come in groups.

    Attributes:
        places: of each row tested on its unit, from 0, of shape (n_rows,).
        of: how many units the table has.
    """

    places: np.ndarray
    of: int

    def spread(self, scores: np.ndarray) -> np.ndarray:
        """Return each unit's score, of shape (of,); NaN where it isn't tested on.

        The mean of all that are is the mean of `scores`, which has the shape (n_rows,).
        """
        rows = np.bincount(self.places, minlength=self.of)
        mean, tested = scores.mean(), rows > 0
        above = np.bincount(self.places, scores - mean, minlength=self.of)
        spread = mean + above * (tested.sum() / len(scores))
        return np.where(tested, spread, np.nan).astype("float32")


def input_shape(arm: Network, samples: pd.DataFrame) -> tuple[int, ...]:
    """Return the shape of a row for the network of the arm.

    Raises:
        SpecError: the problem's `input_shape` doesn't hold as many numbers as there are features.
    """
    n_features = len(feature_names(samples))
    shape = arm.input_shape or (n_features,)
    if np.prod(shape) != n_features:
        raise SpecError(
            f"{arm.problem}.input_shape: {list(shape)} holds {np.prod(shape)} numbers, and a "
            f"row has {n_features} features."
        )
    return shape


def rows_of(samples: pd.DataFrame, protocol: str, arm: Network) -> list[Rows]:
    """Return what each repeat is trained and tested on; one element for `fixed`."""
    chosen = samples[samples["protocol"] == protocol].sort_values("repeat", kind="stable")
    columns = Columns(
        features=chosen[feature_names(samples)].to_numpy("float32").T,
        input_shape=input_shape(arm, samples),
        target=chosen["target"].to_numpy(),
        group=chosen["group"].to_numpy() if "group" in samples else None,
        time=chosen["time"].to_numpy() if "time" in samples else None,
        split={name: (chosen["split"] == name).to_numpy() for name in ("train", "test", "score")},
        reconstructs=arm.task.name == "reconstruction",
    )
    _, starts = np.unique(chosen["repeat"], return_index=True)
    ends, seeds = [*starts[1:], len(chosen)], chosen["data_seed"].iloc[starts]
    shared = protocol == "fresh" and not columns.split["score"].any()
    return [
        _rows(columns, slice(start, end), int(seed), shared)
        for start, end, seed in zip(starts, ends, seeds, strict=True)
    ]


def hold_out(rows: Rows, share: float, seed: int, way: tuple[int, int] = (0, 1)) -> Rows:
    """Hold out a share of the rows trained on, and watch those instead of the test rows.

    They are drawn, and of rows that come in groups it is a share of the groups. Of rows that have a
    time, they are the latest. One at least is held out, and one is kept.

    Args:
        rows: those of a repeat, or what an earlier call has left of them.
        share: in (0, 1).
        seed: by which they are drawn.
        way: k, from 0, of how many ways to hold out some: of rows that have a time, the later way
            has the later origin, and holds out fewer.
    """
    n_watched = len(rows.x_val)
    if rows.times is None:
        out = _drawn(rows, share, seed)
    else:
        out = _latest(rows.times, share * (1 - way[0] / way[1]))
        n_watched = max(n_watched, int(_latest(rows.times, share).sum()))
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
        times=None if rows.times is None else rows.times[~out],
        labels=labels,
        room=rows.room or (len(rows.x_train), n_watched),
    )


def _drawn(rows: Rows, share: float, seed: int) -> np.ndarray:
    """Return whether each row is held out, of a draw among rows or groups."""
    groups = np.arange(len(rows.x_train)) if rows.groups is None else rows.groups
    units = np.unique(groups)
    order = np.random.default_rng(derive(seed, "validation")).permutation(len(units))
    return np.isin(groups, units[order[: _held(share, len(units))]])


def _latest(times: np.ndarray, share: float) -> np.ndarray:
    """Return whether each row is held out, where none is kept that is as late as one of those.

    Two times are kept where there are more: whoever trains on what is kept may want to hold out
    some of that, too.
    """
    changes = np.flatnonzero(np.diff(times)) + 1
    origins = changes[1:] if len(changes) > 1 else changes
    wanted = len(times) - _held(share, len(times))
    return np.arange(len(times)) >= origins[np.abs(origins - wanted).argmin()]


def _held(share: float, n: int) -> int:
    return min(max(round(share * n), 1), n - 1)


@dataclass(frozen=True)
class Columns:
    """The rows of all repeats, as arrays: slicing a frame for each repeat takes ten times as long.

    Features are of shape (n_features, n_rows); `split` says of each of `train`, `test` and `score`
    which rows are in it.
    """

    features: np.ndarray
    input_shape: tuple[int, ...]
    target: np.ndarray
    group: np.ndarray | None
    time: np.ndarray | None
    split: Mapping[str, np.ndarray]
    reconstructs: bool


def _rows(columns: Columns, repeat: slice, data_seed: int, shared: bool) -> Rows:
    """Return the rows of a repeat; `shared` is whether others split the same ones."""
    features, target = columns.features[:, repeat], columns.target[repeat]
    split = {name: rows[repeat] for name, rows in columns.split.items()}
    scored_on = "score" if split["score"].any() else "test"

    def of(name: str) -> tuple[np.ndarray, np.ndarray]:
        x = features.compress(split[name], axis=1).T
        y = x if columns.reconstructs else target[split[name], None].astype("float32")
        return x.reshape(-1, *columns.input_shape), y

    test = of("test")
    score = test if scored_on == "test" else of(scored_on)
    group = None if columns.group is None else columns.group[repeat]
    groups = None if group is None else group[split["train"]]
    units = _units(split["test"], group) if shared else None
    splits: dict[Part, str] = {"train": "train", "val": "test", "score": scored_on}
    labels = {part: target[split[name]] for part, name in splits.items() if columns.reconstructs}
    times = None if columns.time is None else columns.time[repeat][split["train"]]
    return Rows(data_seed, *of("train"), *test, *score, groups, labels, units=units, times=times)


def _units(tested: np.ndarray, group: np.ndarray | None) -> Units:
    """Return the units of the rows tested on, of shape (n_rows,) as the groups are."""
    unit = np.arange(len(tested)) if group is None else np.unique(group, return_inverse=True)[1]
    return Units(unit[tested], int(unit.max()) + 1)
