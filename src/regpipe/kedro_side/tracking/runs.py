"""What MLflow gets: a run per arm and per grid, and a run for each of their fits inside it."""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from regpipe.candidates.arm import Arm
from regpipe.places.place import Place
from regpipe.statistics.answer import Answer
from regpipe.statistics.grid import Choice
from regpipe.statistics.summary import spread

POINTS = 50  # of a curve, which is enough to see its shape
DIGEST = "regpipe.digest"  # the tag by which a run is recognised
# Columns of a run table that identify a fit; whatever else is a number is a result of it.
IN_TAGS = ("technique", "problem", "outcome")
PARAMS = (
    *("protocol", "repeat", "data_seed", "fit_seed", "settings", "train_rows", "test_rows"),
    "step",  # of a grid: coarse or finer
)
HISTORY_KEYS = ("protocol", "repeat", "epoch")

Params = dict[str, Any]


class Point(NamedTuple):
    """A number of a run; `time` in milliseconds, as MLflow wants it."""

    key: str
    value: float
    time: int
    step: int = 0


@dataclass(frozen=True)
class Run:
    """A run of MLflow.

    Attributes:
        name: shown in its table.
        tags: what it is found by.
        params: what it was made with.
        points: its numbers, each with time and step.
        begin: in milliseconds.
        end: in milliseconds.
        files: its artifacts.
        nested: the runs inside it, made as they are asked for.
    """

    name: str
    tags: Mapping[str, str]
    params: Params
    points: Sequence[Point]
    begin: int
    end: int
    files: Sequence[Place] = ()
    nested: Iterable["Run"] = ()


def fits_of(
    run: Run, table: pd.DataFrame, history: Callable[[], pd.DataFrame] | None, paths: Sequence[str]
) -> Iterator[Run]:
    """Yield the runs inside that of an arm or a grid, one for each row of its run table.

    Args:
        run: that of the arm or the grid.
        table: a row per fit.
        history: loads every epoch of every fit, once that is needed; None if they weren't kept.
        paths: columns of the table that are parameters of a fit, besides the usual ones.
    """
    epochs = {} if history is None else dict(list(history().groupby(["protocol", "repeat"])))
    begin = run.begin
    for row in table.to_dict("records"):
        end = begin + milliseconds(row["seconds"])
        yield _fit(run, row, epochs.get((row["protocol"], row["repeat"])), paths, begin, end)
        begin = end


def _fit(
    run: Run,
    row: dict[Hashable, Any],
    epochs: pd.DataFrame | None,
    paths: Sequence[str],
    begin: int,
    end: int,
) -> Run:
    params = [column for column in (*paths, *PARAMS) if column in row]
    at = "".join(f" {path.rpartition('.')[2]}={row[path]:g}" for path in paths)
    rest = {str(k): v for k, v in row.items() if k not in (*params, *IN_TAGS)}
    return Run(
        name=f"{run.name}{at} {row['protocol']} {row['repeat']}",
        tags={
            **{key: run.tags[key] for key in ("technique", "problem")},
            **{key: row[key] for key in ("protocol", "outcome")},
            "kind": "grid_fit" if paths else "fit",
        },
        params={column: row[column] for column in params},
        points=[*points(rest, end), *([] if epochs is None else curve_points(epochs, begin, end))],
        begin=begin,
        end=end,
    )


def milliseconds(seconds: float) -> int:
    """Return a time as MLflow wants it."""
    return round(1000 * seconds)


def points(numbers: Mapping[str, Any], time: int) -> list[Point]:
    """Return what is a finite number among some values; stores differ in what NaN becomes there."""
    return [
        Point(named(key), float(value), time)
        for key, value in numbers.items()
        if isinstance(value, int | float | np.number) and np.isfinite(value)
    ]


def curve_points(history: pd.DataFrame, begin: int, end: int) -> list[Point]:
    """Return the curves of a fit, at most 50 epochs of each, the first and the last among them.

    Epochs without a finite number are left out, as where `validation_freq` skips them.
    """
    epochs = history["epoch"].to_numpy()
    curves = []
    for key in history.columns.difference(list(HISTORY_KEYS), sort=False):
        values = history[key].to_numpy(float)
        there = np.flatnonzero(np.isfinite(values))
        shown = np.linspace(0, len(there) - 1, min(POINTS, len(there))).round().astype(int)
        for i in there[shown]:
            time = begin + round((end - begin) * float(epochs[i] / epochs[-1]))
            curves.append(Point(named(key), float(values[i]), time, int(epochs[i])))
    return curves


def settings_of(arm: Arm) -> Params:
    """Return everything that is set about an arm, by the paths of the YAML.

    A layer's arguments are those it has once the technique is applied, so that arms of a problem
    differ where the technique changes something; what is null is left out.
    """
    layers = {
        layer: {"layer": made.kind, **made.arguments}  # a path of its own, so that kinds compare
        for layer, made in arm.layers.items()
    }
    return flat(
        {
            **arm.problem_block.model_dump(
                mode="json", include={"task", "rows", "split", "standardise", "input_shape"}
            ),
            "network": layers,
            "training": arm.training.model_dump(mode="json"),
        }
    )


def means(table: pd.DataFrame, metric: str) -> dict[str, float]:
    """Return mean and standard deviation of a metric over the repeats of each protocol.

    The keys are such as `fresh/test_accuracy_mean`.
    """
    return {
        f"{protocol}/{side}_{metric}_{key}": value
        for protocol, part in table.groupby("protocol")
        for side, numbers in spread(part, metric).items()
        for key, value in (("mean", numbers.mean), ("sd", numbers.sd))
    }


def gains(answer: Answer) -> dict[str, float]:
    """Return the differences of a technique from its baseline on fresh draws.

    The keys are such as `gain/accuracy` and `gain/accuracy_ci_low`.
    """
    numbers = {}
    for metric, difference in answer.fresh.difference.items():
        numbers[f"gain/{metric}"] = difference.mean
        numbers[f"gain/{metric}_ci_low"] = difference.ci_low
        numbers[f"gain/{metric}_ci_high"] = difference.ci_high
        numbers[f"gain/{metric}_p_better"] = difference.p_better
    return numbers


def choices(choice: Choice) -> dict[str, float]:
    """Return what choosing a point of a grid gives.

    The keys are such as `fresh/honest` and `fresh/optimistic_ci_low`.
    """
    return {
        f"{protocol}/{name}": number
        for protocol, chosen in (("fixed", choice.fixed), ("fresh", choice.fresh))
        if chosen
        for name, number in chosen.means.items()
    }


def flat(block: Mapping[str, Any], path: str = "") -> Params:
    """Return a block's values by their paths, nulls and empty ones aside.

    >>> flat({"hidden": {"units": 500, "kernel_regularizer": {"l2": 0.001}}, "split": None})
    {'hidden.units': 500, 'hidden.kernel_regularizer.l2': 0.001}
    """
    params: Params = {}
    for key, value in block.items():
        if isinstance(value, Mapping):
            params.update(flat(value, f"{path}{key}."))
        elif value is not None and value != []:
            params[f"{path}{key}"] = value
    return params


def named(key: str) -> str:
    """Return a name that MLflow takes: others than letters, digits and ``_-./ `` become `_`.

    >>> named("test_accuracy"), named("F1 (macro), %")
    ('test_accuracy', 'F1 _macro__ _')
    """
    return re.sub(r"[^\w\-./ ]", "_", key, flags=re.ASCII).strip("./ ")[:250] or "_"
